/** Codes of errors on the wire. */

/** Every `code` of a problem+json response, with its HTTP status. */
export const PROBLEM_STATUS = {
  invalid_request: 400,
  invalid_prompt: 400,
  invalid_model: 400,
  unauthenticated: 401,
  invalid_signature: 401,
  forbidden_origin: 403,
  insufficient_scope: 403,
  suspended: 403,
  not_found: 404,
  method_not_allowed: 405,
  already_finished: 409,
  not_ready: 409,
  maximum_reached: 409,
  idempotency_in_progress: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  invalid_image: 422,
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
/** Of RFC 6455. */
export const CLOSE_POLICY_VIOLATION = 1008;
