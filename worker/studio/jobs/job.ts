/**
 * A job: the object's row that drives one generation.
 *
 * `holdsSlot` (counts against the plan) and `tasks` (pending tasks) end at different times. The row is the write-ahead
 * record: it is on disk before the create request is sent and holds everything that the D1 row needs. Finished, it is
 * kept for a day for idempotent replays and late webhooks. Columns are what SQL filters by; the rest is one JSON document.
 *
 * Rows of other versions stay intact: defaults read older rows, and models, statuses, error codes, tasks and fields of a
 * newer version are kept unchanged.
 */
import * as z from "zod";
import { GENERATION_STATUSES } from "../../shared/generations.ts";
import {
  type GenerationRecord,
  generationError,
  generationOptions,
  storedOutput,
} from "../../api/generation.ts";
import type { Prediction } from "../../skytells/prediction.ts";

/**
 * `store`: copy the outputs to R2. `record`: write the job's state to D1. `cancel`: cancel at Skytells.
 * `remove`: delete the files in R2 (`removeFiles`). `forget`: delete the prediction at Skytells (best effort).
 */
const TASKS = ["store", "record", "cancel", "remove", "forget"] as const;
export type Task = (typeof TASKS)[number];

/** A newer version's tasks are kept and ignored. */
export function isKnownTask(task: string): task is Task {
  return (TASKS as readonly string[]).includes(task);
}

/** State of the prediction at Skytells, as far as known. `ended`: terminal, rejected or given up. */
const upstream = z.enum(["creating", "unconfirmed", "live", "ended"]);
type Upstream = z.infer<typeof upstream>;

const time = z.number();

export const nullable = <T extends z.ZodType>(schema: T) => schema.nullable().default(null as never);

/** A prediction as another version may have stored or sent it. */
export const predictionSchema = z.object({
  id: z.string(),
  status: z.enum(GENERATION_STATUSES).catch("processing"),
  outputs: z.array(z.string()).default([]),
  error: nullable(z.string()),
  progress: nullable(z.number()),
  input: nullable(z.record(z.string(), z.unknown())),
  model: nullable(z.string()),
  webhookUrl: nullable(z.string()),
  createdAt: nullable(time),
  completedAt: nullable(time),
}) satisfies z.ZodType<Prediction>;

const document = z.object({
  prompt: z.string(),
  model: z.string(),
  options: z.looseObject(generationOptions.shape),
  /** What was sent to Skytells; identifies the prediction if the create's response is lost. */
  input: z.record(z.string(), z.unknown()),
  webhookUrl: z.string().nullable(),
  /** The parsed request body, to reject the same Idempotency-Key with another request. */
  fingerprint: z.string(),

  /** What the API shows. */
  status: z.string(),
  deleted: z.boolean().default(false),
  /** The D1 row exists. */
  recorded: z.boolean().default(false),
  progress: z.number().nullable().default(null),
  error: generationError.nullable().default(null),
  outputs: z.array(storedOutput).default([]),

  sentAt: time,
  /** When the create's response arrived or timed out. */
  answeredAt: time.nullable().default(null),
  /** When the prediction became known; the D1 row can be written from then on. */
  confirmedAt: time.nullable().default(null),
  /** Problem code of the unconfirmed create, for replays. */
  ambiguity: z.string().nullable().default(null),
  /** From a webhook that arrived while the job had no prediction, and when. */
  parkedNews: predictionSchema.nullable().default(null).catch(null),
  parkedAt: time.nullable().default(null),
  /** The input contains a seed that the object drew at random, so it identifies this job. */
  drewSeed: z.boolean().default(false),
  /**
   * The reference image in the input. `key`: in R2. `property`: of the input. The image is an upload or the generation
   * whose files are deleted with it.
   */
  reference: z
    .object({
      key: z.string(),
      property: z.string(),
      upload: nullable(z.string()),
      generation: nullable(z.string()),
    })
    .nullable()
    .default(null)
    .catch(null),
  /** The prediction that is being reserved in D1: the user's row with this id belongs to this job. */
  claiming: z.string().nullable().default(null),
  /** The outputs of a success, until they are stored. */
  source: z
    .object({
      urls: z.array(z.string()),
      seenAt: time,
      lostAt: time,
      /** The latest attempts in a row whose response was not an image. */
      invalid: z.object({ since: time, tries: z.int() }).nullable().default(null),
    })
    .nullable()
    .default(null),
  /** When Skytells deletes the outputs. Set with the first news of the success; later news do not move it. */
  outputsLostAt: time.nullable().default(null),
  completedAt: time.nullable().default(null),
  /** When the last pending task was done. */
  endedAt: time.nullable().default(null),
  /** Attempts of the current work; reset by `retryNow`. */
  attempts: z.int().default(0),
});

type Document = z.infer<typeof document>;

export type Job = Omit<Document, "parkedNews" | "parkedAt" | "ambiguity" | "claiming"> & {
  /** Stored as `parkedNews` and `parkedAt`. */
  earlyNews: Document["parkedNews"];
  earlyNewsAt: Document["parkedAt"];
  /** Stored as `ambiguity`. */
  unconfirmedCode: Document["ambiguity"];
  /** Stored as `claiming`. */
  reserving: Document["claiming"];
  /** Fields of a newer version's document. */
  unknownFields: Record<string, unknown>;
  /** A random UUID; the pending id. */
  id: string;
  userId: string;
  predictionId: string | null;
  idempotencyKey: string | null;
  upstream: Upstream;
  holdsSlot: boolean;
  tasks: string[];
  /** Milliseconds since the epoch, as all times here. */
  createdAt: number;
  nextAt: number;
};

/** The row in SQLite. */
export type JobRow = {
  id: string;
  user_id: string;
  prediction_id: string | null;
  idempotency_key: string | null;
  upstream: string;
  holds_slot: number;
  tasks: string;
  created_at: number;
  next_at: number;
  document: string;
};

/** A row that this version cannot parse. */
export type UnreadableJob = {
  id: string;
  userId: string;
  predictionId: string | null;
  /** Null if unreadable too. */
  createdAt: number | null;
  /** As far as readable, the prediction still runs. */
  isLive: boolean;
  isClosed: boolean;
};

export function toRow(job: Job): JobRow {
  const { id, userId, predictionId, idempotencyKey, upstream, holdsSlot, tasks, createdAt, nextAt } = job;
  const fields: Document = {
    ...job,
    parkedNews: job.earlyNews,
    parkedAt: job.earlyNewsAt,
    ambiguity: job.unconfirmedCode,
    claiming: job.reserving,
  };
  return {
    id,
    user_id: userId,
    prediction_id: predictionId,
    idempotency_key: idempotencyKey,
    upstream,
    holds_slot: holdsSlot ? 1 : 0,
    tasks: JSON.stringify(tasks),
    created_at: createdAt,
    next_at: Math.round(nextAt),
    document: JSON.stringify({ ...job.unknownFields, ...pick(fields) }),
  };
}

function pick(fields: Document): Partial<Document> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name in document.shape));
}

/** Null for a row that this version cannot parse. */
export function fromRow(row: JobRow): Job | null {
  try {
    const stored = z.record(z.string(), z.unknown()).parse(JSON.parse(row.document));
    const { parkedNews, parkedAt, ambiguity, claiming, ...fields } = document.parse(stored);
    const unknown = Object.entries(stored).filter(([name]) => !(name in document.shape));
    const holdsSlot = row.holds_slot === 1;
    return {
      ...fields,
      earlyNews: parkedNews,
      earlyNewsAt: parkedAt,
      unconfirmedCode: ambiguity,
      reserving: claiming,
      unknownFields: Object.fromEntries(unknown),
      id: row.id,
      userId: row.user_id,
      predictionId: row.prediction_id,
      idempotencyKey: row.idempotency_key,
      upstream: upstreamOf(row, holdsSlot),
      holdsSlot,
      tasks: z.array(z.string()).parse(JSON.parse(row.tasks)),
      // SQLite does not enforce column types.
      createdAt: time.parse(row.created_at),
      nextAt: time.parse(row.next_at),
    };
  } catch {
    return null;
  }
}

/** A newer version's state becomes the one in which this version finds out whether the slot is still in use. */
function upstreamOf(row: JobRow, holdsSlot: boolean): Upstream {
  const known = upstream.safeParse(row.upstream);
  if (known.success) return known.data;
  if (!holdsSlot) return "ended";
  return row.prediction_id === null ? "unconfirmed" : "live";
}

export function unreadableJobOf(row: JobRow): UnreadableJob {
  const isClosed = row.holds_slot === 0 && row.tasks === "[]";
  return {
    id: row.id,
    userId: row.user_id,
    predictionId: row.prediction_id,
    createdAt: time.safeParse(row.created_at).data ?? null,
    isLive: row.prediction_id !== null && row.upstream !== "ended" && !isClosed,
    isClosed,
  };
}

/** The job as a generation, under its prediction's id or, until that is known, its pending id. */
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

/** Location of the job's files in R2; only for a job with a prediction. */
export function imagePlaceOf(job: Job): { userId: string; generationId: string } {
  return { userId: job.userId, generationId: job.predictionId ?? job.id };
}
