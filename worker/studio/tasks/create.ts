/** From a click to a job that Skytells knows of: replay, admission, create. */
import { hasBlockedWord } from "../../lib/blocked-words.ts";
import type { GenerateBody } from "../../api/schemas.ts";
import { findGeneration } from "../../db/generations.ts";
import { admissionFacts, dayOf, refusalOf, type SessionClaim } from "../../db/users.ts";
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
import { change, type StudioContext, tellLimits } from "../context.ts";
import { type Job, recordOfJob } from "../jobs/job.ts";
import { usableSchema } from "../model-schemas.ts";
import { payRecord } from "./record.ts";
import { confirmUntil, scheduled } from "../jobs/schedule.ts";
import { accepted, ambiguous, heard, isOpen } from "../jobs/transitions.ts";

export type GenerateCommand = {
  claim: SessionClaim;
  body: GenerateBody;
  idempotencyKey: string | null;
  /** The studio's origin as the request saw it: where Skytells is told to call. */
  origin: string;
};

type Door = {
  /** False: this user asks too often. */
  isWithinRate: () => Promise<boolean>;
  /** Keeps the object alive until it ends, whether or not anybody still waits for it. */
  keepAlive: (work: Promise<unknown>) => void;
};

export async function generate(
  context: StudioContext,
  command: GenerateCommand,
  door: Door,
): Promise<Result<GenerationRecord>> {
  const { claim, body } = command;
  const fingerprint = JSON.stringify(body, Object.keys(body).sort());
  const replay = await replayOf(context, command, fingerprint);
  if (replay) return replay;
  // The prompt only: what a picture is not to have may be named.
  if (hasBlockedWord(body.prompt, context.settings.blockedWords)) {
    return refuse("content_policy", "This studio makes no pictures of that. Nothing was made.");
  }
  if (!(await door.isWithinRate())) {
    return refuse("rate_limited", "Too many requests. Wait a minute.", { retryAfterSeconds: 60 });
  }

  let facts: Awaited<ReturnType<typeof admissionFacts>>;
  try {
    facts = await admissionFacts(context.db, claim.userId, dayOf(Date.now()), {
      apiUrl: context.settings.skytells.url,
      slug: body.model,
    });
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    return refuse("storage_unavailable", "The studio cannot reach its storage right now. Nothing was made.");
  }
  if (facts.user) context.revocations.endSessions(facts.user.sessionEpoch);
  const refusal = refusalOf(facts.user, claim) ?? budgetRefusal(facts.createdToday, context.settings);
  if (refusal) return { ok: false, refusal };
  const schema = await usableSchema(context, body.model, facts.schema, door.keepAlive);
  const rejected = rejectedBySchema(schema, body);
  if (rejected) return { ok: false, refusal: rejected };

  // From here to the insert nothing is awaited: what is counted is what is.
  // What was read of the user may be older than the deletion of the account.
  if (context.isClosing) return refuse("unauthenticated", "Sign in to go on.");
  const now = Date.now();
  context.live.allow(facts.plan);
  const twin = command.idempotencyKey === null ? null : context.jobs.byIdempotencyKey(command.idempotencyKey);
  if (twin) return answerReplay(context, command, fingerprint, twin);
  const limit = limitRefusal(limitsOf(context.jobs, context.settings, now)(facts.plan), now);
  if (limit) return { ok: false, refusal: limit };
  const overdue = context.jobs.unrecordedSince(now - MAX_UNRECORDED_MS);
  if (overdue > 0) {
    logError("record_overdue", { user: claim.userId, generations: overdue });
    return refuse("storage_unavailable", "The studio cannot save new images right now. Nothing was made.", {
      retryAfterSeconds: 30,
    });
  }
  const job = newJob(command, fingerprint, buildInput(body, schema), context.settings, now);
  context.jobs.insert(job);
  context.revocations.save();
  context.arm();
  context.live.generation(recordOfJob(job));
  tellLimits(context);
  const work = create(context, job).finally(() => {
    context.creating.delete(job.id);
    // Only now: while it is being created, settling leaves it alone.
    context.settleLater(job.id);
  });
  context.creating.set(job.id, work);
  door.keepAlive(work);
  return work;
}

/** What the model does not accept, or nobody knows whether it does. */
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

function budgetRefusal(createdToday: number, settings: Settings): Refusal | null {
  const cap = settings.maxGenerationsPerDay;
  if (cap === -1) return { code: "budget_exhausted", detail: "This studio is paused." };
  if (cap === 0 || createdToday < cap) return null;
  const now = Date.now();
  const tomorrow = new Date(now).setUTCHours(24, 0, 0, 0);
  return {
    code: "budget_exhausted",
    detail: "This studio has made all the pictures it may make today.",
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
    debts: [],
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
    parkedNews: null,
    parkedAt: null,
    drewSeed,
    claiming: null,
    source: null,
    outputsLostAt: null,
    completedAt: null,
    endedAt: null,
    attempts: 0,
  };
  return scheduled(job, now, settings);
}

/** Skytells can call a public https studio; the simulator, on this machine, can call one on loopback. */
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
  return land(context, job.id, outcome);
}

/** Takes the create's answer into the row, as the row is by now. */
async function land(
  context: StudioContext,
  id: string,
  outcome: CreateOutcome,
): Promise<Result<GenerationRecord>> {
  const { jobs, live, settings } = context;
  const now = Date.now();
  switch (outcome.kind) {
    case "accepted": {
      const { prediction } = outcome;
      if (jobs.byPrediction(prediction.id)) {
        log("prediction_id_repeated", { job: id, generation: prediction.id });
        return lose(context, id, "upstream_error");
      }
      change(context, id, (job) =>
        withParkedNews(job, accepted(job, prediction, now, settings), now, settings),
      );
      await payRecord(context, id);
      const landed = jobs.get(id);
      return landed && !landed.deleted
        ? ok(recordOfJob(landed))
        : refuse("not_found", "This picture was deleted.");
    }
    case "refused": {
      // A webhook of a prediction that was refused: then the refusal is not to be believed.
      if (jobs.get(id)?.parkedNews) return lose(context, id, "upstream_error");
      jobs.delete(id);
      context.arm();
      live.deleted(id);
      tellLimits(context);
      log("create_refused", { job: id, code: outcome.refusal.code });
      return { ok: false, refusal: outcome.refusal };
    }
    case "ambiguous":
      return lose(context, id, outcome.code);
    default:
      return outcome satisfies never;
  }
}

/** The create's answer wins over what a webhook said before it; of the same prediction, both are true. */
function withParkedNews(before: Job, job: Job, now: number, settings: Settings): Job {
  const news = before.parkedNews;
  return news && news.id === job.predictionId ? heard(job, news, now, settings) : job;
}

function lose(
  context: StudioContext,
  id: string,
  code: "upstream_timeout" | "upstream_error",
): Result<GenerationRecord> {
  const job = change(context, id, (now) => ambiguous(now, code, Date.now()));
  log("create_ambiguous", { job: id, code });
  return job ? { ok: false, refusal: pendingRefusal(job, context.settings) } : refuse(code, PENDING_SENTENCE);
}

const PENDING_SENTENCE =
  "The image service has not confirmed this picture. The studio is checking whether it is being made.";

function pendingRefusal(job: Job, settings: Settings): Refusal {
  return {
    code: job.ambiguity ?? "upstream_error",
    detail: PENDING_SENTENCE,
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

/** The answer to a request whose key a job has: the job as it is now, never a second one. */
async function answerReplay(
  context: StudioContext,
  { claim }: GenerateCommand,
  fingerprint: string,
  job: Job,
): Promise<Result<GenerationRecord>> {
  if (job.fingerprint !== fingerprint) {
    return refuse("idempotency_mismatch", "This Idempotency-Key was used for another request.");
  }
  const running = context.creating.get(job.id);
  if (running) return running;
  if (job.deleted) return refuse("not_found", "This picture was deleted.");
  if (job.upstream === "creating") {
    return refuse("idempotency_in_progress", "This request is still being worked on.", {
      retryAfterSeconds: 2,
    });
  }
  if (job.upstream === "unconfirmed" && isOpen(job)) {
    return { ok: false, refusal: pendingRefusal(job, context.settings) };
  }
  const row = await rowOf(context, claim, job.predictionId ?? job.id);
  if (!row.ok) return row;
  const current = context.jobs.get(job.id);
  if (!current || current.deleted) return refuse("not_found", "This picture was deleted.");
  // The job knows its state best; D1 knows of a favourite or a link besides.
  const { favorite, shareToken } = row.value ?? recordOfJob(current);
  return ok({ ...recordOfJob(current), favorite, shareToken });
}

/** The row, if this session may see it; null also while D1 is out. */
async function rowOf(
  { db, revocations }: StudioContext,
  claim: SessionClaim,
  id: string,
): Promise<Result<GenerationRecord | null>> {
  try {
    const { user, record } = await findGeneration(db, claim.userId, id);
    const refusal = refusalOf(user, claim);
    return refusal ? { ok: false, refusal } : ok(record);
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    const refusal = revocations.refusalOf(claim);
    return refusal ? { ok: false, refusal } : ok(null);
  }
}
