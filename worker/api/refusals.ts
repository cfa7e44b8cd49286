/** Refusals that several parts of the Worker return. */
import { type Refusal, refuse } from "./problem.ts";

export const UNAUTHENTICATED: Refusal = { code: "unauthenticated", detail: "Sign in to continue." };
export const SUSPENDED: Refusal = { code: "suspended", detail: "This account is suspended." };
export const STORAGE_UNAVAILABLE: Refusal = {
  code: "storage_unavailable",
  detail: "The studio's storage is not available right now.",
};

export const TOO_MANY_REQUESTS: Refusal = {
  code: "rate_limited",
  detail: "Too many requests. Try again in a minute.",
};

/** Also for another user's image, so that the response does not reveal that it exists. */
export const imageNotFound = () => refuse("not_found", "There is no such image.");
export const IMAGE_NOT_FOUND = imageNotFound().refusal;

/** Also for a collection of another user. */
export const collectionNotFound = () => refuse("not_found", "There is no such collection.");
