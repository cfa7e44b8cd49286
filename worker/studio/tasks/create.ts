/** Creates a generation: check, admit, send. */
import type { GenerationRecord } from "../../api/generation.ts";
import { ok, type Result, refuse } from "../../api/problem.ts";
import { UNAUTHENTICATED } from "../../api/refusals.ts";
import { MAX_UNRECORDED_MS } from "../../config/limits.ts";
import { isLoopback, type Settings } from "../../config/settings.ts";
import { logError } from "../../lib/log.ts";
import { buildInput } from "../../skytells/models.ts";
import { webhookUrl } from "../../skytells/webhook.ts";
import { pushLimits, type StudioContext } from "../context.ts";
import { type Job, recordOfJob } from "../jobs/job.ts";
import { reschedule } from "../jobs/schedule.ts";
import { limitRefusal, limitsOf } from "../plan-limits.ts";
import type { GenerateCommand } from "../rpc.ts";
import { type Checked, check } from "./create-check.ts";
import { respondToReplay, fingerprintOf, jobWithKey } from "./create-replay.ts";
import { send } from "./create-send.ts";

/** `isWithinRate`: false after too many requests by this user. */
export async function generate(
  context: StudioContext,
  command: GenerateCommand,
  isWithinRate: () => Promise<boolean>,
): Promise<Result<GenerationRecord>> {
  const earlier = jobWithKey(context, command);
  if (earlier) return respondToReplay(context, command, earlier);
  const checked = await check(context, command, isWithinRate);
  if (!checked.ok) return checked;
  // No await from here to the insert: neither the key nor the slot can be taken twice.
  const duplicate = jobWithKey(context, command);
  if (duplicate) return respondToReplay(context, command, duplicate);
  const admitted = admit(context, command, checked.value);
  return admitted.ok ? send(context, admitted.value) : admitted;
}

/** Takes a slot and inserts the job, or says why not. */
function admit(context: StudioContext, command: GenerateCommand, { plan, schema }: Checked): Result<Job> {
  const { jobs, sockets, settings, revocations } = context;
  // The session was checked before an await.
  if (context.isDeletingAccount) return { ok: false, refusal: UNAUTHENTICATED };
  const now = context.now();
  sockets.setPlan(plan);
  const limit = limitRefusal(limitsOf(jobs, settings, now)(plan), command.body.count ?? 1, now);
  if (limit) return { ok: false, refusal: limit };
  const overdue = jobs.unrecordedSince(now - MAX_UNRECORDED_MS);
  if (overdue > 0) {
    logError("record_overdue", { user: command.claim.userId, generations: overdue });
    return refuse(
      "storage_unavailable",
      "The studio cannot save new images right now. Nothing was generated.",
      {
        retryAfterSeconds: 30,
      },
    );
  }
  const job = newJob(command, buildInput(command.body, schema), settings, now);
  jobs.insert(job);
  revocations.save();
  context.arm();
  sockets.generation(recordOfJob(job));
  pushLimits(context);
  return ok(job);
}

function newJob(
  { claim, body, idempotencyKey, origin }: GenerateCommand,
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
    webhookUrl:
      origin !== null && canBeCalled(origin, settings)
        ? webhookUrl(origin, { userId: claim.userId, jobId: id })
        : null,
    fingerprint: fingerprintOf(body),
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
    unconfirmedCode: null,
    earlyNews: null,
    earlyNewsAt: null,
    unknownFields: {},
    drewSeed,
    reserving: null,
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
