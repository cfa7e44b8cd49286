import { randomUUID } from "node:crypto";
import type { Model } from "./models.ts";
import { type Moods, moodNumber } from "./moods.ts";
import type { Random } from "./random.ts";

export type Status = "queued" | "processing" | "succeeded" | "failed" | "canceled";

/** What was asked for, as it was asked: Skytells echoes it. */
export type Webhook = { url: string; events: string[] | null };

export type Prediction = {
  readonly id: string;
  readonly model: Model;
  readonly input: Readonly<Record<string, unknown>>;
  readonly webhook: Webhook | null;
  readonly moods: Moods;
  readonly createdAt: number;
  /** Milliseconds from now to start and to end; an infinite one never comes. */
  readonly startsAfter: number;
  readonly endsAfter: number;
  status: Status;
  startedAt: number | null;
  completedAt: number | null;
  error: string | null;
  /** How often each passing misbehaviour has happened. */
  readonly tries: Map<string, number>;
  readonly ended: Promise<void>;
};

type Order = { model: Model; input: Record<string, unknown>; webhook: Webhook | null; moods: Moods };

/** Enough for the longest chaos run; beyond it the oldest ended ones go. */
const KEPT_PREDICTIONS = 20_000;
const SLOW_FACTOR = 10;

const SPELLINGS: Readonly<Record<string, Status>> = {
  queued: "queued",
  pending: "queued",
  created: "queued",
  succeeded: "succeeded",
  completed: "succeeded",
  failed: "failed",
  error: "failed",
  canceled: "canceled",
  cancelled: "canceled",
  aborted: "canceled",
};

/** What a spelling stands for; one that nobody knows is a job under way. */
export function meaningOf(spelling: string): Status {
  return SPELLINGS[spelling.toLowerCase()] ?? "processing";
}

export function hasEnded(prediction: Prediction): boolean {
  return prediction.completedAt !== null;
}

/** True for the first `times` calls, so that a misbehaviour passes. */
export function misbehaves(prediction: Prediction, mood: string, times: number): boolean {
  if (!prediction.moods.has(mood)) return false;
  const tried = prediction.tries.get(mood) ?? 0;
  prediction.tries.set(mood, tried + 1);
  return tried < moodNumber(prediction.moods, mood, times);
}

function outcomeOf(moods: Moods): { status: Status; error: string | null } {
  if (moods.has("nsfw")) return { status: "failed", error: "NSFW content detected." };
  if (moods.has("failed")) return { status: "failed", error: "The model stopped unexpectedly." };
  const spelled = meaningOf(moods.get("status") ?? "succeeded");
  if (spelled === "failed") return { status: spelled, error: "The model stopped unexpectedly." };
  return { status: spelled === "canceled" ? spelled : "succeeded", error: null };
}

function timesOf(model: Model, moods: Moods, speed: number, random: Random) {
  const [least, most] = model.takes;
  const believable = ((least + random() * (most - least)) * (moods.has("slow") ? SLOW_FACTOR : 1)) / speed;
  const total = moods.has("delay") ? moodNumber(moods, "delay", 0) * 1000 : believable;
  return { startsAfter: total * 0.15, endsAfter: moods.has("stuck") ? Number.POSITIVE_INFINITY : total };
}

type Hooks = {
  speed: number;
  random: Random;
  onStarted: (prediction: Prediction) => void;
  onEnded: (prediction: Prediction) => void;
};

export function createPredictions({ speed, random, onStarted, onEnded }: Hooks) {
  const kept = new Map<string, Prediction>();
  const timers = new Map<string, NodeJS.Timeout[]>();
  const endings = new Map<string, () => void>();

  function stopTimers(id: string): void {
    for (const timer of timers.get(id) ?? []) clearTimeout(timer);
    timers.delete(id);
  }

  function evict(): void {
    if (kept.size <= KEPT_PREDICTIONS) return;
    for (const prediction of kept.values()) {
      if (hasEnded(prediction)) {
        kept.delete(prediction.id);
        return;
      }
    }
  }

  function start(prediction: Prediction): void {
    if (prediction.status !== "queued") return;
    prediction.status = "processing";
    prediction.startedAt = Date.now();
    onStarted(prediction);
  }

  function end(prediction: Prediction, status: Status, error: string | null): void {
    if (hasEnded(prediction)) return;
    stopTimers(prediction.id);
    prediction.status = status;
    prediction.error = error;
    prediction.completedAt = Date.now();
    onEnded(prediction);
    endings.get(prediction.id)?.();
    endings.delete(prediction.id);
  }

  function finish(prediction: Prediction): void {
    start(prediction);
    const { status, error } = outcomeOf(prediction.moods);
    end(prediction, status, error);
  }

  return {
    /** Makes the prediction but starts no clock: `run` does, once the create knows what it will answer. */
    create({ model, input, webhook, moods }: Order): Prediction {
      const { promise, resolve } = Promise.withResolvers<void>();
      const prediction: Prediction = {
        id: randomUUID(),
        model,
        input,
        webhook,
        moods,
        createdAt: Date.now(),
        ...timesOf(model, moods, speed, random),
        status: "queued",
        startedAt: null,
        completedAt: null,
        error: null,
        tries: new Map(),
        ended: promise,
      };
      kept.set(prediction.id, prediction);
      endings.set(prediction.id, resolve);
      evict();
      return prediction;
    },
    run(prediction: Prediction): void {
      if (hasEnded(prediction)) return;
      const clocks = [setTimeout(start, prediction.startsAfter, prediction)];
      if (Number.isFinite(prediction.endsAfter))
        clocks.push(setTimeout(finish, prediction.endsAfter, prediction));
      timers.set(prediction.id, clocks);
    },
    start,
    finish,
    get: (id: string) => kept.get(id),
    newestFirst: () => [...kept.values()].reverse(),
    cancel: (prediction: Prediction) => end(prediction, "canceled", null),
    remove(prediction: Prediction): void {
      end(prediction, "canceled", null);
      kept.delete(prediction.id);
    },
    close(): void {
      for (const id of timers.keys()) stopTimers(id);
    },
  };
}

export type Predictions = ReturnType<typeof createPredictions>;
