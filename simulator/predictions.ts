import { randomUUID } from "node:crypto";
import type { Model } from "./models.ts";
import { type Moods, moodNumber } from "./moods.ts";
import type { Random } from "./random.ts";
import type { Reference } from "./reference.ts";

export type Status = "queued" | "processing" | "succeeded" | "failed" | "canceled";

/** As in the request: Skytells returns it. */
export type Webhook = { url: string; events: string[] | null };

export type Prediction = {
  readonly id: string;
  readonly model: Model;
  readonly input: Readonly<Record<string, unknown>>;
  readonly webhook: Webhook | null;
  readonly moods: Moods;
  readonly createdAt: number;
  /** Milliseconds from the create to start and end. Infinity: never. */
  readonly startsAfter: number;
  readonly endsAfter: number;
  status: Status;
  startedAt: number | null;
  completedAt: number | null;
  error: string | null;
  /** Null: none was given, or it has not been fetched. */
  reference: Reference | null;
  /** How often each mood that applies N times has been used. */
  readonly moodUses: Map<string, number>;
  readonly ended: Promise<void>;
};

type NewPrediction = {
  model: Model;
  input: Record<string, unknown>;
  webhook: Webhook | null;
  moods: Moods;
  reference: Reference | null;
};

/** Enough for the longest chaos run. Above it the oldest ended predictions are removed. */
const MAX_PREDICTIONS = 20_000;
const SLOW_FACTOR = 10;

const STATUS_NAMES: Readonly<Record<string, Status>> = {
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

/** The status for one of Skytells' names. An unknown name means processing. */
export function statusOf(name: string): Status {
  return STATUS_NAMES[name.toLowerCase()] ?? "processing";
}

export function hasEnded(prediction: Prediction): boolean {
  return prediction.completedAt !== null;
}

/** True for the first N uses of a mood with the value N (`times` without a value). */
export function usesMood(prediction: Prediction, mood: string, times: number): boolean {
  if (!prediction.moods.has(mood)) return false;
  const uses = prediction.moodUses.get(mood) ?? 0;
  prediction.moodUses.set(mood, uses + 1);
  return uses < moodNumber(prediction.moods, mood, times);
}

function outcomeOf(moods: Moods): { status: Status; error: string | null } {
  if (moods.has("nsfw")) return { status: "failed", error: "NSFW content detected." };
  if (moods.has("failed")) return { status: "failed", error: "The model stopped unexpectedly." };
  const status = statusOf(moods.get("status") ?? "succeeded");
  if (status === "failed") return { status, error: "The model stopped unexpectedly." };
  return { status: status === "canceled" ? status : "succeeded", error: null };
}

function timesOf(model: Model, moods: Moods, speed: number, random: Random) {
  const [min, max] = model.durationMs;
  const realistic = ((min + random() * (max - min)) * (moods.has("slow") ? SLOW_FACTOR : 1)) / speed;
  const total = moods.has("delay") ? moodNumber(moods, "delay", 0) * 1000 : realistic;
  return { startsAfter: total * 0.15, endsAfter: moods.has("stuck") ? Number.POSITIVE_INFINITY : total };
}

type Hooks = {
  speed: number;
  random: Random;
  onStarted: (prediction: Prediction) => void;
  onEnded: (prediction: Prediction) => void;
};

export function createPredictions({ speed, random, onStarted, onEnded }: Hooks) {
  const predictions = new Map<string, Prediction>();
  const timers = new Map<string, NodeJS.Timeout[]>();
  const resolveEnded = new Map<string, () => void>();

  function stopTimers(id: string): void {
    for (const timer of timers.get(id) ?? []) clearTimeout(timer);
    timers.delete(id);
  }

  function removeOldest(): void {
    if (predictions.size <= MAX_PREDICTIONS) return;
    for (const prediction of predictions.values()) {
      if (hasEnded(prediction)) {
        predictions.delete(prediction.id);
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
    resolveEnded.get(prediction.id)?.();
    resolveEnded.delete(prediction.id);
  }

  function finish(prediction: Prediction): void {
    start(prediction);
    const { status, error } = outcomeOf(prediction.moods);
    end(prediction, status, error);
  }

  return {
    /** Creates the prediction without timers. `run` starts them when the create knows its response. */
    create({ model, input, webhook, moods, reference }: NewPrediction): Prediction {
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
        reference,
        moodUses: new Map(),
        ended: promise,
      };
      predictions.set(prediction.id, prediction);
      resolveEnded.set(prediction.id, resolve);
      removeOldest();
      return prediction;
    },
    run(prediction: Prediction): void {
      if (hasEnded(prediction)) return;
      const started = [setTimeout(start, prediction.startsAfter, prediction)];
      if (Number.isFinite(prediction.endsAfter))
        started.push(setTimeout(finish, prediction.endsAfter, prediction));
      timers.set(prediction.id, started);
    },
    start,
    finish,
    /** Fails with an error of the input that was found only now. */
    fail: (prediction: Prediction, error: string) => end(prediction, "failed", error),
    get: (id: string) => predictions.get(id),
    newestFirst: () => [...predictions.values()].reverse(),
    cancel: (prediction: Prediction) => end(prediction, "canceled", null),
    remove(prediction: Prediction): void {
      end(prediction, "canceled", null);
      predictions.delete(prediction.id);
    },
    close(): void {
      for (const id of timers.keys()) stopTimers(id);
    },
  };
}

export type Predictions = ReturnType<typeof createPredictions>;
