/** How long generations take, learned from this browser's last ones, per model. */
import type { KeyValueStore } from "../../browser/storage.ts";
import { definePart } from "../../ui/parts.ts";
import { isInFlight } from "../images/generation.ts";
import type { Generations } from "../images/generations.ts";

const MAX_SAMPLES = 20;
/** From this multiple of the expected time on, a generation takes longer than usual. */
const SLOW_FACTOR = 1.5;
/** The bar stops here until the image is there. */
const MAX_ESTIMATE_PERCENT = 95;

export type DurationsDependencies = { generations: Generations; store: KeyValueStore };

export function createDurations({ generations, store }: DurationsDependencies) {
  generations.subscribe((change) => {
    if (change.type === "deleted" || !change.previous || !isInFlight(change.previous)) return;
    const { model, status, createdAt, completedAt } = change.generation;
    if (status !== "succeeded" || completedAt === null) return;
    const ms = Date.parse(completedAt) - Date.parse(createdAt);
    if (ms > 0) store.set(keyOf(model), JSON.stringify([...read(model), ms].slice(-MAX_SAMPLES)));
  });

  function read(model: string): number[] {
    try {
      const stored: unknown = JSON.parse(store.get(keyOf(model)) ?? "[]");
      return Array.isArray(stored) ? stored.filter((ms) => typeof ms === "number" && ms > 0) : [];
    } catch {
      return [];
    }
  }

  return {
    /** The median in milliseconds; null without any. */
    expectedMs(model: string): number | null {
      const samples = read(model).toSorted((a, b) => a - b);
      const middle = samples.length / 2;
      const pair = [samples[Math.ceil(middle) - 1], samples[Math.floor(middle)]];
      const [low, high] = pair;
      return low === undefined || high === undefined ? null : (low + high) / 2;
    },
  };
}

const keyOf = (model: string) => `durations.${model}`;

export type Durations = ReturnType<typeof createDurations>;
export const durationsPart = definePart<Durations>("durations");

/** What to show of a generation in flight. `percent` is null where nothing is known of it. */
export function estimateOf(
  progress: number | null,
  elapsedMs: number,
  expectedMs: number | null,
): { percent: number | null; isSlow: boolean } {
  const told = progress !== null && progress > 0 ? progress : null;
  if (expectedMs === null) return { percent: told, isSlow: false };
  const estimated = Math.min(MAX_ESTIMATE_PERCENT, (100 * elapsedMs) / expectedMs);
  return { percent: Math.max(told ?? 0, estimated), isSlow: elapsedMs > SLOW_FACTOR * expectedMs };
}
