/** When a job wants attention next. The clocks are design numbers, scaled with the settings that name their whole. */
import { SLOT_GRACE_MS, TOMBSTONE_MS } from "../../config/limits.ts";
import { type Settings } from "../../config/settings.ts";
import type { Debt, Job } from "./job.ts";
import { isOpen, owes } from "./transitions.ts";

const CHECK_STEPS = [1, 1.5, 2.25, 3];
/** After a success is known, as parts of the output window, in seconds of 300; no minute passes without a try. */
const STORE_STEPS = [0, 1, 3, 8, 20, 45, 90, 135, 180, 225, 270].map((seconds) => seconds / 300);
/** And from then on, until the window ends. */
const STORE_REPEAT = 45 / 300;
/** After an answer was lost, as parts of UNCONFIRMED_SECONDS: 0, 1, 3, 7, 15, then every 15 s of 120. */
const CONFIRM_STEPS = [1, 2, 4, 8, 15].map((seconds) => seconds / 120);
const MAX_BACKOFF_MS = 60_000;

/** Time decides, not the count of tries: after a downtime there may be few. The last one is at the window's end. */
export function isLastStore(job: Job, now: number): boolean {
  return now >= (job.source?.lostAt ?? 0);
}

/** When the next try is due: by the steps, but never in a burst, and once more at the end of the window. */
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

/** From here on the slot of a job created then is not counted any more. */
export function slotEndOf(createdAt: number, settings: Settings): number {
  return createdAt + settings.deadlineMs + SLOT_GRACE_MS;
}

/** How long after an ambiguous answer the job is looked for. */
export function confirmUntil(job: Job, settings: Settings): number {
  return (job.answeredAt ?? job.sentAt) + settings.unconfirmedMs;
}

/** Nobody knows which prediction is this job's: the create's answer was lost, or a webhook names one after it was given up. */
export function isSought(job: Job): boolean {
  if (job.predictionId !== null || job.upstream === "creating") return false;
  return job.upstream === "unconfirmed" || job.parkedNews !== null;
}

/** The first of the times at which something must be decided, whoever asks for patience; null once they are past. */
export function decisionTime(job: Job, now: number, settings: Settings): number | null {
  const isWaited = isOpen(job) && (job.upstream === "live" || job.upstream === "unconfirmed");
  const times = [
    ...(isWaited ? [deadlineOf(job, settings)] : []),
    ...(job.holdsSlot ? [slotEndOf(job.createdAt, settings)] : []),
  ].filter((time) => time > now);
  return times.length === 0 ? null : Math.min(...times);
}

const last = <T>(steps: readonly T[], at: number): T => steps[Math.min(at, steps.length - 1)] as T;
const jitter = () => 0.8 + 0.4 * Math.random();

/** Sets when the job wants attention next, by what is still open or owed; with nothing owed, when it is swept. */
export function scheduled(job: Job, now: number, settings: Settings): Job {
  const times: number[] = [];
  if (job.upstream === "creating") {
    // A 429 may have been waited out once: two whole attempts.
    times.push(job.sentAt + 2 * settings.createTimeoutMs + 10_000);
  }
  if (isSought(job)) {
    times.push(now + last(CONFIRM_STEPS, job.attempts) * settings.unconfirmedMs);
  }
  if (job.upstream === "live" && isOpen(job)) {
    const check = now + last(CHECK_STEPS, job.attempts) * settings.checkAfterMs * jitter();
    times.push(now < deadlineOf(job, settings) ? Math.min(check, deadlineOf(job, settings)) : check);
  } else if (job.upstream === "live" && !owes(job, "cancel")) {
    times.push(now + last(CHECK_STEPS, job.attempts) * settings.checkAfterMs * jitter());
  }
  if (job.source !== null && owes(job, "store")) {
    // Its tries are numbered, so nothing else may come between them.
    const nextAt = nextStore(job.source, job.attempts, now, settings.outputWindowMs);
    return { ...job, endedAt: null, nextAt };
  }
  if (job.debts.some((debt) => debt !== "store" && isPayable(job, debt))) {
    times.push(now + Math.min(MAX_BACKOFF_MS, 1000 * 2 ** Math.min(job.attempts, 6)) * jitter());
  }
  if (times.length === 0) {
    const endedAt = job.endedAt ?? now;
    return { ...job, endedAt, nextAt: endedAt + TOMBSTONE_MS };
  }
  return { ...job, endedAt: null, nextAt: Math.min(...times) };
}

/** Whether a debt can be paid now, or waits for the job to know its prediction, or for that to end. */
export function isPayable(job: Job, debt: Debt): boolean {
  if (job.predictionId === null) return false;
  return debt !== "forget" || job.upstream === "ended";
}
