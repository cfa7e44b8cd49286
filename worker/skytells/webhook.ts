/**
 * Verifies and parses webhooks. Skytells signs only the raw body (no time, no delivery id), so a signature does not protect
 * against replays. The correlation in the URL, monotonic transitions and idempotence do.
 */
import { hexOf } from "../lib/hex.ts";
import { parsePrediction, type Prediction } from "./prediction.ts";

const HEX_SHA256 = /^(?:sha256=)?([0-9a-f]{64})$/i;

/** The key for HMAC-SHA256. */
function importKey(secret: string): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, [
    "sign",
    "verify",
  ]);
}

/** The header `x-skytells-signature` of a body. */
export async function signatureOf(secret: string, body: string): Promise<string> {
  return hexOf(await crypto.subtle.sign("HMAC", await importKey(secret), new TextEncoder().encode(body)));
}

/** Whether `header` is the HMAC-SHA256 of `body` under any of `keys`. Compares in constant time. */
export async function isSignedBy(keys: string[], body: Uint8Array, header: string | null): Promise<boolean> {
  const given = HEX_SHA256.exec(header?.trim() ?? "")?.[1];
  if (!given) return false;
  const signature = Uint8Array.from({ length: 32 }, (_, at) =>
    Number.parseInt(given.slice(2 * at, 2 * at + 2), 16),
  );
  const checks = await Promise.all(
    keys.map(async (secret) => crypto.subtle.verify("HMAC", await importKey(secret), signature, body)),
  );
  return checks.includes(true);
}

/** The prediction in a webhook's JSON: in an envelope (`data`) or bare. The status counts, not the event's name. */
export function predictionIn(payload: unknown): Prediction | null {
  if (typeof payload === "object" && payload !== null && "data" in payload) {
    const enveloped = parsePrediction(payload.data);
    if (enveloped) return withoutInput(enveloped);
  }
  const bare = parsePrediction(payload);
  return bare && withoutInput(bare);
}

/** Drops the input: it proves nothing in a webhook, and could be large. */
const withoutInput = (prediction: Prediction): Prediction => ({ ...prediction, input: null });

/** Skytells' events to subscribe to: the API reference and the SDK name them differently. */
export const PREDICTION_EVENTS = {
  reference: ["prediction.started", "prediction.succeeded", "prediction.failed", "prediction.cancelled"],
  sdk: ["prediction.started", "prediction.completed", "prediction.failed", "prediction.canceled"],
} as const;

/** In the webhook's URL, to find its job. Unguessable: the job's id is random. */
export type Correlation = { userId: string; jobId: string };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function webhookUrl(origin: string, { userId, jobId }: Correlation): string {
  return `${origin}/api/webhooks?user=${userId}&job=${jobId}`;
}

/** Null if it is missing or malformed. */
export function correlationIn(query: URLSearchParams): Correlation | null {
  const userId = query.get("user") ?? "";
  const jobId = query.get("job") ?? "";
  return UUID.test(userId) && UUID.test(jobId) ? { userId, jobId } : null;
}
