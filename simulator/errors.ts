import type { ContentfulStatusCode } from "hono/utils/http-status";

export type Refusal = { status: ContentfulStatusCode; errorId: string; message: string };

const REFUSALS: Readonly<Record<number, Refusal>> = {
  400: { status: 400, errorId: "INVALID_REQUEST", message: "The request could not be understood." },
  401: { status: 401, errorId: "UNAUTHORIZED", message: "The API key is missing or invalid." },
  402: { status: 402, errorId: "INSUFFICIENT_CREDITS", message: "The account has no credits left." },
  403: { status: 403, errorId: "ACCOUNT_SUSPENDED", message: "The account is suspended." },
  404: { status: 404, errorId: "MODEL_NOT_FOUND", message: "The model does not exist." },
  408: { status: 408, errorId: "INFERENCE_TIMEOUT", message: "The request took too long." },
  422: { status: 422, errorId: "VALIDATION_ERROR", message: "The input is not valid." },
  429: { status: 429, errorId: "RATE_LIMIT_EXCEEDED", message: "Too many requests." },
  451: {
    status: 451,
    errorId: "CONTENT_POLICY_VIOLATION",
    message: "The prompt violates the content policy.",
  },
  500: { status: 500, errorId: "INTERNAL_ERROR", message: "Something went wrong." },
  502: { status: 502, errorId: "INFERENCE_ERROR", message: "The inference service failed." },
  503: { status: 503, errorId: "SERVICE_UNAVAILABLE", message: "The service is unavailable." },
  504: {
    status: 504,
    errorId: "INFERENCE_TIMEOUT",
    message: "The inference service did not answer in time.",
  },
};

export function refusalFor(status: number): Refusal {
  const refusal = REFUSALS[status];
  if (refusal === undefined) throw new Error(`No refusal is defined for ${status}.`);
  return refusal;
}

/** Skytells answers an unknown prediction with 502, not 404; only the error_id tells it from a failed job. */
export const UNKNOWN_PREDICTION: Refusal = {
  status: 502,
  errorId: "PREDICTION_NOT_FOUND",
  message: "The prediction could not be retrieved.",
};

export const FAILED_PREDICTION: Refusal = {
  status: 502,
  errorId: "PREDICTION_FAILED",
  message: "The prediction failed.",
};

export function envelope(refusal: Refusal, details: string = refusal.message) {
  return {
    status: false,
    response: refusal.message,
    error: {
      http_status: refusal.status,
      message: refusal.message,
      details,
      error_id: refusal.errorId,
    },
  };
}

export const GATEWAY_PAGE =
  "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head>" +
  "<body><center><h1>502 Bad Gateway</h1></center><hr><center>gateway</center></body></html>";
