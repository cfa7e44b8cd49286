/** Error responses that moods ask for, in each form in which Skytells has sent errors. */
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context } from "hono";
import { envelope, GATEWAY_PAGE, type ApiError, errorFor, UNKNOWN_PREDICTION } from "./errors.ts";
import type { Call, CALL_ERRORS, Moods } from "./moods.ts";
import { type Prediction, usesMood } from "./predictions.ts";

export type Api = Context<{ Bindings: HttpBindings }>;
type CallError = (typeof CALL_ERRORS)[number] | "unknown";

const DEFAULT_ERROR_COUNT = 3;
const NO_MOODS: Moods = new Map();

/** The body in the form of the mood `errors=`. */
export function errorBody(error: ApiError, moods: Moods, details?: string) {
  const whole = envelope(error, details);
  switch (moods.get("errors")) {
    case "older":
      return { error: whole.error };
    case "flat":
      return { error_id: error.errorId, message: error.message };
    case "lower":
      return { ...whole, error: { ...whole.error, error_id: error.errorId.toLowerCase() } };
    case "text":
      return { message: error.message };
    default:
      return whole;
  }
}

export function respondError(c: Api, error: ApiError, details?: string, moods: Moods = NO_MOODS) {
  return c.json(errorBody(error, moods, details), error.status);
}

export function respondTooMany(c: Api, retryAfter = "1", moods: Moods = NO_MOODS) {
  c.header("retry-after", retryAfter);
  return respondError(c, errorFor(429), undefined, moods);
}

export function respondGatewayPage(c: Api) {
  return c.html(GATEWAY_PAGE, 502);
}

/** Closes the connection without a response. */
export function closeConnection(c: Api): Response {
  c.env.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

function respondCallError(c: Api, kind: CallError, moods: Moods): Response {
  switch (kind) {
    case "429":
      return respondTooMany(c, "1", moods);
    case "500":
    case "503":
      return respondError(c, errorFor(Number(kind)), undefined, moods);
    case "html":
      return respondGatewayPage(c);
    case "lost":
      return closeConnection(c);
    case "unknown":
      return respondError(c, UNKNOWN_PREDICTION, undefined, moods);
    default:
      return kind satisfies never;
  }
}

const ERRORS_BEFORE: readonly CallError[] = ["429", "500", "503", "html", "unknown"];

/** `<call>-<kind>=N`: the first N calls (3) about this prediction get this error and have no effect. */
export function errorBefore(
  c: Api,
  prediction: Prediction,
  call: Call,
  kinds = ERRORS_BEFORE,
): Response | null {
  const kind = kinds.find((name) => usesMood(prediction, `${call}-${name}`, DEFAULT_ERROR_COUNT));
  return kind === undefined ? null : respondCallError(c, kind, prediction.moods);
}

/** `<call>-lost=N`: the call has taken effect, and its response is lost. */
export function errorAfter(c: Api, prediction: Prediction, call: Call): Response | null {
  return errorBefore(c, prediction, call, ["lost"]);
}

/** A list fails while it contains a prediction with such a mood, or while the mood is global. */
export function listError(c: Api, shown: readonly Prediction[], globalMoods: Moods): Response | null {
  for (const kind of ["429", "500", "503", "html", "lost"] as const) {
    const mood = `list-${kind}`;
    const matches = shown.filter((prediction) => usesMood(prediction, mood, DEFAULT_ERROR_COUNT));
    if (globalMoods.has(mood) || matches.length > 0) {
      return respondCallError(c, kind, matches[0]?.moods ?? globalMoods);
    }
  }
  return null;
}
