import { effect, type ReadonlySignal } from "@preact/signals";
import { backoff } from "../api/backoff.ts";
import type { Trouble, TroubleCode } from "../api/result.ts";

/** Failures that a later attempt may not meet. */
const RETRYABLE: ReadonlySet<TroubleCode> = new Set([
  "offline",
  "bad_answer",
  "session_redirected",
  "internal",
  "storage_unavailable",
  "rate_limited",
]);

export type RetryDependencies = {
  /** Null after a success; a new object with each failure. */
  problem: ReadonlySignal<Trouble | null>;
  /** Changes when the tab comes to the front, or the network is back. */
  wakeUps: ReadonlySignal<number>;
  random: () => number;
  again: () => unknown;
};

/** Repeats a failed request, with a growing delay, at once on a wake-up, and not in a hidden tab. Returns its end. */
export function retryFailures({ problem, wakeUps, random, again }: RetryDependencies): () => void {
  let failures = 0;
  let known = wakeUps.peek();
  return effect(() => {
    const isAwakened = wakeUps.value !== known;
    known = wakeUps.value;
    if (!problem.value || !RETRYABLE.has(problem.value.code)) {
      failures = 0;
      return;
    }
    const { retryAfterSeconds = 0 } = problem.value;
    const delay = isAwakened ? 0 : Math.max(backoff(failures, random), retryAfterSeconds * 1_000);
    failures += 1;
    const timer = setTimeout(() => {
      if (!document.hidden) again();
    }, delay);
    return () => clearTimeout(timer);
  });
}
