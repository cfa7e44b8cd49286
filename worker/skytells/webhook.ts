/**
 * The webhook's trust boundary: who signed these bytes, and what do they say. Skytells signs the raw body and
 * nothing else (no time, no delivery id), so a signature is no protection against replay: that is what the
 * correlation in our URL, monotonic transitions and idempotence are for.
 */
import { parsePrediction, type Prediction } from "./prediction.ts";

const HEX_SHA256 = /^(?:sha256=)?([0-9a-f]{64})$/i;

/** Whether `header` is the HMAC-SHA256 of `body` under any of `keys`. Compares in constant time. */
export async function isSignedBy(keys: string[], body: Uint8Array, header: string | null): Promise<boolean> {
  const given = HEX_SHA256.exec(header?.trim() ?? "")?.[1];
  if (!given) return false;
  const signature = Uint8Array.from({ length: 32 }, (_, at) =>
    Number.parseInt(given.slice(2 * at, 2 * at + 2), 16),
  );
  const checks = await Promise.all(
    keys.map(async (secret) => {
      const key = await crypto.subtle.importKey(
        "raw",
        new TextEncoder().encode(secret),
        { name: "HMAC", hash: "SHA-256" },
        false,
        ["verify"],
      );
      return crypto.subtle.verify("HMAC", key, signature, body);
    }),
  );
  return checks.includes(true);
}

/** The prediction in a webhook's JSON: in an envelope (`data`) or bare. The event's name is not read: the status is. */
export function predictionIn(payload: unknown): Prediction | null {
  if (typeof payload === "object" && payload !== null && "data" in payload) {
    const enveloped = parsePrediction(payload.data);
    if (enveloped) return withoutInput(enveloped);
  }
  const bare = parsePrediction(payload);
  return bare && withoutInput(bare);
}

/** What was sent proves nothing here; and however deep it is nested, it has to be passed on and kept. */
const withoutInput = (prediction: Prediction): Prediction => ({ ...prediction, input: null });

/** Names of the events to ask for: the API reference and the SDK spell them differently. */
export const WEBHOOK_EVENTS = {
  reference: ["prediction.started", "prediction.succeeded", "prediction.failed", "prediction.cancelled"],
  sdk: ["prediction.started", "prediction.completed", "prediction.failed", "prediction.canceled"],
} as const;

/** What rides in a webhook's URL so that it finds its job: unguessable, since the job's id is random. */
export type Correlation = { userId: string; jobId: string };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function webhookUrl(origin: string, { userId, jobId }: Correlation): string {
  return `${origin}/api/webhooks?user=${userId}&job=${jobId}`;
}

/** Null where it is missing or garbled. */
export function correlationIn(query: URLSearchParams): Correlation | null {
  const userId = query.get("user") ?? "";
  const jobId = query.get("job") ?? "";
  return UUID.test(userId) && UUID.test(jobId) ? { userId, jobId } : null;
}
