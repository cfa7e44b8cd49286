/** The states of a generation, and limits of lists of them. */

export const GENERATION_STATUSES = ["queued", "processing", "succeeded", "failed", "canceled"] as const;
export type GenerationStatus = (typeof GENERATION_STATUSES)[number];

/** Whether the status is final. */
export function isTerminal(status: string): boolean {
  return status === "succeeded" || status === "failed" || status === "canceled";
}

/** Why a generation failed: `generation.error.code`. */
export const FAILURE_CODES = [
  "content_policy",
  "upstream_failed",
  "timed_out",
  "output_lost",
  "output_invalid",
  "storage_failed",
  "unconfirmed",
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

/** The gallery's first request. Its page contains the response, so that the request can be left out. */
export const GALLERY_START = { limit: 48, status: "succeeded" } as const;

/** Longest search text, in code points. */
export const MAX_SEARCH_LENGTH = 100;

/** Most images in one bulk request. */
export const MAX_BULK = 100;
