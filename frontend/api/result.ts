import type { ProblemCode } from "../../worker/shared/error-codes.ts";
import type { Limits } from "../../worker/api/schemas/session.ts";

/**
 * What can go wrong with a request: the Worker's closed list, what only the browser can see, and one for any code with
 * `ownerMustAct`.
 */
export type ErrorCode =
  | ProblemCode
  | "network_error"
  | "invalid_response"
  /** A gateway in front of the Worker, like Cloudflare Access, redirected to its sign-in page. */
  | "session_redirected"
  | "owner_must_act";

export type ApiError = {
  code: ErrorCode;
  /** The Worker's own sentence; the studio shows it only where it says more than the code does. */
  detail: string;
  /** The HTTP status of an error response that is not the Worker's. */
  status?: number;
  pending?: { id: string; until: string };
  limits?: Limits;
  retryAfterSeconds?: number;
};

export type Result<T> = { ok: true; value: T } | { ok: false; error: ApiError };
