/** What to do after a submission was not accepted. Pure, so that every response can be tested as a row of a table. */
import { backoff } from "../../api/backoff.ts";
import type { ApiError, ErrorCode } from "../../api/result.ts";
import { OUTBOX_TTL_MS } from "./outbox.ts";

/** An `internal` error that lasts longer is a bug in the Worker. After a reset of the user's object a retry succeeds. */
const RESENDS_AFTER_INTERNAL = 3;

/** After these the item returns to the queue, and starts later without the user. */
const REQUEUED: ReadonlySet<ErrorCode> = new Set([
  "limit_reached",
  "rate_limited",
  "quota_exceeded",
  "budget_exhausted",
]);

/** How long the queue pauses after an error without `Retry-After`: until then the next item would get the same error. */
const PAUSE_SECONDS: Partial<Record<ErrorCode, number>> = {
  limit_reached: 1,
  rate_limited: 60,
  quota_exceeded: 900,
  budget_exhausted: 900,
  suspended: 900,
  upstream_unavailable: 30,
  owner_must_act: 900,
  storage_unavailable: 30,
  internal: 30,
};

export type SubmitOutcome =
  /** Unknown whether the Worker carried it out: send it again under its key, so that it still makes one image. */
  | { kind: "resend"; delayMs: number }
  /** Skytells' response was lost. The Worker has the job and looks for its prediction. */
  | { kind: "unconfirmed"; pendingId: string }
  | { kind: "sign_in" }
  /** Deleted, perhaps in another tab. */
  | { kind: "deleted" }
  | { kind: "requeue"; pause: Pause }
  /** Final. `pause`: how long queued items would get the same error. */
  | { kind: "reject"; pause: Pause | null };

/** `isGuess`: the Worker did not say how long, so it may be too short. */
export type Pause = { ms: number; isGuess: boolean };

export type Attempt = {
  /** Counted from 0. */
  attempt: number;
  /** Since the item was sent first. */
  ageMs: number;
  /** The reference image may be what was not found. */
  hasReference?: boolean;
  random: () => number;
};

export function outcomeOf(error: ApiError, { attempt, ageMs, hasReference, random }: Attempt): SubmitOutcome {
  const { code, pending, retryAfterSeconds } = error;
  const delayMs = resendDelay(error, attempt, random);
  if (delayMs !== null && ageMs <= OUTBOX_TTL_MS) return { kind: "resend", delayMs };
  if (pending) return { kind: "unconfirmed", pendingId: pending.id };
  if (code === "unauthenticated") return { kind: "sign_in" };
  if (code === "not_found" && !hasReference) return { kind: "deleted" };
  const seconds = retryAfterSeconds ?? PAUSE_SECONDS[code];
  const pause =
    seconds === undefined ? null : { ms: seconds * 1_000, isGuess: retryAfterSeconds === undefined };
  if (REQUEUED.has(code)) return { kind: "requeue", pause: pause ?? { ms: 0, isGuess: true } };
  return { kind: "reject", pause };
}

/** Something before the Worker rejects the request, and would again. The three statuses are temporary (RFC 9110, 6585, 8470). */
const isBlocked = (status = 0) => status >= 400 && status < 500 && ![408, 425, 429].includes(status);

/** Milliseconds before the same request is sent again; null if the response is final. */
function resendDelay(
  { code, status, retryAfterSeconds = 0 }: ApiError,
  attempt: number,
  random: () => number,
): number | null {
  const delay = Math.max(backoff(attempt, random), retryAfterSeconds * 1_000);
  switch (code) {
    case "idempotency_in_progress":
      return (retryAfterSeconds || 2) * 1_000;
    case "invalid_response":
      return isBlocked(status) ? null : delay;
    case "network_error":
    case "session_redirected":
    case "storage_unavailable":
      return delay;
    case "internal":
      return attempt < RESENDS_AFTER_INTERNAL ? delay : null;
    default:
      return null;
  }
}
