/** Every change of a job as a table: pure functions, with the time as an argument. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { settingsOf } from "../../worker/config/settings.ts";
import type { Job } from "../../worker/studio/jobs/job.ts";
import * as transitions from "../../worker/studio/jobs/transitions.ts";
import { jobOf, predictionOf } from "./support/jobs.ts";

const NOW = 1_000_000;
const settings = { ...settingsOf(env), outputWindowMs: 300_000, checkAfterMs: 20_000 };

const output = { n: 0, ext: "png", width: 8, height: 8 };
const source = { urls: ["https://x/0.png"], seenAt: NOW - 10, lostAt: NOW + 1_000, invalid: null };
const failedWith = (code: string): Partial<Job> => ({
  status: "failed",
  error: { code, message: "" },
  upstream: "ended",
  holdsSlot: false,
  completedAt: NOW - 100,
});

const success = predictionOf({ status: "succeeded", outputs: ["https://x/0.png"] });
const apply = (news: Parameters<typeof transitions.applyPrediction>[1]) => (job: Job) =>
  transitions.applyPrediction(job, news, NOW, settings);

type Row = [name: string, before: Partial<Job>, change: (job: Job) => Job, after: Partial<Job>];

/** `tasks` of the result is compared without order. */
function check(before: Partial<Job>, change: (job: Job) => Job, { tasks, ...after }: Partial<Job>): void {
  const result = change(jobOf(before));
  expect(result).toMatchObject(after);
  if (tasks) expect([...result.tasks].sort()).toEqual([...tasks].sort());
}

const retried = { attempts: 0, nextAt: NOW };

describe("applyPrediction", () => {
  const rows: Row[] = [
    [
      "queued changes nothing",
      { attempts: 3 },
      apply(predictionOf({ status: "queued" })),
      { attempts: 3, status: "queued" },
    ],
    [
      "processing is recorded once",
      {},
      apply(predictionOf({ status: "processing", progress: 20 })),
      { status: "processing", progress: 20, tasks: ["record"] },
    ],
    [
      "progress does not go back",
      { status: "processing", progress: 50 },
      apply(predictionOf({ status: "processing", progress: 20 })),
      { progress: 50, tasks: [] },
    ],
    [
      "processing does not reopen a finished job",
      failedWith("upstream_failed"),
      apply(predictionOf({ status: "processing" })),
      { status: "failed", tasks: [] },
    ],
    [
      "failed ends the job and frees the slot",
      { attempts: 4 },
      apply(predictionOf({ status: "failed" })),
      {
        status: "failed",
        error: expect.objectContaining({ code: "upstream_failed" }),
        holdsSlot: false,
        upstream: "ended",
        tasks: ["record"],
        completedAt: NOW,
        ...retried,
      },
    ],
    [
      "a policy refusal has its own code",
      {},
      apply(predictionOf({ status: "failed", error: "NSFW content" })),
      { error: expect.objectContaining({ code: "content_policy" }) },
    ],
    [
      "failed does not override a success that is being stored",
      { status: "processing", source, tasks: ["store"], upstream: "ended", holdsSlot: false },
      apply(predictionOf({ status: "failed" })),
      { status: "processing", source, tasks: ["store"] },
    ],
    [
      "canceled ends the job",
      { tasks: ["cancel"] },
      apply(predictionOf({ status: "canceled" })),
      { status: "canceled", holdsSlot: false, upstream: "ended", tasks: ["record"] },
    ],
    [
      "succeeded frees the slot and stores",
      { attempts: 4 },
      apply(success),
      {
        status: "processing",
        progress: 100,
        holdsSlot: false,
        upstream: "ended",
        tasks: ["record", "store"],
        outputsLostAt: NOW + 300_000,
        source: { urls: success.outputs, seenAt: NOW, lostAt: NOW + 300_000, invalid: null },
        ...retried,
      },
    ],
    [
      "the outputs' time counts from the completion that Skytells names",
      { sentAt: NOW - 60_000 },
      apply({ ...success, completedAt: NOW - 30_000 }),
      { outputsLostAt: NOW + 270_000 },
    ],
    [
      "a completion before the create or in the future is not believed",
      { sentAt: NOW - 1_000 },
      apply({ ...success, completedAt: NOW - 60_000 }),
      { outputsLostAt: NOW + 300_000 },
    ],
    [
      "later news does not extend the outputs' time",
      { outputsLostAt: NOW + 5 },
      apply(success),
      { outputsLostAt: NOW + 5, source: expect.objectContaining({ lostAt: NOW + 5 }) },
    ],
    ...["timed_out", "unconfirmed"].map(
      (code): Row => [
        `a late success corrects ${code}`,
        failedWith(code),
        apply(success),
        { status: "failed", tasks: ["store"], source: expect.anything(), holdsSlot: false },
      ],
    ),
    [
      "but not after the outputs are lost",
      { ...failedWith("timed_out"), outputsLostAt: NOW - 1 },
      apply(success),
      { status: "failed", tasks: [], source: null },
    ],
    ...["upstream_failed", "content_policy", "output_lost", "storage_failed"].map(
      (code): Row => [
        `a late success does not correct ${code}`,
        failedWith(code),
        apply(success),
        { status: "failed", tasks: [], source: null },
      ],
    ),
    [
      "a success after a cancel by the user is not stored",
      { status: "canceled", tasks: ["cancel"], completedAt: NOW - 1 },
      apply(success),
      { status: "canceled", tasks: [], source: null, holdsSlot: false },
    ],
    [
      "a success after a delete is not stored",
      { status: "canceled", deleted: true, tasks: ["cancel", "remove", "forget"] },
      apply(success),
      { tasks: ["remove", "forget"], source: null },
    ],
    [
      "a repeated success does not restart the store steps",
      { status: "processing", source, tasks: ["store"], upstream: "ended", holdsSlot: false, attempts: 3 },
      apply(success),
      { source, attempts: 3, tasks: ["store"] },
    ],
    [
      "storing again drops a pending remove",
      { ...failedWith("timed_out"), tasks: ["remove"] },
      apply(success),
      { tasks: ["store"] },
    ],
    [
      "an unknown status is open until it has ended",
      { status: "dreaming" },
      apply(predictionOf({ status: "failed" })),
      { status: "failed", holdsSlot: false },
    ],
    [
      "an unknown status that has ended stays",
      { status: "archived", completedAt: NOW - 1, upstream: "ended", holdsSlot: false },
      apply(predictionOf({ status: "failed" })),
      { status: "archived", tasks: [] },
    ],
  ];
  it.each(rows)("%s", (_, before, change, after) => check(before, change, after));
});

const creating: Partial<Job> = {
  predictionId: null,
  upstream: "creating",
  sentAt: NOW - 100,
  answeredAt: null,
};
const attach =
  (news = predictionOf({ status: "queued" })) =>
  (job: Job) =>
    transitions.attachPrediction(job, news, NOW, settings);

describe("the other transitions", () => {
  const rows: Row[] = [
    [
      "a created job is live and recorded",
      creating,
      attach(),
      {
        predictionId: "prediction",
        upstream: "live",
        answeredAt: NOW,
        confirmedAt: NOW,
        holdsSlot: true,
        tasks: ["record"],
        nextAt: NOW + 20_000,
      },
    ],
    [
      "a job found after it was given up takes no slot again",
      { ...creating, ...failedWith("unconfirmed"), predictionId: null },
      attach(),
      { upstream: "live", holdsSlot: false, predictionId: "prediction" },
    ],
    [
      "a job canceled while it was created is canceled at Skytells",
      { ...creating, status: "canceled", completedAt: NOW - 1 },
      attach(),
      { tasks: ["record", "cancel"], ...retried },
    ],
    [
      "a job deleted while it was created is canceled and forgotten",
      { ...creating, status: "canceled", deleted: true, completedAt: NOW - 1 },
      attach(),
      { tasks: ["record", "cancel", "forget"], ...retried },
    ],
    [
      "a lost response keeps the slot and searches now",
      { ...creating, attempts: 2 },
      (job) => transitions.markUnconfirmed(job, "upstream_timeout", NOW),
      {
        upstream: "unconfirmed",
        holdsSlot: true,
        unconfirmedCode: "upstream_timeout",
        answeredAt: NOW,
        ...retried,
      },
    ],
    [
      "an early webhook is kept while the create is in progress",
      { ...creating, nextAt: NOW + 9 },
      (job) => transitions.keepEarlyNews(job, success, NOW, true),
      { earlyNews: success, earlyNewsAt: NOW, nextAt: NOW + 9 },
    ],
    [
      "an early webhook of an unconfirmed job searches now",
      { ...creating, upstream: "unconfirmed", nextAt: NOW + 9 },
      (job) => transitions.keepEarlyNews(job, success, NOW, false),
      { earlyNews: success, ...retried },
    ],
    [
      "an older early webhook does not replace a final one",
      { ...creating, earlyNews: success, earlyNewsAt: NOW - 5 },
      (job) => transitions.keepEarlyNews(job, predictionOf({ status: "processing" }), NOW, true),
      { earlyNews: success, earlyNewsAt: NOW - 5 },
    ],
    [
      "a cancel by the user is visible and pending at Skytells",
      { status: "processing" },
      (job) => transitions.cancelByUser(job, NOW),
      { status: "canceled", holdsSlot: true, tasks: ["record", "cancel"], ...retried },
    ],
    [
      "a cancel while storing removes what was stored",
      {
        status: "processing",
        upstream: "ended",
        holdsSlot: false,
        source,
        outputs: [output],
        tasks: ["store"],
      },
      (job) => transitions.cancelByUser(job, NOW),
      { status: "canceled", outputs: [], tasks: ["record", "remove"] },
    ],
    [
      "a delete of a running job",
      {},
      (job) => transitions.deleteByUser(job, NOW),
      { deleted: true, status: "canceled", tasks: ["record", "cancel", "remove", "forget"], holdsSlot: true },
    ],
    [
      "a delete of a finished job keeps its status",
      { status: "succeeded", completedAt: 1, upstream: "ended", holdsSlot: false, outputs: [output] },
      (job) => transitions.deleteByUser(job, NOW),
      { deleted: true, status: "succeeded", tasks: ["record", "remove", "forget"] },
    ],
    [
      "the deadline fails the job and cancels at Skytells",
      {},
      (job) => transitions.timeOut(job, NOW),
      {
        status: "failed",
        error: expect.objectContaining({ code: "timed_out" }),
        tasks: ["record", "cancel"],
        holdsSlot: true,
      },
    ],
    [
      "giving up frees slot and key, and drops known tasks only",
      {
        ...creating,
        upstream: "unconfirmed",
        idempotencyKey: "key",
        tasks: ["cancel", "upscale"],
        earlyNews: success,
      },
      (job) => transitions.giveUp(job, NOW),
      {
        status: "failed",
        error: expect.objectContaining({ code: "unconfirmed" }),
        holdsSlot: false,
        idempotencyKey: null,
        tasks: ["upscale"],
        earlyNews: null,
      },
    ],
    [
      "giving up a canceled job keeps its status",
      { ...creating, upstream: "unconfirmed", status: "canceled", completedAt: 1 },
      (job) => transitions.giveUp(job, NOW),
      { status: "canceled", holdsSlot: false },
    ],
    [
      "an output is added in its place",
      { source, tasks: ["store"], outputs: [{ ...output, n: 1 }] },
      (job) => transitions.addOutput(job, output),
      { outputs: [output, { ...output, n: 1 }] },
    ],
    [
      "an output after a cancel is ignored",
      { outputs: [] },
      (job) => transitions.addOutput(job, output),
      { outputs: [] },
    ],
    [
      "the first response that is no image is counted",
      { source, tasks: ["store"] },
      (job) => transitions.countStoreAttempt(job, true, NOW),
      { source: { ...source, invalid: { since: NOW, tries: 1 } } },
    ],
    [
      "another failure resets that count",
      { source: { ...source, invalid: { since: 1, tries: 3 } }, tasks: ["store"] },
      (job) => transitions.countStoreAttempt(job, false, NOW),
      { source },
    ],
    [
      "a stored job has succeeded",
      { ...failedWith("timed_out"), source, tasks: ["store"], outputs: [output] },
      (job) => transitions.completeStore(job, NOW),
      {
        status: "succeeded",
        error: null,
        source: null,
        outputs: [output],
        tasks: ["record"],
        completedAt: NOW,
      },
    ],
    [
      "a failed store fails the job and removes leftovers",
      { status: "processing", source, tasks: ["store"], upstream: "ended" },
      (job) => transitions.failStore(job, "output_lost", NOW),
      {
        status: "failed",
        error: expect.objectContaining({ code: "output_lost" }),
        source: null,
        tasks: ["record", "remove"],
      },
    ],
    [
      "a failed store of a job that had failed keeps its first error",
      { ...failedWith("timed_out"), source, tasks: ["store"] },
      (job) => transitions.failStore(job, "output_lost", NOW),
      { status: "failed", error: expect.objectContaining({ code: "timed_out" }), tasks: ["remove"] },
    ],
    [
      "the end at Skytells drops the cancel and frees the slot once",
      { tasks: ["cancel", "record"], attempts: 2 },
      (job) => transitions.endUpstream(job, NOW),
      { upstream: "ended", holdsSlot: false, tasks: ["record"], ...retried },
    ],
    [
      "a second end does not reset the attempts",
      { upstream: "ended", holdsSlot: false, attempts: 2, tasks: ["cancel"] },
      (job) => transitions.endUpstream(job, NOW),
      { attempts: 2, tasks: [] },
    ],
  ];
  it.each(rows)("%s", (_, before, change, after) => check(before, change, after));
});
