/** Interprets errors of Skytells by `error_id`, else by the HTTP status, never by text. */
import * as z from "zod";
import type { Refusal } from "../api/problem.ts";

const errorObject = z.object({
  error_id: z.string().nullish().catch(null),
  message: z.string().nullish().catch(null),
});
const envelope = z.object({
  error: errorObject.nullish().catch(null),
  response: z.string().nullish().catch(null),
});

export type UpstreamError = {
  id: string | null;
  message: string | null;
  /** Has one of Skytells' own formats; other JSON may be a gateway's. */
  isEnvelope: boolean;
};

/** The error in a response body: enveloped, older or flat format. Null: not an error (an HTML page). */
export function upstreamError(body: unknown): UpstreamError | null {
  const outer = envelope.safeParse(body);
  if (!outer.success) return null;
  const flat = errorObject.safeParse(body);
  const error = outer.data.error ?? (flat.success ? flat.data : null);
  return {
    id: error?.error_id?.toUpperCase() ?? null,
    message: error?.message ?? outer.data.response ?? null,
    isEnvelope: Boolean(outer.data.error ?? error?.error_id),
  };
}

export type Rejection = {
  refusal: Refusal;
  /** The operator must act: the key, the account or its credit. */
  operator: boolean;
};

const unavailable = (retryAfterSeconds: number | null): Refusal => ({
  code: "upstream_unavailable",
  detail: "The image service is not available right now. Nothing was generated.",
  ...(retryAfterSeconds !== null && { retryAfterSeconds }),
});

/** If Skytells sends no Retry-After. */
const BUSY_SECONDS = 10;

type Meaning = "operator" | "model" | "input" | "policy" | "busy";

const MEANING_OF_ID: Record<string, Meaning> = {
  UNAUTHORIZED: "operator",
  ACCOUNT_SUSPENDED: "operator",
  FORBIDDEN: "operator",
  SECURITY_VIOLATION: "operator",
  INSUFFICIENT_CREDITS: "operator",
  PAYMENT_REQUIRED: "operator",
  MODEL_NOT_FOUND: "model",
  MODEL_NOT_SUPPORTED: "model",
  VALIDATION_ERROR: "input",
  INVALID_INPUT: "input",
  INVALID_PARAMETER: "input",
  INVALID_REQUEST: "input",
  CONTENT_POLICY_VIOLATION: "policy",
  RATE_LIMIT_EXCEEDED: "busy",
  RATE_LIMITED: "busy",
  INFERENCE_RATE_LIMITED: "busy",
  SERVICE_UNAVAILABLE: "busy",
};

function meaningOfStatus(status: number, isEnvelope: boolean): Meaning | null {
  switch (status) {
    case 401:
    case 402:
    case 403:
      return "operator";
    case 404:
      return "model";
    case 429:
      return "busy";
    case 451:
      return "policy";
    case 503:
      // A gateway's own 503 does not say whether Skytells received the request.
      return isEnvelope ? "busy" : null;
    case 408:
      return null;
    default:
      return status >= 400 && status < 500 ? "input" : null;
  }
}

/** The rejection of a create, if it is certain that nothing was created. Null: a prediction may exist and be billed. */
export function rejectedCreate(
  status: number,
  body: unknown,
  retryAfterSeconds: number | null,
): Rejection | null {
  const error = upstreamError(body);
  const meaning = MEANING_OF_ID[error?.id ?? ""] ?? meaningOfStatus(status, error?.isEnvelope ?? false);
  switch (meaning) {
    case "operator":
      return { refusal: { ...unavailable(null), ownerMustAct: true }, operator: true };
    case "busy":
      return { refusal: unavailable(retryAfterSeconds ?? BUSY_SECONDS), operator: false };
    case "model":
      return {
        refusal: { code: "model_unavailable", detail: "This model is not available right now." },
        operator: false,
      };
    case "policy":
      return {
        refusal: {
          code: "content_policy",
          detail: "The image service does not make images of this prompt.",
        },
        operator: false,
      };
    case "input":
      return {
        refusal: {
          code: "upstream_rejected",
          detail: error?.message?.slice(0, 300) ?? "The image service did not accept this request.",
        },
        operator: false,
      };
    case null:
      return null;
    default:
      return meaning satisfies never;
  }
}
