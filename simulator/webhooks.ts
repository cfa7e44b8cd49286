/**
 * Sends webhooks as Skytells is believed to. How its sender retries is not documented: two quick retries
 * after a failed connection or an answer other than 2xx, then silence, is this simulator's assumption.
 */
import { createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Ledger, WebhookEntry } from "./ledger.ts";
import type { Prediction } from "./predictions.ts";
import type { Presenter } from "./present.ts";

export type WebhookEvent = "started" | "succeeded" | "failed" | "canceled";

const RETRIES_AFTER_MS = [500, 2000] as const;
const ANSWER_TIMEOUT_MS = 10_000;
/** More than a receiver with a sane cap reads. */
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

function isAskedFor(prediction: Prediction, name: string): boolean {
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

type Letter = Pick<WebhookEntry, "id" | "event" | "url" | "body" | "signature">;
type Sent = { status: number | null; error: string | null };

async function post(letter: Letter, closing: AbortSignal): Promise<Sent> {
  try {
    const answer = await fetch(letter.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "Skytells-Webhook/1.0",
        ...(letter.signature !== null && { "x-skytells-signature": letter.signature }),
      },
      body: letter.body,
      redirect: "manual",
      signal: AbortSignal.any([closing, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
    });
    await answer.body?.cancel();
    return { status: answer.status, error: null };
  } catch (error) {
    const { message, cause } = error as Error;
    return { status: null, error: cause instanceof Error ? `${message}: ${cause.message}` : message };
  }
}

type Sender = { key: string; speed: number; ledger: Ledger; present: Presenter };

export function createWebhooks({ key, speed, ledger, present }: Sender) {
  const closing = new AbortController();

  /** Resolves after the first attempt: order is kept between those only, retries go on behind. */
  async function deliver(letter: Letter): Promise<void> {
    const attempt = async (number: number) => {
      const at = Date.now();
      const sent = await post(letter, closing.signal);
      ledger.webhook({ ...letter, ...sent, attempt: number, at });
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

  function write(prediction: Prediction, event: WebhookEvent): Letter {
    const name = nameOf(prediction, event);
    const { moods } = prediction;
    const whole = present(prediction);
    const data = moods.has("webhook-minimal") ? { id: whole["id"], status: whole["status"] } : whole;
    const content = {
      ...(moods.has("webhook-bare") ? data : { type: name, created_at: new Date().toISOString(), data }),
      ...(moods.has("webhook-large") && { logs: "x".repeat(LARGE_BYTES) }),
    };
    const text = JSON.stringify(content);
    const body = moods.has("webhook-garbled") ? text.slice(0, -1) : text;
    const signature = signatureOf(prediction, Buffer.from(body), key);
    return { id: prediction.id, event: name, url: prediction.webhook?.url ?? "", body, signature };
  }

  function keep(letter: Letter, why: string): void {
    ledger.webhook({ ...letter, attempt: 0, status: null, error: why, at: Date.now() });
  }

  async function dispatch(prediction: Prediction, letter: Letter): Promise<void> {
    const { moods } = prediction;
    const letters = Array.from({ length: moods.has("webhook-doubled") ? 2 : 1 }, () => letter);
    const kept = ["lost", "held"].find((name) => moods.has(`webhook-${name}`));
    if (kept === undefined) await Promise.all(letters.map(deliver));
    else for (const one of letters) keep(one, kept);
  }

  const queues = new Map<string, Promise<void>>();
  const heldBack = new Map<string, Letter>();

  function enqueue(prediction: Prediction, step: () => Promise<void>): Promise<void> {
    const next = (queues.get(prediction.id) ?? Promise.resolve()).then(step);
    queues.set(prediction.id, next);
    void next.then(() => {
      if (queues.get(prediction.id) === next) queues.delete(prediction.id);
    });
    return next;
  }

  return {
    /** `after` keeps a webhook from overtaking the create's answer; the body is written now, as things stand. */
    notify(prediction: Prediction, event: WebhookEvent, after: Promise<void>): Promise<void> {
      if (prediction.webhook === null || !isAskedFor(prediction, nameOf(prediction, event))) {
        return Promise.resolve();
      }
      const letter = write(prediction, event);
      if (event === "started" && prediction.moods.has("webhook-out-of-order")) {
        heldBack.set(prediction.id, letter);
        return Promise.resolve();
      }
      return enqueue(prediction, async () => {
        await after;
        await dispatch(prediction, letter);
        const late = heldBack.get(prediction.id);
        heldBack.delete(prediction.id);
        if (late !== undefined) await dispatch(prediction, late);
      });
    },
    /** Sends whatever was asked for and whatever the moods are. */
    async resend(prediction: Prediction, event: WebhookEvent, times: number): Promise<void> {
      const letter = write(prediction, event);
      for (let time = 0; time < times; time += 1) await deliver(letter);
    },
    close: () => closing.abort(),
  };
}

export type Webhooks = ReturnType<typeof createWebhooks>;
