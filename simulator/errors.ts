import type { ContentfulStatusCode } from "hono/utils/http-status";

export type ApiError = { status: ContentfulStatusCode; errorId: string; message: string };

const ERRORS: Readonly<Record<number, ApiError>> = {
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

export function errorFor(status: number): ApiError {
  const error = ERRORS[status];
  if (error === undefined) throw new Error(`No error is defined for ${status}.`);
  return error;
}

/** Skytells answers 502, not 404, for an unknown prediction. Only the error_id differs from a failed prediction. */
export const UNKNOWN_PREDICTION: ApiError = {
  status: 502,
  errorId: "PREDICTION_NOT_FOUND",
  message: "The prediction could not be retrieved.",
};

export const FAILED_PREDICTION: ApiError = {
  status: 502,
  errorId: "PREDICTION_FAILED",
  message: "The prediction failed.",
};

export function envelope(error: ApiError, details: string = error.message) {
  return {
    status: false,
    response: error.message,
    error: {
      http_status: error.status,
      message: error.message,
      details,
      error_id: error.errorId,
    },
  };
}

export const GATEWAY_PAGE =
  "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head>" +
  "<body><center><h1>502 Bad Gateway</h1></center><hr><center>gateway</center></body></html>";
