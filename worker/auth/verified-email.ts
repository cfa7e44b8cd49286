import * as z from "zod";
import { type Outcome, refused } from "./outcome.ts";

const address = z.email().max(254).toLowerCase();

/** The address in a provider's claims, if they say that it is verified. Some providers send "true" as a string. */
export function verifiedEmail(claims: Record<string, unknown>): Outcome<string> {
  const email = address.safeParse(claims["email"]);
  if (!email.success) return refused("email_missing");
  const verified = claims["email_verified"];
  return verified === true || verified === "true"
    ? { ok: true, value: email.data }
    : refused("email_unverified");
}

/** Whether `ALLOWED_USERS` contains this address, its domain, or `*`. */
export function isListed(allowedUsers: readonly string[], email: string): boolean {
  const domain = email.slice(email.lastIndexOf("@"));
  return allowedUsers.some((entry) => entry === "*" || entry === email || entry === domain);
}
