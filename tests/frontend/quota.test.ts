import { signal } from "@preact/signals";
import { beforeEach, expect, test, vi } from "vitest";
import { quotaNotice, watchDayEnd } from "../../frontend/studio/generate/quota.ts";
import { createText } from "../../frontend/text/create.ts";

const resetsAt = "2026-11-25T00:00:00.000Z";

test.each<[used: number, limit: number | null, says: string | null]>([
  [900, null, null],
  [0, 50, null],
  [44, 50, null],
  [45, 50, createText.dayLeft(5, 50)],
  [49, 50, createText.dayLeft(1, 50)],
  [0, 4, null],
  [1, 4, createText.dayLeft(3, 4)],
  [0, 1, createText.dayLeft(1, 1)],
  [50, 50, createText.dayOver(Date.parse(resetsAt))],
  // After a change to a smaller plan.
  [80, 50, createText.dayOver(Date.parse(resetsAt))],
])("%i used of %s a day: %s", (used, limit, says) => {
  expect(quotaNotice({ used, limit, resetsAt })).toBe(says);
});

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(resetsAt) - 3_600_000 });
});

const limitsUntil = (resetsAt: string) => ({
  concurrent: 1,
  inFlight: 0,
  unconfirmed: 0,
  today: { used: 50, limit: 50, resetsAt },
});

test("a clock ahead of the Worker's: asks every minute until the next day has begun there", async () => {
  const limits = signal(limitsUntil(resetsAt));
  const askLimits = vi.fn(async () => {
    limits.value = limitsUntil(resetsAt);
  });
  const stop = watchDayEnd({ limits, askLimits, now: Date.now, random: () => 0 });
  await vi.advanceTimersByTimeAsync(3_600_000 - 1);
  expect(askLimits).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1 + 2 * 60_000);
  expect(askLimits).toHaveBeenCalledTimes(3);
  askLimits.mockImplementation(async () => {
    limits.value = limitsUntil("2026-11-26T00:00:00.000Z");
  });
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(askLimits).toHaveBeenCalledTimes(4);
  stop();
  await vi.advanceTimersByTimeAsync(48 * 3_600_000);
  expect(askLimits).toHaveBeenCalledTimes(4);
});
