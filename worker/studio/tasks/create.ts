/** Creates a generation: check, admit, send. */
import { hasBlockedWord } from "../../lib/blocked-words.ts";
import type { GenerateBody } from "../../api/schemas/generation.ts";
import { generationById } from "../../db/generations.ts";
import { principalOf, readAs } from "../../auth/principal.ts";
import { admissionFacts, dayOf, type SessionClaim } from "../../db/users.ts";
import { MAX_UNRECORDED_MS } from "../../config/limits.ts";
import { isLoopback, type Settings } from "../../config/settings.ts";
import type { GenerationRecord } from "../../api/generation.ts";
import { log, logError } from "../../lib/log.ts";
import { ok, type Refusal, type Result, refuse, StorageUnavailable } from "../../api/problem.ts";
import { type CreateOutcome, createPrediction } from "../../skytells/client.ts";
import {
  asksForOptions,
  buildInput,
  exceededPromptLength,
  type InputSchema,
  unsupportedOption,
} from "../../skytells/models.ts";
import { WEBHOOK_EVENTS, webhookUrl } from "../../skytells/webhook.ts";
import { limitRefusal, limitsOf } from "../plan-limits.ts";
import { updateJob, type StudioContext, pushLimits } from "../context.ts";
import { type Job, recordOfJob } from "../jobs/job.ts";
import { usableSchema } from "../model-schemas.ts";
import { writeRecord } from "./record.ts";
import { confirmUntil, reschedule } from "../jobs/schedule.ts";
import { attachPrediction, withLostResponse, applyPrediction, isOpen } from "../jobs/transitions.ts";

export type GenerateCommand = {
  claim: SessionClaim;
  body: GenerateBody;
  idempotencyKey: string | null;
  /** The request's origin, for the webhook URL. */
  origin: string;
};

type Dependencies = {
  /** False: too many requests by this user. */
  isWithinRate: () => Promise<boolean>;
  /** Keeps the object alive until the work ends, also after the client disconnects. */
  keepAlive: (work: Promise<unknown>) => void;
};

export async function generate(
  context: StudioContext,
  command: GenerateCommand,
  { isWithinRate, keepAlive }: Dependencies,
): Promise<Result<GenerationRecord>> {
  const { claim, body } = command;
  const fingerprint = JSON.stringify(body, Object.keys(body).sort());
  const replay = await replayOf(context, command, fingerprint);
  if (replay) return replay;
  if (!(await isWithinRate())) {
    return refuse("rate_limited", "Too many requests. Try again in a minute.", { retryAfterSeconds: 60 });
  }

  let facts: Awaited<ReturnType<typeof admissionFacts>>;
  try {
    facts = await admissionFacts(context.db, claim.userId, dayOf(Date.now()), {
      apiUrl: context.settings.skytells.url,
      slug: body.model,
    });
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    return refuse(
      "storage_unavailable",
      "The studio's storage is not available right now. Nothing was generated.",
    );
  }
  if (facts.user) context.revocations.endSessions(facts.user.sessionEpoch);
  const principal = principalOf(facts.user, claim);
  if (!principal.ok) return principal;
  // Not the negative prompt, which may name what the image should not show.
  if (hasBlockedWord(body.prompt, context.settings.blockedWords)) {
    return refuse("content_policy", "This prompt contains words that this studio doesn't allow.");
  }
  const capped = studioCapRefusal(facts.createdToday, context.settings);
  if (capped) return { ok: false, refusal: capped };
  const schema = await usableSchema(context, body.model, facts.schema, keepAlive);
  const rejected = rejectedBySchema(schema, body);
  if (rejected) return { ok: false, refusal: rejected };

  // No await from here to the insert, so that two requests cannot take the same slot.
  // The facts may have been read before the account was deleted.
  if (context.isDeletingAccount) return refuse("unauthenticated", "Sign in to go on.");
  const now = Date.now();
  context.sockets.setPlan(facts.plan);
  const existing =
    command.idempotencyKey === null ? null : context.jobs.byIdempotencyKey(command.idempotencyKey);
  if (existing) return answerReplay(context, command, fingerprint, existing);
  const limit = limitRefusal(limitsOf(context.jobs, context.settings, now)(facts.plan), now);
  if (limit) return { ok: false, refusal: limit };
  const overdue = context.jobs.unrecordedSince(now - MAX_UNRECORDED_MS);
  if (overdue > 0) {
    logError("record_overdue", { user: claim.userId, generations: overdue });
    return refuse(
      "storage_unavailable",
      "The studio cannot save new images right now. Nothing was generated.",
      {
        retryAfterSeconds: 30,
      },
    );
  }
  const job = newJob(command, fingerprint, buildInput(body, schema), context.settings, now);
  context.jobs.insert(job);
  context.revocations.save();
  context.arm();
  context.sockets.generation(recordOfJob(job));
  pushLimits(context);
  const work = create(context, job).finally(() => {
    context.creating.delete(job.id);
    // Settling skips a job while its create is in progress.
    context.settleLater(job.id);
  });
  context.creating.set(job.id, work);
  keepAlive(work);
  return work;
}

/** Rejects what the model does not accept, and options while its schema is unknown. */
function rejectedBySchema(schema: InputSchema | null, body: GenerateBody): Refusal | null {
  const maxLength = exceededPromptLength(schema, body.prompt);
  if (maxLength !== null) {
    return {
      code: "invalid_prompt",
      detail: `With this model a prompt has at most ${maxLength} characters.`,
    };
  }
  if (schema === null && asksForOptions(body)) {
    return {
      code: "upstream_unavailable",
      detail: "The options of this model are not known right now. Nothing was generated.",
      retryAfterSeconds: 30,
    };
  }
  const unsupported = unsupportedOption(schema, body);
  return unsupported && { code: "invalid_request", detail: `This model does not take ${unsupported}.` };
}

function studioCapRefusal(createdToday: number, settings: Settings): Refusal | null {
  const cap = settings.maxGenerationsPerDay;
  if (cap === -1) return { code: "budget_exhausted", detail: "This studio is paused." };
  if (cap === 0 || createdToday < cap) return null;
  const now = Date.now();
  const tomorrow = new Date(now).setUTCHours(24, 0, 0, 0);
  return {
    code: "budget_exhausted",
    detail: "This studio has reached its daily limit of images.",
    retryAfterSeconds: (tomorrow - now) / 1000,
  };
}

function newJob(
  { claim, body, idempotencyKey, origin }: GenerateCommand,
  fingerprint: string,
  { input, options, drewSeed }: ReturnType<typeof buildInput>,
  settings: Settings,
  now: number,
): Job {
  const id = crypto.randomUUID();
  const job: Job = {
    id,
    userId: claim.userId,
    predictionId: null,
    idempotencyKey,
    holdsSlot: true,
    tasks: [],
    createdAt: now,
    nextAt: now,
    prompt: body.prompt,
    model: body.model,
    options,
    input,
    webhookUrl: canBeCalled(origin, settings)
      ? webhookUrl(origin, { userId: claim.userId, jobId: id })
      : null,
    fingerprint,
    status: "queued",
    upstream: "creating",
    deleted: false,
    recorded: false,
    progress: null,
    error: null,
    outputs: [],
    sentAt: now,
    answeredAt: null,
    confirmedAt: null,
    ambiguity: null,
    earlyNews: null,
    earlyNewsAt: null,
    unknownFields: {},
    drewSeed,
    claiming: null,
    source: null,
    outputsLostAt: null,
    completedAt: null,
    endedAt: null,
    attempts: 0,
  };
  return reschedule(job, now, settings);
}

/** Skytells can reach public https origins; a simulator on this machine can reach loopback. */
function canBeCalled(origin: string, settings: Settings): boolean {
  const url = new URL(origin);
  return isLoopback(url.hostname) ? settings.skytells.loopback : url.protocol === "https:";
}

async function create(context: StudioContext, job: Job): Promise<Result<GenerationRecord>> {
  const { settings } = context;
  const outcome = await createPrediction(
    settings.skytells,
    {
      model: job.model,
      input: job.input,
      ...(job.webhookUrl !== null && {
        webhook: { url: job.webhookUrl, events: WEBHOOK_EVENTS[settings.skytells.webhookEvents] },
      }),
    },
    settings.createTimeoutMs,
    () => context.jobs.get(job.id)?.status === "queued",
  );
  return applyCreateOutcome(context, job.id, outcome);
}

/** Updates the current job from the create response. */
async function applyCreateOutcome(
  context: StudioContext,
  id: string,
  outcome: CreateOutcome,
): Promise<Result<GenerationRecord>> {
  const { jobs, sockets, settings } = context;
  const now = Date.now();
  switch (outcome.kind) {
    case "accepted": {
      const { prediction } = outcome;
      if (jobs.byPrediction(prediction.id)) {
        log("prediction_id_repeated", { job: id, generation: prediction.id });
        return markUnconfirmed(context, id, "upstream_error");
      }
      updateJob(context, id, (job) =>
        withEarlyNews(job, attachPrediction(job, prediction, now, settings), now, settings),
      );
      await writeRecord(context, id);
      const current = jobs.get(id);
      return current && !current.deleted
        ? ok(recordOfJob(current))
        : refuse("not_found", "This image was deleted.");
    }
    case "refused": {
      // A webhook has named a prediction of this job, so it was created despite the refusal.
      if (jobs.get(id)?.earlyNews) return markUnconfirmed(context, id, "upstream_error");
      jobs.delete(id);
      context.arm();
      sockets.deleted(id);
      pushLimits(context);
      log("create_refused", { job: id, code: outcome.refusal.code });
      return { ok: false, refusal: outcome.refusal };
    }
    case "ambiguous":
      return markUnconfirmed(context, id, outcome.code);
    default:
      return outcome satisfies never;
  }
}

/** Applies the news of a webhook that arrived before the create response, if it is about the same prediction. */
function withEarlyNews(before: Job, job: Job, now: number, settings: Settings): Job {
  const news = before.earlyNews;
  return news && news.id === job.predictionId ? applyPrediction(job, news, now, settings) : job;
}

function markUnconfirmed(
  context: StudioContext,
  id: string,
  code: "upstream_timeout" | "upstream_error",
): Result<GenerationRecord> {
  const job = updateJob(context, id, (now) => withLostResponse(now, code, Date.now()));
  log("create_unconfirmed", { job: id, code });
  return job ? { ok: false, refusal: pendingRefusal(job, context.settings) } : refuse(code, PENDING_DETAIL);
}

const PENDING_DETAIL =
  "The image service has not confirmed this image yet. The studio is checking whether it is being generated.";

function pendingRefusal(job: Job, settings: Settings): Refusal {
  return {
    code: job.ambiguity === "upstream_timeout" ? "upstream_timeout" : "upstream_error",
    detail: PENDING_DETAIL,
    pending: { id: job.id, until: new Date(confirmUntil(job, settings)).toISOString() },
  };
}

async function replayOf(
  context: StudioContext,
  command: GenerateCommand,
  fingerprint: string,
): Promise<Result<GenerationRecord> | null> {
  const job = command.idempotencyKey === null ? null : context.jobs.byIdempotencyKey(command.idempotencyKey);
  return job && answerReplay(context, command, fingerprint, job);
}

/** Answers a repeated Idempotency-Key with its job; never creates a second one. */
async function answerReplay(
  context: StudioContext,
  { claim }: GenerateCommand,
  fingerprint: string,
  found: Job,
): Promise<Result<GenerationRecord>> {
  const running = context.creating.get(found.id);
  // Checks the session before anything is said about the job.
  const row = await rowOf(context, claim, found.predictionId ?? found.id);
  if (!row.ok) return row;
  if (found.fingerprint !== fingerprint) {
    return refuse("idempotency_mismatch", "This Idempotency-Key was used for another request.");
  }
  if (running) return running;
  const job = context.jobs.get(found.id);
  if (!job || job.deleted) return refuse("not_found", "This image was deleted.");
  if (job.upstream === "creating") {
    return refuse("idempotency_in_progress", "This request is still in progress.", {
      retryAfterSeconds: 2,
    });
  }
  if (job.upstream === "unconfirmed" && isOpen(job)) {
    return { ok: false, refusal: pendingRefusal(job, context.settings) };
  }
  // State from the job; favorite and share link from D1.
  const { favorite, shareToken } = row.value ?? recordOfJob(job);
  return ok({ ...recordOfJob(job), favorite, shareToken });
}

/** The D1 row if the session may read it; null also while D1 does not answer. */
async function rowOf(
  { db, revocations }: StudioContext,
  claim: SessionClaim,
  id: string,
): Promise<Result<GenerationRecord | null>> {
  try {
    const read = await readAs(db, claim, generationById(db, claim.userId, id));
    return read.ok ? ok(read.value.value) : read;
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    const refusal = revocations.refusalOf(claim);
    return refusal ? { ok: false, refusal } : ok(null);
  }
}
