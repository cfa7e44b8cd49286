/** When a job is next due. Steps are factors of a setting: of `checkAfterMs`, `outputWindowMs` or `unconfirmedMs`. */
import { SLOT_GRACE_MS, RETAIN_JOB_MS } from "../../config/limits.ts";
import type { Settings } from "../../config/settings.ts";
import { isKnownTask, type Job, type Task } from "./job.ts";
import { isOpen, hasTask } from "./transitions.ts";

const CHECK_STEPS = [1, 1.5, 2.25, 3];
/** Attempts to store after a success is known, as fractions of the output window (in seconds of 300): at least one a minute. */
const STORE_STEPS = [0, 1, 3, 8, 20, 45, 90, 135, 180, 225, 270].map((seconds) => seconds / 300);
/** Interval after the last step, until the window ends. */
const STORE_REPEAT = 45 / 300;
/** Delays between searches for an unconfirmed create, as fractions of UNCONFIRMED_SECONDS: at 0, 1, 3, 7, 15 s, then every 15 s of 120. */
const CONFIRM_STEPS = [1, 2, 4, 8, 15].map((seconds) => seconds / 120);
const MAX_BACKOFF_MS = 60_000;

/** Decided by time, not by the number of attempts: after a downtime there may have been few. */
export function isLastStoreAttempt(job: Job, now: number): boolean {
  return now >= (job.source?.lostAt ?? 0);
}

/** When the next attempt is due: by the steps, never in a burst, and once at the end of the window. */
function nextStore(
  source: { seenAt: number; lostAt: number },
  attempts: number,
  now: number,
  window: number,
): number {
  const step = STORE_STEPS[attempts];
  const due = step === undefined ? now + STORE_REPEAT * window : source.seenAt + step * window;
  const gap = attempts === 0 ? 0 : (STORE_STEPS[1] as number) * window;
  return Math.min(Math.max(due, now + gap), Math.max(source.lostAt, now));
}

export function deadlineOf(job: Job, settings: Settings): number {
  return job.createdAt + settings.deadlineMs;
}

/** When a job's slot stops counting, whatever its state. */
export function slotEndOf(createdAt: number, settings: Settings): number {
  return createdAt + settings.deadlineMs + SLOT_GRACE_MS;
}

/** How long an unconfirmed create is searched for. */
export function confirmUntil(job: Job, settings: Settings): number {
  return (job.answeredAt ?? job.sentAt) + settings.unconfirmedMs;
}

/** The job's prediction is unknown: the create is unconfirmed, or was given up and a webhook has named a prediction since. */
export function needsSearch(job: Job): boolean {
  if (job.predictionId !== null || job.upstream === "creating") return false;
  return job.upstream === "unconfirmed" || job.earlyNews !== null;
}

/** The next deadline after `now`, which a Retry-After must not pass; null if all have passed. */
export function nextDeadline(job: Job, now: number, settings: Settings): number | null {
  const isWaiting = isOpen(job) && (job.upstream === "live" || job.upstream === "unconfirmed");
  const times = [
    ...(isWaiting ? [deadlineOf(job, settings)] : []),
    ...(job.holdsSlot ? [slotEndOf(job.createdAt, settings)] : []),
  ].filter((time) => time > now);
  return times.length === 0 ? null : Math.min(...times);
}

const last = <T>(steps: readonly T[], at: number): T => steps[Math.min(at, steps.length - 1)] as T;
const jitter = () => 0.8 + 0.4 * Math.random();

/** Sets `nextAt` by the job's state and pending tasks; without any, to the time at which the row is swept. */
export function reschedule(job: Job, now: number, settings: Settings): Job {
  const times: number[] = [];
  if (job.upstream === "creating") {
    // Two full attempts: a 429 may have been repeated once.
    times.push(job.sentAt + 2 * settings.createTimeoutMs + 10_000);
  }
  if (needsSearch(job)) {
    times.push(now + last(CONFIRM_STEPS, job.attempts) * settings.unconfirmedMs);
  }
  if (job.upstream === "live" && isOpen(job)) {
    const check = now + last(CHECK_STEPS, job.attempts) * settings.checkAfterMs * jitter();
    times.push(now < deadlineOf(job, settings) ? Math.min(check, deadlineOf(job, settings)) : check);
  } else if (job.upstream === "live" && !hasTask(job, "cancel")) {
    times.push(now + last(CHECK_STEPS, job.attempts) * settings.checkAfterMs * jitter());
  }
  if (job.source !== null && hasTask(job, "store")) {
    // The store steps are counted by `attempts`: no other work may be scheduled in between.
    const nextAt = nextStore(job.source, job.attempts, now, settings.outputWindowMs);
    return { ...job, endedAt: null, nextAt };
  }
  if (job.tasks.some((task) => isKnownTask(task) && task !== "store" && canRun(job, task))) {
    times.push(now + Math.min(MAX_BACKOFF_MS, 1000 * 2 ** Math.min(job.attempts, 6)) * jitter());
  }
  if (times.length === 0) {
    const endedAt = job.endedAt ?? now;
    return { ...job, endedAt, nextAt: endedAt + RETAIN_JOB_MS };
  }
  return { ...job, endedAt: null, nextAt: Math.min(...times) };
}

/** False while a task must wait: for the prediction's id, or (`forget`) for the prediction to end. */
export function canRun(job: Job, task: Task): boolean {
  if (job.predictionId === null) return false;
  return task !== "forget" || job.upstream === "ended";
}
