import { type Refusal, StorageUnavailable } from "../api/problem.ts";
import { STORAGE_UNAVAILABLE } from "../api/refusals.ts";
import { logError, reasonOf, stackOf } from "../lib/log.ts";
import { isTransientObjectError } from "./client.ts";

/** Logs an exception and returns what the client may know of it. */
export function refusalOfError(error: unknown): Refusal {
  if (error instanceof StorageUnavailable || isTransientObjectError(error)) {
    logError("storage_unavailable", { reason: reasonOf(error) });
    return STORAGE_UNAVAILABLE;
  }
  logError("unexpected_error", {
    reason: reasonOf(error),
    stack: error instanceof Error ? stackOf(error) : "",
  });
  return { code: "internal", detail: "Something went wrong in the studio." };
}
