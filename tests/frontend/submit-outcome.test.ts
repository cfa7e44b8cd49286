/** Every response to a submission that is not a generation, and what follows. */
import { describe, expect, test } from "vitest";
import type { ApiError, ErrorCode } from "../../frontend/api/result.ts";
import { OUTBOX_TTL_MS } from "../../frontend/studio/generate/outbox.ts";
import {
  type Attempt,
  outcomeOf,
  type SubmitOutcome,
} from "../../frontend/studio/generate/submit-outcome.ts";
import { PROBLEM_STATUS } from "../../worker/shared/error-codes.ts";
import { failure } from "./support.ts";

const outcome = (code: ErrorCode, more: Partial<ApiError> = {}, attempt: Partial<Attempt> = {}) =>
  outcomeOf(failure(code, more).error, { attempt: 0, ageMs: 0, random: () => 1, ...attempt });

const resend = (delayMs: number): SubmitOutcome => ({ kind: "resend", delayMs });
const requeue = (ms: number, isGuess = true): SubmitOutcome => ({ kind: "requeue", pause: { ms, isGuess } });
const reject = (ms?: number, isGuess = true): SubmitOutcome => ({
  kind: "reject",
  pause: ms === undefined ? null : { ms, isGuess },
});

const FIRST: Record<ErrorCode, SubmitOutcome> = {
  network_error: resend(1_000),
  invalid_response: resend(1_000),
  session_redirected: resend(1_000),
  storage_unavailable: resend(1_000),
  internal: resend(1_000),
  idempotency_in_progress: resend(2_000),
  unauthenticated: { kind: "sign_in" },
  not_found: { kind: "deleted" },
  limit_reached: requeue(1_000),
  rate_limited: requeue(60_000),
  quota_exceeded: requeue(900_000),
  budget_exhausted: requeue(900_000),
  suspended: reject(900_000),
  owner_must_act: reject(900_000),
  upstream_unavailable: reject(30_000),
  invalid_request: reject(),
  invalid_prompt: reject(),
  invalid_model: reject(),
  invalid_signature: reject(),
  forbidden_origin: reject(),
  insufficient_scope: reject(),
  method_not_allowed: reject(),
  already_finished: reject(),
  not_ready: reject(),
  maximum_reached: reject(),
  payload_too_large: reject(),
  unsupported_media_type: reject(),
  invalid_image: reject(),
  content_policy: reject(),
  idempotency_mismatch: reject(),
  model_unavailable: reject(),
  upstream_rejected: reject(),
  upstream_error: reject(),
  upstream_timeout: reject(),
};

test.each(Object.entries(FIRST))("%s, at the first attempt: %o", (code, expected) => {
  expect(outcome(code as ErrorCode)).toEqual(expected);
});

test("the table holds every code of the Worker", () => {
  expect(Object.keys(FIRST)).toEqual(expect.arrayContaining(Object.keys(PROBLEM_STATUS)));
});

describe("a response that is not the Worker's, with the status", () => {
  test.each([400, 403, 404, 405, 413, 415, 422, 451])("%i is final", (status) => {
    expect(outcome("invalid_response", { status })).toEqual(reject());
  });

  test.each([408, 425, 429, 500, 502, 503, 530])("%i is temporary", (status) => {
    expect(outcome("invalid_response", { status })).toEqual(resend(1_000));
  });
});

describe("sending again", () => {
  test("waits longer with each attempt, up to 30 s", () => {
    const delays = [0, 1, 2, 3, 4, 5, 20].map((attempt) => outcome("network_error", {}, { attempt }));
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000].map(resend));
  });

  test.each([
    ["longer than the delay", 9, 9_000],
    ["shorter than the delay", 0.5, 1_000],
  ])("honors a Retry-After that is %s", (_, retryAfterSeconds, delayMs) => {
    expect(outcome("storage_unavailable", { retryAfterSeconds })).toEqual(resend(delayMs));
  });

  test("asks again after Retry-After while the Worker still works on the first request", () => {
    expect(outcome("idempotency_in_progress", { retryAfterSeconds: 5 }, { attempt: 9 })).toEqual(
      resend(5_000),
    );
  });

  test("ends after three internal errors, and pauses the queue", () => {
    expect(outcome("internal", {}, { attempt: 2 }).kind).toBe("resend");
    expect(outcome("internal", {}, { attempt: 3 })).toEqual(reject(30_000));
  });

  test("ends before the Worker forgets the key", () => {
    expect(outcome("network_error", {}, { ageMs: OUTBOX_TTL_MS }).kind).toBe("resend");
    expect(outcome("network_error", {}, { ageMs: OUTBOX_TTL_MS + 1 })).toEqual(reject());
    expect(outcome("storage_unavailable", {}, { ageMs: OUTBOX_TTL_MS + 1 })).toEqual(reject(30_000));
  });
});

test.each(["upstream_timeout", "upstream_error"] as const)("%s with a pending id: unconfirmed", (code) => {
  const pending = { id: "p1", until: "2026-11-22T10:02:00Z" };
  expect(outcome(code, { pending })).toEqual({ kind: "unconfirmed", pendingId: "p1" });
});

test.each(["limit_reached", "rate_limited", "quota_exceeded", "budget_exhausted"] as const)(
  "%s with Retry-After: queued until then, which is no guess",
  (code) => {
    expect(outcome(code, { retryAfterSeconds: 7 })).toEqual(requeue(7_000, false));
  },
);

test("a final rejection with Retry-After pauses the queue until then", () => {
  expect(outcome("upstream_unavailable", { retryAfterSeconds: 20 })).toEqual(reject(20_000, false));
});
