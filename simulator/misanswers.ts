/** How a call goes wrong, whichever call it is; the errors in each form that Skytells is known to have given them. */
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context } from "hono";
import { envelope, GATEWAY_PAGE, type Refusal, refusalFor, UNKNOWN_PREDICTION } from "./errors.ts";
import type { Call, MISANSWERS, Moods } from "./moods.ts";
import { misbehaves, type Prediction } from "./predictions.ts";

export type Api = Context<{ Bindings: HttpBindings }>;
type Misanswer = (typeof MISANSWERS)[number] | "unknown";

const PASSING_TRIES = 3;
const NO_MOODS: Moods = new Map();

/** The error's body, in the form that `errors=` asks for. */
export function errorBody(refusal: Refusal, moods: Moods, details?: string) {
  const whole = envelope(refusal, details);
  switch (moods.get("errors")) {
    case "older":
      return { error: whole.error };
    case "flat":
      return { error_id: refusal.errorId, message: refusal.message };
    case "lower":
      return { ...whole, error: { ...whole.error, error_id: refusal.errorId.toLowerCase() } };
    case "text":
      return { message: refusal.message };
    default:
      return whole;
  }
}

export function refuse(c: Api, refusal: Refusal, details?: string, moods: Moods = NO_MOODS) {
  return c.json(errorBody(refusal, moods, details), refusal.status);
}

export function tooMany(c: Api, retryAfter = "1", moods: Moods = NO_MOODS) {
  c.header("retry-after", retryAfter);
  return refuse(c, refusalFor(429), undefined, moods);
}

export function gatewayPage(c: Api) {
  return c.html(GATEWAY_PAGE, 502);
}

/** Cuts the connection in place of an answer. */
export function hangUp(c: Api): Response {
  c.env.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

function misanswer(c: Api, how: Misanswer, moods: Moods): Response {
  switch (how) {
    case "429":
      return tooMany(c, "1", moods);
    case "500":
    case "503":
      return refuse(c, refusalFor(Number(how)), undefined, moods);
    case "html":
      return gatewayPage(c);
    case "lost":
      return hangUp(c);
    case "unknown":
      return refuse(c, UNKNOWN_PREDICTION, undefined, moods);
    default:
      return how satisfies never;
  }
}

const BEFORE: readonly Misanswer[] = ["429", "500", "503", "html", "unknown"];

/** `<call>-<how>=N`: what a call about this prediction is answered instead, the first N times (3). */
export function failed(c: Api, prediction: Prediction, call: Call, hows = BEFORE): Response | null {
  const how = hows.find((name) => misbehaves(prediction, `${call}-${name}`, PASSING_TRIES));
  return how === undefined ? null : misanswer(c, how, prediction.moods);
}

/** `<call>-lost=N`: carried out, and then the connection is cut. */
export function lost(c: Api, prediction: Prediction, call: Call): Response | null {
  return failed(c, prediction, call, ["lost"]);
}

/** A list goes wrong for everyone while it holds such a prediction, or while the mood is everyone's. */
export function failedList(c: Api, shown: readonly Prediction[], everywhere: Moods): Response | null {
  for (const how of ["429", "500", "503", "html", "lost"] as const) {
    const mood = `list-${how}`;
    const hits = shown.filter((prediction) => misbehaves(prediction, mood, PASSING_TRIES));
    if (everywhere.has(mood) || hits.length > 0) return misanswer(c, how, hits[0]?.moods ?? everywhere);
  }
  return null;
}
