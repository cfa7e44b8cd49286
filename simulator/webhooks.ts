/**
 * Sends webhooks. Skytells does not document its retries: this simulator assumes two, after a failed connection or a
 * status other than 2xx.
 */
import { createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Ledger, WebhookEntry } from "./ledger.ts";
import type { Prediction } from "./predictions.ts";
import type { Presenter } from "./present.ts";

export type WebhookEvent = "started" | "succeeded" | "failed" | "canceled";

const RETRIES_AFTER_MS = [500, 2000] as const;
const RESPONSE_TIMEOUT_MS = 10_000;
/** More than a receiver should read. */
const LARGE_BYTES = 300 * 1024;

const REFERENCE_NAMES = {
  started: "prediction.started",
  succeeded: "prediction.succeeded",
  failed: "prediction.failed",
  canceled: "prediction.cancelled",
} as const;

const SDK_NAMES = {
  started: "prediction.started",
  succeeded: "prediction.completed",
  failed: "prediction.failed",
  canceled: "prediction.canceled",
} as const;

export function sign(body: Uint8Array, key: string): string {
  return createHmac("sha256", key).update(body).digest("hex");
}

function nameOf(prediction: Prediction, event: WebhookEvent): string {
  return (prediction.moods.has("webhook-sdk") ? SDK_NAMES : REFERENCE_NAMES)[event];
}

function isRequested(prediction: Prediction, name: string): boolean {
  const events = prediction.webhook?.events;
  if (events === null || events === undefined) return true;
  return events.includes(name) || events.includes(name.slice("prediction.".length));
}

function signatureOf(prediction: Prediction, body: Uint8Array, key: string): string | null {
  const { moods } = prediction;
  if (moods.has("webhook-unsigned")) return null;
  const signature = sign(body, moods.has("webhook-wrong-key") ? `not-${key}` : key);
  return moods.has("webhook-prefixed") ? `sha256=${signature.toUpperCase()}` : signature;
}

type Delivery = Pick<WebhookEntry, "id" | "event" | "url" | "body" | "signature">;
type SendResult = { status: number | null; error: string | null };

async function post(delivery: Delivery, closing: AbortSignal): Promise<SendResult> {
  try {
    const response = await fetch(delivery.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "Skytells-Webhook/1.0",
        ...(delivery.signature !== null && { "x-skytells-signature": delivery.signature }),
      },
      body: delivery.body,
      redirect: "manual",
      signal: AbortSignal.any([closing, AbortSignal.timeout(RESPONSE_TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    return { status: response.status, error: null };
  } catch (error) {
    const { message, cause } = error as Error;
    return { status: null, error: cause instanceof Error ? `${message}: ${cause.message}` : message };
  }
}

type Sender = { key: string; speed: number; ledger: Ledger; present: Presenter };

export function createWebhooks({ key, speed, ledger, present }: Sender) {
  const closing = new AbortController();

  /** Resolves after the first attempt. Only first attempts keep their order. */
  async function deliver(delivery: Delivery): Promise<void> {
    const attempt = async (number: number) => {
      const at = Date.now();
      const sent = await post(delivery, closing.signal);
      ledger.webhook({ ...delivery, ...sent, attempt: number, at });
      return sent.status !== null && sent.status >= 200 && sent.status < 300;
    };
    if (await attempt(1)) return;
    void (async () => {
      for (const [index, wait] of RETRIES_AFTER_MS.entries()) {
        await pause(wait / speed, undefined, { signal: closing.signal });
        if (await attempt(index + 2)) return;
      }
    })().catch(() => undefined);
  }

  function createDelivery(prediction: Prediction, event: WebhookEvent): Delivery {
    const name = nameOf(prediction, event);
    const { moods } = prediction;
    const full = present(prediction);
    const data = moods.has("webhook-minimal") ? { id: full["id"], status: full["status"] } : full;
    const content = {
      ...(moods.has("webhook-bare") ? data : { type: name, created_at: new Date().toISOString(), data }),
      ...(moods.has("webhook-large") && { logs: "x".repeat(LARGE_BYTES) }),
    };
    const text = JSON.stringify(content);
    const body = moods.has("webhook-garbled") ? text.slice(0, -1) : text;
    const signature = signatureOf(prediction, Buffer.from(body), key);
    return { id: prediction.id, event: name, url: prediction.webhook?.url ?? "", body, signature };
  }

  function recordUnsent(delivery: Delivery, reason: string): void {
    ledger.webhook({ ...delivery, attempt: 0, status: null, error: reason, at: Date.now() });
  }

  async function dispatch(prediction: Prediction, delivery: Delivery): Promise<void> {
    const { moods } = prediction;
    const deliveries = Array.from({ length: moods.has("webhook-doubled") ? 2 : 1 }, () => delivery);
    const suppressedBy = ["lost", "held"].find((name) => moods.has(`webhook-${name}`));
    if (suppressedBy === undefined) await Promise.all(deliveries.map(deliver));
    else for (const one of deliveries) recordUnsent(one, suppressedBy);
  }

  const queues = new Map<string, Promise<void>>();
  const delayedStarted = new Map<string, Delivery>();

  function enqueue(prediction: Prediction, step: () => Promise<void>): Promise<void> {
    const next = (queues.get(prediction.id) ?? Promise.resolve()).then(step);
    queues.set(prediction.id, next);
    void next.then(() => {
      if (queues.get(prediction.id) === next) queues.delete(prediction.id);
    });
    return next;
  }

  return {
    /** Sends after `after`, so that no webhook precedes the create's response. The body shows the current state. */
    notify(prediction: Prediction, event: WebhookEvent, after: Promise<void>): Promise<void> {
      if (prediction.webhook === null || !isRequested(prediction, nameOf(prediction, event))) {
        return Promise.resolve();
      }
      const delivery = createDelivery(prediction, event);
      if (event === "started" && prediction.moods.has("webhook-out-of-order")) {
        delayedStarted.set(prediction.id, delivery);
        return Promise.resolve();
      }
      return enqueue(prediction, async () => {
        await after;
        await dispatch(prediction, delivery);
        const delayed = delayedStarted.get(prediction.id);
        delayedStarted.delete(prediction.id);
        if (delayed !== undefined) await dispatch(prediction, delayed);
      });
    },
    /** Ignores the requested events and the moods. */
    async resend(prediction: Prediction, event: WebhookEvent, times: number): Promise<void> {
      const delivery = createDelivery(prediction, event);
      for (let time = 0; time < times; time += 1) await deliver(delivery);
    },
    close: () => closing.abort(),
  };
}

export type Webhooks = ReturnType<typeof createWebhooks>;
