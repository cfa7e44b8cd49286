import { PROBLEM_STATUS, type ProblemCode } from "../shared/error-codes.ts";
import type { Limits } from "./schemas/session.ts";
import type { Problem } from "./schemas/problem.ts";

/** An expected failure as a value, which use cases return instead of throwing. */
export type Refusal = {
  code: ProblemCode;
  /** A sentence for users, without internal details. */
  detail: string;
  retryAfterSeconds?: number;
  pending?: { id: string; until: string };
  limits?: Limits;
  resetsAt?: string;
  ownerMustAct?: true;
};

export type Result<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

export function ok<T>(value: T): { ok: true; value: T } {
  return { ok: true, value };
}

export function refuse(
  code: ProblemCode,
  detail: string,
  more: Omit<Refusal, "code" | "detail"> = {},
): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: { code, detail, ...more } };
}

/** D1 or R2 is down; `app.onError` responds with 503 `storage_unavailable`. */
export class StorageUnavailable extends Error {
  override name = "StorageUnavailable";
}

/** Turns any failure of an R2 call into `StorageUnavailable`; D1 calls go through `db/d1-call.ts`. */
export async function stored<T>(call: PromiseLike<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw new StorageUnavailable("storage call failed", { cause: error });
  }
}

/** Retry-After if the refusal has none. */
const RETRY_AFTER_SECONDS: Partial<Record<ProblemCode, number>> = {
  rate_limited: 60,
  storage_unavailable: 5,
};

/** RFC 9457. */
export function problemOf(refusal: Refusal): Problem {
  return {
    type: `urn:image-studio:${refusal.code}`,
    title: refusal.code.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase()),
    status: PROBLEM_STATUS[refusal.code],
    detail: refusal.detail,
    code: refusal.code,
    ...(refusal.pending && { pending: refusal.pending }),
    ...(refusal.limits && { limits: refusal.limits }),
    ...(refusal.resetsAt && { resetsAt: refusal.resetsAt }),
    ...(refusal.ownerMustAct && { ownerMustAct: true }),
  };
}

/** `application/problem+json` with the code's status. */
export function problemResponse(refusal: Refusal, headers: Record<string, string> = {}): Response {
  const retryAfterSeconds = refusal.retryAfterSeconds ?? RETRY_AFTER_SECONDS[refusal.code];
  return new Response(JSON.stringify(problemOf(refusal)), {
    status: PROBLEM_STATUS[refusal.code],
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(retryAfterSeconds !== undefined && {
        "retry-after": String(Math.max(1, Math.ceil(retryAfterSeconds))),
      }),
      ...headers,
    },
  });
}
