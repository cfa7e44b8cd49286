/**
 * Parses a prediction. Everything except `id` and `status` may be missing, and a field of an unexpected type counts as
 * missing. Sources: Skytells' API reference, TypeScript SDK 1.0.5 and CLI 1.0.3, which disagree.
 */
import * as z from "zod";
import type { GenerationStatus } from "../shared/generations.ts";

export type Prediction = {
  id: string;
  status: GenerationStatus;
  /** URLs of the images, valid for a few minutes. */
  outputs: string[];
  error: string | null;
  progress: number | null;
  /** The input that was sent; null if Skytells does not return it. */
  input: Record<string, unknown> | null;
  model: string | null;
  /** Null: not in the response. */
  webhookUrl: string | null;
  /** Milliseconds since the epoch, as is `completedAt`. */
  createdAt: number | null;
  completedAt: number | null;
};

/** A prediction of which only the id is known. */
export function predictionWithIdOnly(id: string): Prediction {
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

/** Opaque, a UUID in practice. It is used in paths and keys, so it may only have characters that are safe there. */
const PREDICTION_ID = /^[\w~-][\w.~-]{0,127}$/;

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
  // In the SDK, `status: false` with an id is a queued prediction.
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

/** An unknown status is never terminal. */
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
 * Whether a failed prediction was rejected by the content policy. The only place that reads text, because failed
 * predictions have no error_id.
 */
export function isPolicyRejection(error: string | null): boolean {
  return error !== null && /nsfw|content.?policy|safety/i.test(error);
}
