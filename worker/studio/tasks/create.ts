/** Creates a generation: check, admit, send. */
import type { GenerationRecord } from "../../api/generation.ts";
import { ok, type Result, refuse } from "../../api/problem.ts";
import { UNAUTHENTICATED } from "../../api/refusals.ts";
import { MAX_UNRECORDED_MS } from "../../config/limits.ts";
import { referenceUrl } from "../../auth/reference-token.ts";
import type { Settings } from "../../config/settings.ts";
import { logError } from "../../lib/log.ts";
import { type ImageInput, imageInputIn } from "../../skytells/image-input.ts";
import { buildInput } from "../../skytells/model-options.ts";
import { webhookUrl } from "../../skytells/webhook.ts";
import { pushLimits, type StudioContext } from "../context.ts";
import { type Job, recordOfJob } from "../jobs/job.ts";
import { reschedule } from "../jobs/schedule.ts";
import { limitRefusal, limitsOf } from "../plan-limits.ts";
import type { GenerateCommand } from "../rpc.ts";
import { isReachableBySkytells, type Checked, check } from "./create-check.ts";
import { respondToReplay, fingerprintOf, jobWithKey } from "./create-replay.ts";
import { send } from "./create-send.ts";
import { type Reference, referenceRefusal, useReference } from "./reference.ts";

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
  const id = crypto.randomUUID();
  const signed = await signReference(context, command, checked.value, id);
  // No await from here to the insert: neither the key nor the slot can be taken twice.
  const duplicate = jobWithKey(context, command);
  if (duplicate) return respondToReplay(context, command, duplicate);
  const admitted = admit(context, command, checked.value, { id, signed });
  return admitted.ok ? send(context, admitted.value) : admitted;
}

type SignedReference = Reference & { input: ImageInput; url: string };

/** Null: the request names no reference image. */
async function signReference(
  { settings, now }: StudioContext,
  { claim, origin }: GenerateCommand,
  { schema, reference }: Checked,
  jobId: string,
): Promise<SignedReference | null> {
  const input = imageInputIn(schema);
  if (!reference || !input || origin === null) return null;
  const url = await referenceUrl(origin, settings, { userId: claim.userId, jobId }, now());
  return { ...reference, input, url };
}

/** Takes a slot and inserts the job, or says why not. */
function admit(
  context: StudioContext,
  command: GenerateCommand,
  { plan, schema }: Checked,
  { id, signed }: { id: string; signed: SignedReference | null },
): Result<Job> {
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
  const lost = signed && referenceRefusal(context, signed);
  if (lost) return lost;
  const job = {
    ...newJob(id, command, buildInput(command.body, schema, signed), settings, now),
    reference: signed && {
      key: signed.key,
      property: signed.input.property,
      upload: signed.upload,
      generation: signed.generation,
    },
  };
  jobs.insert(job);
  useReference(context, job);
  revocations.save();
  context.arm();
  sockets.generation(recordOfJob(job));
  pushLimits(context);
  return ok(job);
}

function newJob(
  id: string,
  { claim, body, idempotencyKey, origin }: GenerateCommand,
  { input, options, drewSeed }: ReturnType<typeof buildInput>,
  settings: Settings,
  now: number,
): Job {
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
      origin !== null && isReachableBySkytells(origin, settings)
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
    reference: null,
    reserving: null,
    source: null,
    outputsLostAt: null,
    completedAt: null,
    endedAt: null,
    attempts: 0,
  };
  return reschedule(job, now, settings);
}
