/** When a job is next due: pure functions, with the time as an argument. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { settingsOf } from "../../worker/config/settings.ts";
import type { Job } from "../../worker/studio/jobs/job.ts";
import {
  canRun,
  confirmUntil,
  isLastStoreAttempt,
  needsSearch,
  nextDeadline,
  reschedule,
  slotEndOf,
} from "../../worker/studio/jobs/schedule.ts";
import { applyPrediction, failStore, timeOut } from "../../worker/studio/jobs/transitions.ts";
import { jobOf, predictionOf } from "./support/jobs.ts";

const settings = {
  ...settingsOf(env),
  deadlineMs: 900_000,
  outputWindowMs: 300_000,
  checkAfterMs: 20_000,
  unconfirmedMs: 120_000,
  createTimeoutMs: 25_000,
};
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = 50_000;

const unconfirmed: Partial<Job> = { predictionId: null, upstream: "unconfirmed", answeredAt: 10_000 };
const finished: Partial<Job> = { status: "succeeded", upstream: "ended", holdsSlot: false, completedAt: 1 };

/** With jitter of 20 % either way. */
const within = (delay: number): [number, number] => [NOW + 0.8 * delay, NOW + 1.2 * delay];
const exactly = (at: number): [number, number] => [at, at];

describe("reschedule", () => {
  const rows: [name: string, job: Partial<Job>, range: [number, number]][] = [
    [
      "a create that was cut off: after two timeouts and 10 s",
      { predictionId: null, upstream: "creating", sentAt: 1_000 },
      exactly(61_000),
    ],
    ...[1_000, 2_000, 4_000, 8_000, 15_000, 15_000].map(
      (delay, attempts): [string, Partial<Job>, [number, number]] => [
        `search ${attempts + 1} of an unconfirmed create: ${delay} ms later`,
        { ...unconfirmed, attempts },
        exactly(NOW + delay),
      ],
    ),
    ...[20_000, 30_000, 45_000, 60_000, 60_000].map(
      (delay, attempts): [string, Partial<Job>, [number, number]] => [
        `status request ${attempts + 1}: about ${delay} ms later`,
        { attempts },
        within(delay),
      ],
    ),
    [
      "a status request does not pass the deadline",
      { createdAt: NOW - 890_000, attempts: 9 },
      exactly(NOW + 10_000),
    ],
    ...[1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000].map(
      (delay, attempts): [string, Partial<Job>, [number, number]] => [
        `retry ${attempts + 1} of a D1 write: about ${delay} ms later`,
        { ...finished, tasks: ["record"], attempts },
        within(delay),
      ],
    ),
    ["a finished job is swept a day after its end", { ...finished, endedAt: 40_000 }, exactly(40_000 + DAY)],
    ["a job that has just finished is swept a day from now", finished, exactly(NOW + DAY)],
    [
      "a task of a newer version does not wake the object",
      { ...finished, tasks: ["upscale"] },
      exactly(NOW + DAY),
    ],
    [
      "a delete at Skytells waits for the prediction to end",
      { tasks: ["forget"], status: "canceled", completedAt: 1 },
      within(20_000),
    ],
    [
      "a failed job whose cancel is pending is retried like a task",
      { ...finished, status: "failed", upstream: "live", tasks: ["cancel"] },
      within(1_000),
    ],
  ];
  it.each(rows)("%s", (_, job, [from, to]) => {
    const { nextAt } = reschedule(jobOf(job), NOW, settings);
    expect(nextAt).toBeGreaterThanOrEqual(from);
    expect(nextAt).toBeLessThanOrEqual(to);
  });

  it("sets endedAt only when nothing is pending", () => {
    expect(reschedule(jobOf(finished), NOW, settings).endedAt).toBe(NOW);
    expect(reschedule(jobOf({ ...finished, endedAt: 5 }), NOW, settings).endedAt).toBe(5);
    expect(
      reschedule(jobOf({ ...finished, endedAt: 5, tasks: ["record"] }), NOW, settings).endedAt,
    ).toBeNull();
  });
});

describe("storing", () => {
  const success = predictionOf({ status: "succeeded", outputs: ["https://x/0.png"] });

  /** Attempts that all fail at once. */
  function attemptsOf(job: Job): number[] {
    const times: number[] = [];
    let current = job;
    for (let now = current.nextAt; !isLastStoreAttempt(current, now); now = current.nextAt) {
      times.push(now);
      current = reschedule({ ...current, attempts: current.attempts + 1 }, now, settings);
    }
    return [...times, current.nextAt];
  }

  it("is tried at 0, 1, 3, 8, 20, 45, 90 … s, and last at the end of the window", () => {
    const times = attemptsOf(applyPrediction(jobOf(), success, 0, settings)).map(
      (ms) => Math.round(ms) / 1000,
    );
    expect(times).toEqual([0, 1, 3, 8, 20, 45, 90, 135, 180, 225, 270, 300]);
  });

  it("leaves less than a minute between two attempts", () => {
    const times = attemptsOf(applyPrediction(jobOf(), success, 0, settings));
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(60_000);
  });

  it("after a downtime is tried at once, and at the window's end", () => {
    const job = { ...applyPrediction(jobOf(), success, 0, settings), attempts: 2 };
    expect(reschedule(job, 290_000, settings).nextAt).toBeLessThanOrEqual(300_000);
    expect(isLastStoreAttempt(job, 299_999)).toBe(false);
    expect(isLastStoreAttempt(job, 300_000)).toBe(true);
  });

  it("of a late success does not get a new window", () => {
    const late = applyPrediction(timeOut(jobOf(), 900_000), success, 900_000, settings);
    const lost = failStore(late, "storage_failed", 1_000_000);
    const again = applyPrediction(lost, success, 1_100_000, settings);
    expect(again.tasks).toContain("store");
    expect(again.source?.lostAt).toBe(1_200_000);
    expect(applyPrediction(lost, success, 1_200_001, settings).tasks).not.toContain("store");
  });
});

describe("deadlines", () => {
  const rows: [name: string, job: Partial<Job>, now: number, next: number | null][] = [
    ["of a running job: the generation's", {}, NOW, 900_000],
    ["after it: the slot's", {}, 900_000, 1_200_000],
    ["of an unconfirmed job: the generation's", unconfirmed, NOW, 900_000],
    [
      "of a canceled job that holds its slot: the slot's",
      { status: "canceled", completedAt: 1 },
      NOW,
      1_200_000,
    ],
    ["of a finished job: none", finished, NOW, null],
    ["all past: none", {}, 1_200_000, null],
  ];
  it.each(rows)("%s", (_, job, now, next) => {
    expect(nextDeadline(jobOf(job), now, settings)).toBe(next);
  });

  it("the slot ends 300 s after the generation's deadline", () => {
    expect(slotEndOf(7, settings)).toBe(7 + 1_200_000);
  });

  it("the search ends UNCONFIRMED_SECONDS after the response was lost, or the create was sent", () => {
    expect(confirmUntil(jobOf(unconfirmed), settings)).toBe(130_000);
    expect(confirmUntil(jobOf({ ...unconfirmed, answeredAt: null, sentAt: 4 }), settings)).toBe(120_004);
  });
});

describe("needsSearch", () => {
  const news = predictionOf({ status: "succeeded" });
  it.each<[string, Partial<Job>, boolean]>([
    ["a job with a prediction", {}, false],
    ["a create in progress", { predictionId: null, upstream: "creating" }, false],
    [
      "a create in progress with an early webhook",
      { predictionId: null, upstream: "creating", earlyNews: news },
      false,
    ],
    ["an unconfirmed job", unconfirmed, true],
    ["a job that was given up", { ...unconfirmed, upstream: "ended" }, false],
    [
      "a job that was given up, with an early webhook",
      { ...unconfirmed, upstream: "ended", earlyNews: news },
      true,
    ],
  ])("%s: %s", (_, job, expected) => expect(needsSearch(jobOf(job))).toBe(expected));
});

describe("canRun", () => {
  it.each<[string, Partial<Job>, Parameters<typeof canRun>[1], boolean]>([
    ["without a prediction", { predictionId: null }, "record", false],
    ["record of a running job", {}, "record", true],
    ["forget of a running job", {}, "forget", false],
    ["forget of an ended job", finished, "forget", true],
  ])("%s: %s", (_, job, task, expected) => expect(canRun(jobOf(job), task)).toBe(expected));
});
