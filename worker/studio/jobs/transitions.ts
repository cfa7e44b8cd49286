/**
 * Every way a job can change, as pure functions of what happened. State moves forward only; the one move out of a
 * terminal state is `timed_out`/`unconfirmed` → `succeeded` (`heard`), and a cancel or delete by the user beats a
 * success that comes later. docs/architecture.md has the diagram.
 */
import { type FailureCode, isTerminal } from "../../shared/catalog.ts";
import type { Settings } from "../../config/settings.ts";
import { failureOf, type GenerationRecord, type StoredOutput } from "../../api/generation.ts";
import { isPolicyRefusal, type Prediction } from "../../skytells/prediction.ts";
import type { Debt, Job } from "./job.ts";

export function isOpen(job: Job): boolean {
  return !isTerminal(job.status);
}

export function owes(job: Job, debt: Debt): boolean {
  return job.debts.includes(debt);
}

export function withDebts(job: Job, ...debts: Debt[]): Job {
  return { ...job, debts: [...new Set([...job.debts, ...debts])] };
}

export function withoutDebts(job: Job, ...debts: Debt[]): Job {
  return { ...job, debts: job.debts.filter((debt) => !debts.includes(debt)) };
}

/** Something new is to be tried, now. */
function afresh(job: Job, now: number): Job {
  return { ...job, attempts: 0, nextAt: now };
}

/** Skytells answered the create, or it was found: from here on the job has a prediction. */
export function accepted(job: Job, prediction: Prediction, now: number, settings: Settings): Job {
  // Found after it was given up: it takes no slot again.
  const live: Job = {
    ...withDebts(job, "record"),
    predictionId: prediction.id,
    upstream: "live",
    answeredAt: job.answeredAt ?? now,
    confirmedAt: now,
    parkedNews: null,
    attempts: 0,
    nextAt: now + settings.checkAfterMs,
  };
  const wanted = job.deleted
    ? afresh(withDebts(live, "cancel", "forget"), now)
    : job.status === "canceled"
      ? afresh(withDebts(live, "cancel"), now)
      : live;
  return heard(wanted, prediction, now, settings);
}

/** The create's answer was lost or said nothing: the job may exist. It keeps its slot and is looked for. */
export function ambiguous(job: Job, code: "upstream_timeout" | "upstream_error", now: number): Job {
  return afresh({ ...job, upstream: "unconfirmed", answeredAt: now, ambiguity: code }, now);
}

/** A webhook came for a job that does not know its prediction yet. */
export function parked(job: Job, prediction: Prediction, now: number, isCreating: boolean): Job {
  const known = job.parkedNews;
  const isOlder = known?.id === prediction.id && isTerminal(known.status);
  const waiting = isOlder ? job : { ...job, parkedNews: prediction, parkedAt: now };
  return isCreating ? waiting : afresh(waiting, now);
}

/** News of the job's own prediction, from a webhook, a look or the create's answer. */
export function heard(job: Job, news: Prediction, now: number, settings: Settings): Job {
  switch (news.status) {
    case "queued":
      return job;
    case "processing":
      return isOpen(job) && job.upstream === "live" ? progressed(job, news) : job;
    case "failed":
      return failedUpstream(job, news, now);
    case "canceled":
      return upstreamEnded(isOpen(job) && job.source === null ? finished(job, "canceled", now) : job, now);
    case "succeeded":
      return succeededUpstream(job, news, now, settings);
    default:
      return news.status satisfies never;
  }
}

function progressed(job: Job, news: Prediction): Job {
  const progress = news.progress === null ? job.progress : Math.max(news.progress, job.progress ?? 0);
  return job.status === "queued"
    ? { ...withDebts(job, "record"), status: "processing", progress }
    : { ...job, progress };
}

function failedUpstream(job: Job, news: Prediction, now: number): Job {
  if (!isOpen(job) || job.source !== null) return upstreamEnded(job, now);
  const code = isPolicyRefusal(news.error) ? "content_policy" : "upstream_failed";
  return upstreamEnded(failed(job, code, now), now);
}

function succeededUpstream(job: Job, news: Prediction, now: number, settings: Settings): Job {
  const lostAt = job.outputsLostAt ?? lossOf(news, job, now) + settings.outputWindowMs;
  const ended = upstreamEnded(job, now);
  if (job.deleted || job.source !== null || job.status === "succeeded" || job.status === "canceled")
    return ended;
  if (!isOpen(job) && !(isHealable(job) && now <= lostAt)) return ended;
  // What an earlier try was to have removed is written anew.
  const storing = withDebts(withoutDebts(ended, "remove"), "store");
  return afresh(
    {
      // D1 hears that it is being stored only if it has heard of no progress before: the final write may be near.
      ...(job.status === "queued" ? withDebts(storing, "record") : storing),
      status: isOpen(job) ? "processing" : job.status,
      // The studio shows that the output is being saved: its slot is free, and nothing generates any more.
      progress: isOpen(job) ? 100 : job.progress,
      outputsLostAt: lostAt,
      source: { urls: news.outputs, seenAt: now, lostAt, invalid: null },
    },
    now,
  );
}

/** The failures that only said "we do not know", and that a late success may therefore correct. */
function isHealable(job: Job): boolean {
  return job.error?.code === "timed_out" || job.error?.code === "unconfirmed";
}

/** Since when Skytells' clock on the outputs runs: when it says it finished, if that can be. */
function lossOf(news: Prediction, job: Job, now: number): number {
  const at = news.completedAt;
  return at !== null && at >= job.sentAt - 5_000 && at <= now ? at : now;
}

/** Skytells is done with the prediction: the slot is free, and there is nothing left to cancel. */
export function upstreamEnded(job: Job, now: number): Job {
  if (job.upstream === "ended") return withoutDebts(job, "cancel");
  return afresh({ ...withoutDebts(job, "cancel"), upstream: "ended", holdsSlot: false }, now);
}

function finished(job: Job, status: "failed" | "canceled" | "succeeded", now: number): Job {
  return { ...withDebts(job, "record"), status, progress: null, completedAt: now };
}

function failed(job: Job, code: FailureCode, now: number): Job {
  return { ...finished(job, "failed", now), error: failureOf(code) };
}

/** The user canceled. Skytells is told until it acknowledges; what was stored meanwhile is removed. */
export function canceled(job: Job, now: number): Job {
  return afresh(withdrawn(finished(job, "canceled", now)), now);
}

/** The user deleted it: nothing of it may be left anywhere. */
export function deleted(job: Job, now: number): Job {
  const ended = isOpen(job) ? finished(job, "canceled", now) : job;
  return afresh({ ...withDebts(withdrawn(ended), "record", "remove", "forget"), deleted: true }, now);
}

/** A job for a generation whose own was swept, or cannot be read: to remember what withdrawing it owes. */
export function tombstoneOf(record: GenerationRecord, userId: string, now: number): Job {
  const { id, prompt, model, options, status, error, outputs, createdAt, completedAt } = record;
  // Skytells may be at it still.
  const isLive = !isTerminal(status);
  return {
    id,
    userId,
    predictionId: id,
    idempotencyKey: null,
    holdsSlot: isLive,
    debts: [],
    createdAt,
    nextAt: now,
    prompt,
    model,
    options,
    input: {},
    webhookUrl: null,
    fingerprint: "",
    status,
    upstream: isLive ? "live" : "ended",
    deleted: false,
    recorded: true,
    progress: null,
    error,
    outputs,
    sentAt: createdAt,
    answeredAt: createdAt,
    confirmedAt: null,
    ambiguity: null,
    parkedNews: null,
    parkedAt: null,
    drewSeed: false,
    claiming: null,
    source: null,
    outputsLostAt: null,
    completedAt,
    endedAt: null,
    attempts: 0,
  };
}

function withdrawn(job: Job): Job {
  const stored = owes(job, "store")
    ? { ...withDebts(withoutDebts(job, "store"), "remove"), outputs: [] }
    : job;
  return job.upstream === "ended" ? stored : withDebts(stored, "cancel");
}

/** The deadline passed while Skytells was still at it. */
export function timedOut(job: Job, now: number): Job {
  return afresh(withDebts(failed(job, "timed_out", now), "cancel"), now);
}

/** A lost answer was never found. The key is released: asking again is a new job. */
export function givenUp(job: Job, now: number): Job {
  const ended = isOpen(job) ? failed(job, "unconfirmed", now) : job;
  // Without a prediction there is nothing to write, cancel or remove.
  return { ...upstreamEnded(ended, now), debts: [], idempotencyKey: null, parkedNews: null };
}

/** One of the outputs is in R2; the others may follow. */
export function storedOne(job: Job, output: StoredOutput): Job {
  if (!owes(job, "store")) return job;
  const outputs = [...job.outputs.filter(({ n }) => n !== output.n), output].sort((a, b) => a.n - b.n);
  return { ...job, outputs };
}

/** A try to store has failed; `isInvalid`: with something that is not a picture. */
export function storeTried(job: Job, isInvalid: boolean, now: number): Job {
  if (job.source === null) return job;
  const { since, tries } = job.source.invalid ?? { since: now, tries: 0 };
  return { ...job, source: { ...job.source, invalid: isInvalid ? { since, tries: tries + 1 } : null } };
}

/** All outputs that can be had are in R2. */
export function storedAll(job: Job, now: number): Job {
  const done = { ...withoutDebts(job, "store"), source: null, error: null };
  return afresh(finished(done, "succeeded", now), now);
}

/**
 * The outputs cannot be had. A job that had failed before (a heal) keeps its first reason. What an instance that ended
 * in between may have left in R2 is removed.
 */
export function storeFailed(job: Job, code: FailureCode, now: number): Job {
  const done = { ...withDebts(withoutDebts(job, "store"), "remove"), source: null };
  return afresh(isOpen(job) ? failed(done, code, now) : done, now);
}
