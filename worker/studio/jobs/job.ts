/**
 * A job: one generation on its way, as the user's object keeps it.
 *
 * A job plays two parts that end at different times: `holdsSlot` (it counts against the plan) and `debts` (what
 * is still owed for it). The row is the write-ahead record: it is on disk before Skytells hears of the job, it
 * holds all that the D1 row needs, and when all is paid it stays for a day as the idempotency record. The
 * columns are what SQL asks for; the rest is one JSON document, so that an older row is read by its defaults.
 */
import * as z from "zod";
import { GENERATION_STATUSES, MODELS } from "../../shared/catalog.ts";
import {
  type GenerationRecord,
  generationError,
  generationOptions,
  storedOutput,
} from "../../api/generation.ts";
import type { Prediction } from "../../skytells/prediction.ts";

/**
 * `store`: copy the outputs into R2. `record`: make the D1 row agree with this job. `cancel`: tell Skytells.
 * `remove`: delete the objects in R2. `forget`: delete the prediction at Skytells (best effort).
 */
const debt = z.enum(["store", "record", "cancel", "remove", "forget"]);
export type Debt = z.infer<typeof debt>;

/** What is known of Skytells' side. `ended`: terminal, refused or given up. */
const upstream = z.enum(["creating", "unconfirmed", "live", "ended"]);

const time = z.number();

const predictionSchema = z.object({
  id: z.string(),
  status: z.enum(GENERATION_STATUSES),
  outputs: z.array(z.string()),
  error: z.string().nullable(),
  progress: z.number().nullable(),
  input: z.record(z.string(), z.unknown()).nullable(),
  model: z.string().nullable(),
  webhookUrl: z.string().nullable(),
  createdAt: time.nullable(),
  completedAt: time.nullable(),
}) satisfies z.ZodType<Prediction>;

const document = z.object({
  prompt: z.string(),
  model: z.enum(MODELS.map((model) => model.id)),
  options: generationOptions,
  /** What was sent to Skytells, and where it was told to call: the proof of a lost answer. */
  input: z.record(z.string(), z.unknown()),
  webhookUrl: z.string().nullable(),
  /** The request's body as parsed, to tell a replay from another request under the same key. */
  fingerprint: z.string(),

  /** What the user is shown. */
  status: z.enum(GENERATION_STATUSES),
  deleted: z.boolean().default(false),
  /** The D1 row is known to exist. */
  recorded: z.boolean().default(false),
  progress: z.number().nullable().default(null),
  error: generationError.nullable().default(null),
  outputs: z.array(storedOutput).default([]),

  sentAt: time,
  /** When the create's answer came, or was given up. */
  answeredAt: time.nullable().default(null),
  /** When the prediction became known: from then on the D1 row can be written. */
  confirmedAt: time.nullable().default(null),
  /** How an ambiguous create was answered, for the replay. */
  ambiguity: z.enum(["upstream_timeout", "upstream_error"]).nullable().default(null),
  /** A prediction that a webhook named before this job knew its own, and when. */
  parkedNews: predictionSchema.nullable().default(null),
  parkedAt: time.nullable().default(null),
  /** The input holds a random seed of ours: nobody else's has the same. */
  drewSeed: z.boolean().default(false),
  /** The prediction that is being claimed in D1: a row of this user with its id is this job's. */
  claiming: z.string().nullable().default(null),
  /** Where the outputs of a success are, until they are stored. */
  source: z
    .object({
      urls: z.array(z.string()),
      seenAt: time,
      lostAt: time,
      /** The tries of late that all brought something that is not a picture. */
      invalid: z.object({ since: time, tries: z.int() }).nullable().default(null),
    })
    .nullable()
    .default(null),
  /** When Skytells forgets the outputs: known from the first sight of the success on, and not moved by another. */
  outputsLostAt: time.nullable().default(null),
  completedAt: time.nullable().default(null),
  /** When nothing was owed any more. */
  endedAt: time.nullable().default(null),
  /** Of whatever is being tried now; starts again with each new thing. */
  attempts: z.int().default(0),
});

export type Job = z.infer<typeof document> & {
  /** Ours, random; the pending id. */
  id: string;
  userId: string;
  predictionId: string | null;
  idempotencyKey: string | null;
  upstream: z.infer<typeof upstream>;
  holdsSlot: boolean;
  debts: Debt[];
  /** Milliseconds since the epoch, as all times here. */
  createdAt: number;
  nextAt: number;
};

/** As SQLite has it, and as far as SQL asks for it. */
export type JobRow = {
  id: string;
  user_id: string;
  prediction_id: string | null;
  idempotency_key: string | null;
  upstream: string;
  holds_slot: number;
  debts: string;
  created_at: number;
  next_at: number;
  document: string;
};

/** A row that this code does not understand: an older or a broken version's. */
export type PoisonedJob = {
  id: string;
  userId: string;
  predictionId: string | null;
  /** Null: that cannot be read either. */
  createdAt: number | null;
  /** As far as can be read, Skytells is at it. */
  isLive: boolean;
  isBuried: boolean;
};

/** What is written of a job. */
export function toRow(job: Job): JobRow {
  const { id, userId, predictionId, idempotencyKey, upstream, holdsSlot, debts, createdAt, nextAt, ...rest } =
    job;
  return {
    id,
    user_id: userId,
    prediction_id: predictionId,
    idempotency_key: idempotencyKey,
    upstream,
    holds_slot: holdsSlot ? 1 : 0,
    debts: JSON.stringify(debts),
    created_at: createdAt,
    next_at: Math.round(nextAt),
    document: JSON.stringify(rest),
  };
}

/** The job that a row holds; null for one that this code does not understand. */
export function fromRow(row: JobRow): Job | null {
  try {
    return {
      ...document.parse(JSON.parse(row.document)),
      id: row.id,
      userId: row.user_id,
      predictionId: row.prediction_id,
      idempotencyKey: row.idempotency_key,
      upstream: upstream.parse(row.upstream),
      holdsSlot: row.holds_slot === 1,
      debts: z.array(debt).parse(JSON.parse(row.debts)),
      // SQLite keeps what it is given, whatever the column says.
      createdAt: time.parse(row.created_at),
      nextAt: time.parse(row.next_at),
    };
  } catch {
    return null;
  }
}

export function poisonedOf(row: JobRow): PoisonedJob {
  const isBuried = row.holds_slot === 0 && row.debts === "[]";
  return {
    id: row.id,
    userId: row.user_id,
    predictionId: row.prediction_id,
    createdAt: time.safeParse(row.created_at).data ?? null,
    isLive: row.prediction_id !== null && row.upstream !== "ended" && !isBuried,
    isBuried,
  };
}

/** The job as a generation: under its prediction's id, or its pending id while it has none. */
export function recordOfJob(job: Job): GenerationRecord {
  return {
    id: job.predictionId ?? job.id,
    prompt: job.prompt,
    model: job.model,
    status: job.status,
    progress: job.progress,
    outputs: job.outputs,
    error: job.error,
    favorite: false,
    shareToken: null,
    options: job.options,
    createdAt: job.createdAt,
    completedAt: job.completedAt,
  };
}

/** Where the job's pictures lie in R2; only for a job that knows its prediction. */
export function placeOf(job: Job): { userId: string; generationId: string } {
  return { userId: job.userId, generationId: job.predictionId ?? job.id };
}
