/** When a delivery is attempted again: the example schedule of Standard Webhooks, 75 h 35 min in all. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** The delay before each attempt, from the failure of the one before. */
const DELAYS_MS = [
  0,
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
] as const;

/** Of each delay, so that the retries of many deliveries spread. */
const JITTER = 0.1;

/**
 * When the next attempt is due after `attempts` failed ones; null: there is none. Times in milliseconds. `random`: from 0
 * to 1.
 */
export function nextAttemptAt(attempts: number, now: number, random: number): number | null {
  const delay = DELAYS_MS[attempts];
  return delay === undefined ? null : Math.round(now + delay * (1 - JITTER + 2 * JITTER * random));
}
