/**
 * Plain data and rules that the Worker and the studio share. Imports nothing, so that the studio's
 * bundle gets the rule and not the Worker.
 */

export type ModelId = "truefusion-pro" | "truefusion-edge" | "truefusion-2.0";

/** The models on offer, in the order they are shown. Slugs: Skytells' model list. */
export const MODELS: readonly { id: ModelId; label: string; description: string }[] = [
  { id: "truefusion-pro", label: "Standard", description: "The best balance of speed and detail" },
  { id: "truefusion-edge", label: "Fast preview", description: "A quick 512 px draft, in about a second" },
  { id: "truefusion-2.0", label: "High quality", description: "Slower, with the most detail" },
];

export const DEFAULT_MODEL: ModelId = "truefusion-pro";

export type Plan = "free" | "pro";

/** What a plan allows: `concurrent` is how many generations may be in flight at Skytells at once. */
export const PLANS: Readonly<Record<Plan, { label: string; concurrent: number }>> = {
  free: { label: "Free", concurrent: 1 },
  pro: { label: "Pro", concurrent: 3 },
};

/** The plan a stored name stands for; a name nobody knows counts as free. */
export function planOf(name: string): Plan {
  return name === "pro" ? "pro" : "free";
}

export const ASPECT_RATIOS = ["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3"] as const;
export type AspectRatio = (typeof ASPECT_RATIOS)[number];

/** The largest seed Skytells takes: 2^31 − 1. */
export const MAX_SEED = 2_147_483_647;

/** Longest prompt where the model's schema gives no `maxLength`, and longest negative prompt; in code points. */
export const MAX_PROMPT_LENGTH = 500;

/** Longest prompt whatever a model's schema allows, in code points: the request stays within `MAX_BODY_BYTES`. */
export const MAX_PROMPT_LENGTH_OF_ANY_MODEL = 4_000;

/** Longest search text, in code points. */
export const MAX_SEARCH_LENGTH = 100;

/** Failed generations whose units come back in a day: more may be somebody trying what Skytells lets pass. */
export const MAX_RETURNED_PER_DAY = 10;

/** Most pictures that one bulk request may name. */
export const MAX_BULK = 100;

export const GENERATION_STATUSES = ["queued", "processing", "succeeded", "failed", "canceled"] as const;
export type GenerationStatus = (typeof GENERATION_STATUSES)[number];

/** Nothing follows it; what is not terminal is under way. */
export function isTerminal(status: GenerationStatus): boolean {
  return status === "succeeded" || status === "failed" || status === "canceled";
}

/** What the gallery asks for first, and is told to ask for with its page. */
export const GALLERY_START = { limit: 48, status: "succeeded" } as const;

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

/** Every `code` a problem+json answer can carry, with its HTTP status. */
export const PROBLEM_STATUS = {
  invalid_request: 400,
  invalid_prompt: 400,
  invalid_model: 400,
  unauthenticated: 401,
  invalid_signature: 401,
  forbidden_origin: 403,
  suspended: 403,
  not_found: 404,
  method_not_allowed: 405,
  already_finished: 409,
  not_ready: 409,
  idempotency_in_progress: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  content_policy: 422,
  idempotency_mismatch: 422,
  model_unavailable: 422,
  upstream_rejected: 422,
  limit_reached: 429,
  rate_limited: 429,
  quota_exceeded: 429,
  internal: 500,
  upstream_error: 502,
  upstream_unavailable: 503,
  storage_unavailable: 503,
  budget_exhausted: 503,
  upstream_timeout: 504,
} as const;
export type ProblemCode = keyof typeof PROBLEM_STATUS;

/** WebSocket close codes of `/api/events`. */
export const CLOSE_SESSION_ENDED = 4001;
export const CLOSE_TOO_MANY_SOCKETS = 4008;

/** A prompt as it is stored and sent: canonically composed (NFC), without outer white space. */
export function normalizePrompt(text: string): string {
  return text.normalize("NFC").trim();
}

/** The length people and the limit mean: code points, so that an emoji of two UTF-16 units counts as one. */
export function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/**
 * What is wrong with a prompt, or null if it may be sent. Takes the text as typed.
 * Spaces and invisible format characters alone are `empty`; `malformed` is a NUL or a lone surrogate.
 */
export function promptProblem(
  text: string,
  maxLength = MAX_PROMPT_LENGTH,
): "empty" | "too_long" | "malformed" | null {
  if (text.includes("\0") || !text.isWellFormed()) return "malformed";
  const prompt = normalizePrompt(text);
  if (/^[\s\p{Cf}\p{Cc}]*$/u.test(prompt)) return "empty";
  return countCodePoints(prompt) > maxLength ? "too_long" : null;
}
