/**
 * Client of the Skytells API. It never repeats a create that may have succeeded: Skytells has no idempotency keys, and a
 * repeated create is a second paid prediction.
 */
import { readUpTo } from "../lib/stream.ts";
import { isTerminal } from "../shared/generations.ts";
import { DAY_MS } from "../shared/time.ts";
import { MAX_RESPONSE_BYTES, STEP_TIMEOUT_MS } from "../config/limits.ts";
import type { Settings } from "../config/settings.ts";
import { logError, reasonOf } from "../lib/log.ts";
import { parsePrediction, type Prediction, predictionWithIdOnly } from "./prediction.ts";
import { type Rejection, rejectedCreate, upstreamError } from "./errors.ts";

type Upstream = Settings["skytells"];

type SkytellsResponse = {
  status: number;
  body: unknown;
  retryAfterSeconds: number | null;
  /** Skytells' clock, in milliseconds since the epoch. */
  date: number | null;
};

/** Null: a timeout or a lost connection; the request may have been carried out. */
async function call(
  upstream: Upstream,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body: unknown,
  timeoutMs: number,
): Promise<SkytellsResponse | null> {
  try {
    const response = await fetch(`${upstream.url}${path}`, {
      method,
      headers: {
        "x-api-key": upstream.key,
        accept: "application/json",
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const bytes = await readUpTo(response.body, MAX_RESPONSE_BYTES);
    return {
      status: response.status,
      body: bytes === null ? undefined : parseJson(new TextDecoder().decode(bytes)),
      retryAfterSeconds: secondsIn(response.headers.get("retry-after")),
      date: Date.parse(response.headers.get("date") ?? "") || null,
    };
  } catch (error) {
    logError("skytells_no_response", { method, path: path.split("?")[0] ?? "", reason: reasonOf(error) });
    return null;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function secondsIn(header: string | null): number | null {
  return header !== null && /^\d{1,6}$/.test(header.trim()) ? Number(header) : null;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export type CreateRequest = {
  model: string;
  input: Record<string, unknown>;
  /** The object form; Skytells' CLI sends a string. */
  webhook?: { url: string; events: readonly string[] };
};

export type CreateOutcome =
  | { kind: "accepted"; prediction: Prediction }
  | ({ kind: "rejected" } & Rejection)
  | { kind: "unconfirmed"; code: "upstream_timeout" | "upstream_error" };

/** After a 429 with at most this delay the create is sent once more: nothing was created. */
const MAX_CREATE_RETRY_SECONDS = 5;

/** `POST /predictions`. `isWanted` is called before it is sent a second time. */
export async function createPrediction(
  upstream: Upstream,
  request: CreateRequest,
  timeoutMs: number,
  isWanted: () => boolean,
): Promise<CreateOutcome> {
  let response = await call(upstream, "POST", "/predictions", request, timeoutMs);
  if (
    response?.status === 429 &&
    response.retryAfterSeconds !== null &&
    response.retryAfterSeconds <= MAX_CREATE_RETRY_SECONDS
  ) {
    await pause(response.retryAfterSeconds * 1000);
    if (isWanted()) response = await call(upstream, "POST", "/predictions", request, timeoutMs);
  }
  return createOutcome(response);
}

function createOutcome(response: SkytellsResponse | null): CreateOutcome {
  if (response === null) return { kind: "unconfirmed", code: "upstream_timeout" };
  const accepted = response.status >= 200 && response.status < 300;
  const prediction = accepted ? parsePrediction(response.body) : null;
  if (prediction) return { kind: "accepted", prediction };
  // A 2xx without an id is a rejection only if its body has an error_id.
  const rejection = rejectedCreate(
    accepted ? 500 : response.status,
    response.body,
    response.retryAfterSeconds,
  );
  if (rejection) {
    if (rejection.operator)
      logError("skytells_account_rejected", {
        status: response.status,
        errorId: upstreamError(response.body)?.id,
      });
    return { kind: "rejected", ...rejection };
  }
  return { kind: "unconfirmed", code: response.status === 504 ? "upstream_timeout" : "upstream_error" };
}

export type Look =
  | { kind: "found"; prediction: Prediction }
  /** Skytells does not know this id, or its response does not say. */
  | { kind: "unknown" }
  | { kind: "busy"; retryAfterSeconds: number | null }
  | { kind: "unavailable" };

const pathOf = (id: string) => `/predictions/${encodeURIComponent(id)}`;

/** `GET /predictions/{id}`. A failed job may be 200 `failed` or 502 PREDICTION_FAILED; an unknown id is 502 too. */
export async function getPrediction(upstream: Upstream, id: string): Promise<Look> {
  const response = await call(upstream, "GET", pathOf(id), undefined, STEP_TIMEOUT_MS);
  if (response === null) return { kind: "unavailable" };
  if (response.status === 429) return { kind: "busy", retryAfterSeconds: response.retryAfterSeconds };
  const prediction = parsePrediction(response.body);
  if (response.status >= 200 && response.status < 300) {
    return prediction?.id === id ? { kind: "found", prediction } : { kind: "unavailable" };
  }
  const error = upstreamError(response.body);
  if (error?.id === "PREDICTION_FAILED")
    return {
      kind: "found",
      prediction: { ...predictionWithIdOnly(id), status: "failed", error: error.message },
    };
  return saysUnknown(response) ? { kind: "unknown" } : { kind: "unavailable" };
}

/** Skytells responds with 502 to an unknown id; only the error_id distinguishes that from a gateway's 502. */
function saysUnknown({ status, body }: SkytellsResponse): boolean {
  if (status === 404 || status === 410) return true;
  const id = status === 502 ? upstreamError(body)?.id : null;
  return Boolean(id) && id !== "PREDICTION_FAILED";
}

export type Listing =
  | { kind: "listed"; predictions: Prediction[] }
  | { kind: "busy"; retryAfterSeconds: number | null }
  | { kind: "unavailable" };

const PAGE_SIZE = 50;
/** 250 predictions of the account in two days. Beyond that, only a webhook can confirm a lost create. */
const MAX_PAGES = 5;

/** `GET /predictions`, for the UTC days from one time to another: a bare array or `{data}`. */
export async function listPredictions(upstream: Upstream, from: number, to: number): Promise<Listing> {
  const day = (time: number) => new Date(time).toISOString().slice(0, 10);
  // It is not documented whether the last day is included, so one more is requested.
  const last = to + DAY_MS;
  // By id: if the list changes between two pages, or ignores the page, it returns predictions twice.
  const predictions = new Map<string, Prediction>();
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const query = `page=${page}&per_page=${PAGE_SIZE}&from=${day(from)}&to=${day(last)}`;
    const response = await call(upstream, "GET", `/predictions?${query}`, undefined, STEP_TIMEOUT_MS);
    if (response?.status === 429) return { kind: "busy", retryAfterSeconds: response.retryAfterSeconds };
    if (!response || response.status !== 200) return { kind: "unavailable" };
    const entries = entriesIn(response.body);
    if (!entries) return { kind: "unavailable" };
    const known = predictions.size;
    for (const prediction of entries.map(parsePrediction)) {
      if (prediction) predictions.set(prediction.id, prediction);
    }
    if (entries.length < PAGE_SIZE || predictions.size === known) break;
  }
  return { kind: "listed", predictions: [...predictions.values()] };
}

export type Probe = Pick<SkytellsResponse, "status" | "date">;

/** Lists one prediction, for the status of the account. Null: no response. */
export function probeAccount(upstream: Upstream, timeoutMs: number): Promise<Probe | null> {
  return call(upstream, "GET", "/predictions?page=1&per_page=1", undefined, timeoutMs);
}

function entriesIn(body: unknown): unknown[] | null {
  if (Array.isArray(body)) return body;
  if (typeof body === "object" && body !== null && "data" in body && Array.isArray(body.data))
    return body.data;
  return null;
}

/** `hasEnded`: the prediction is over; `prediction`: its final state, if Skytells returns it. */
export type Canceled = { hasEnded: boolean; prediction: Prediction | null };

/** `POST /predictions/{id}/cancel`. */
export async function cancelPrediction(upstream: Upstream, id: string, timeoutMs: number): Promise<Canceled> {
  const response = await call(upstream, "POST", `${pathOf(id)}/cancel`, undefined, timeoutMs);
  if (!response || response.status < 200 || response.status >= 300)
    return { hasEnded: false, prediction: null };
  const prediction = parsePrediction(response.body);
  if (prediction?.id === id) return { hasEnded: isTerminal(prediction.status), prediction };
  const { body } = response;
  const isDone = typeof body === "object" && body !== null && "success" in body && body.success === true;
  return { hasEnded: isDone, prediction: null };
}

/** `DELETE /predictions/{id}`; also deletes its outputs. True: it does not exist any more. */
export async function deletePrediction(upstream: Upstream, id: string): Promise<boolean> {
  const response = await call(upstream, "DELETE", pathOf(id), undefined, STEP_TIMEOUT_MS);
  return response !== null && (response.status < 300 || saysUnknown(response));
}

/** `GET /models/{slug}`: the unparsed body. `absent`: there is no such model. */
export async function getModel(
  upstream: Upstream,
  slug: string,
  timeoutMs: number,
): Promise<{ kind: "found"; body: unknown } | { kind: "absent" } | { kind: "unavailable" }> {
  const path = `/models/${encodeURIComponent(slug)}?fields=input_schema,output_schema`;
  const response = await call(upstream, "GET", path, undefined, timeoutMs);
  if (response?.status === 200) return { kind: "found", body: response.body };
  return response?.status === 404 ? { kind: "absent" } : { kind: "unavailable" };
}
