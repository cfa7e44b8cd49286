/**
 * A prediction, out of whatever shape Skytells gives it. Tolerant: everything but `id` and `status` may be
 * missing, and a field of an unexpected shape is as good as missing. Source: Skytells' API reference, its
 * TypeScript SDK 1.0.5 and its CLI 1.0.3, which disagree.
 */
import * as z from "zod";
import type { GenerationStatus } from "../shared/generations.ts";

export type Prediction = {
  id: string;
  status: GenerationStatus;
  /** Where the pictures are, at most a few minutes long. */
  outputs: string[];
  error: string | null;
  progress: number | null;
  /** What was sent; null where Skytells does not say or has emptied it. */
  input: Record<string, unknown> | null;
  model: string | null;
  /** null: the answer does not say. */
  webhookUrl: string | null;
  /** Milliseconds since the epoch, as is `completedAt`. */
  createdAt: number | null;
  completedAt: number | null;
};

/** A prediction of which nothing but its id is known. */
export function unseen(id: string): Prediction {
  return {
    id,
    status: "queued",
    outputs: [],
    error: null,
    progress: null,
    input: null,
    model: null,
    webhookUrl: null,
    createdAt: null,
    completedAt: null,
  };
}

/** Opaque, a UUID in practice; it becomes part of our paths and keys, so nothing that means something there. */
export const PREDICTION_ID = /^[\w~-][\w.~-]{0,127}$/;

const loose = <T extends z.ZodType>(schema: T) => schema.nullish().catch(null);

const url = z.union([z.string(), z.object({ url: z.string() }).transform((entry) => entry.url)]);
const output = loose(z.union([url.transform((one) => [one]), z.array(url)]));
const message = loose(
  z.union([z.string(), z.object({ message: z.string() }).transform((error) => error.message)]),
);
const time = loose(
  z.string().transform((text) => {
    const at = Date.parse(text);
    return Number.isNaN(at) ? null : at;
  }),
);

const wire = z.object({
  id: z.string().regex(PREDICTION_ID),
  // `status:false` with an id is a queued job, says the SDK.
  status: z.union([z.string(), z.boolean()]).nullish().catch(null),
  output,
  error: message,
  input: loose(z.record(z.string(), z.unknown())),
  model: loose(z.union([z.string(), z.object({ name: z.string() }).transform((model) => model.name)])),
  metrics: loose(z.object({ progress: loose(z.number()) })),
  metadata: loose(
    z.object({ storage: loose(z.object({ files: loose(z.array(z.object({ url: z.string() }))) })) }),
  ),
  webhook: loose(z.union([z.string(), z.object({ url: z.string() }).transform((webhook) => webhook.url)])),
  created_at: time,
  completed_at: time,
});

const STATUSES: Record<string, GenerationStatus> = {
  queued: "queued",
  pending: "queued",
  created: "queued",
  starting: "processing",
  started: "processing",
  processing: "processing",
  running: "processing",
  succeeded: "succeeded",
  completed: "succeeded",
  failed: "failed",
  error: "failed",
  canceled: "canceled",
  cancelled: "canceled",
  aborted: "canceled",
};

/** A status nobody knows is never terminal. */
function statusOf(status: string | boolean | null | undefined): GenerationStatus {
  if (status === false) return "queued";
  return STATUSES[String(status).toLowerCase()] ?? "processing";
}

/** Null: not a prediction (no id). */
export function parsePrediction(value: unknown): Prediction | null {
  const result = wire.safeParse(value);
  if (!result.success) return null;
  const raw = result.data;
  const files = raw.metadata?.storage?.files?.map((file) => file.url) ?? [];
  return {
    id: raw.id,
    status: statusOf(raw.status),
    outputs: raw.output?.length ? raw.output : files,
    error: raw.error ?? null,
    progress: progressOf(raw.metrics?.progress),
    input: raw.input && Object.keys(raw.input).length > 0 ? raw.input : null,
    model: raw.model?.replace(/^.*\//, "") ?? null,
    webhookUrl: raw.webhook ?? null,
    createdAt: raw.created_at ?? null,
    completedAt: raw.completed_at ?? null,
  };
}

function progressOf(progress: number | null | undefined): number | null {
  return progress === null || progress === undefined
    ? null
    : Math.round(Math.min(100, Math.max(0, progress)));
}

/**
 * True where a failed prediction's words say that the content policy refused it. The one place that reads
 * text: a failed prediction has no error id.
 */
export function isPolicyRefusal(error: string | null): boolean {
  return error !== null && /nsfw|content.?policy|safety/i.test(error);
}
