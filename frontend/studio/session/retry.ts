import { effect, type ReadonlySignal } from "@preact/signals";
import { backoff } from "../../api/backoff.ts";
import type { ApiError, ErrorCode } from "../../api/result.ts";
import { isPageHidden } from "../../browser/page-visibility.ts";

/** Temporary errors. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set([
  "network_error",
  "invalid_response",
  "session_redirected",
  "internal",
  "storage_unavailable",
  "rate_limited",
]);

export type RetryDependencies = {
  /** Null after a success; a new object with each failure. */
  error: ReadonlySignal<ApiError | null>;
  /** Changes when the tab comes to the front, or the network is back. */
  wakeUps: ReadonlySignal<number>;
  random: () => number;
  retry: () => unknown;
};

/** Repeats a failed request, with a growing delay, at once on a wake-up, and not in a hidden tab. Returns a function that stops it. */
export function retryFailures({ error, wakeUps, random, retry }: RetryDependencies): () => void {
  let failures = 0;
  let known = wakeUps.peek();
  return effect(() => {
    const isAwakened = wakeUps.value !== known;
    known = wakeUps.value;
    if (!error.value || !RETRYABLE.has(error.value.code)) {
      failures = 0;
      return;
    }
    const { retryAfterSeconds = 0 } = error.value;
    const delay = isAwakened ? 0 : Math.max(backoff(failures, random), retryAfterSeconds * 1_000);
    failures += 1;
    const timer = setTimeout(() => {
      if (!isPageHidden()) retry();
    }, delay);
    return () => clearTimeout(timer);
  });
}
