/**
 * A generation in its stored form (`GenerationRecord`) and in the API's. Stored model, status and error code are any
 * string, because another version may have written them; only `presentGeneration` maps them to known values.
 */
import * as z from "zod";
import {
  FAILURE_CODES,
  type FailureCode,
  GENERATION_STATUSES,
  type GenerationStatus,
  isTerminal,
} from "../shared/generations.ts";
import { ASPECT_RATIOS, MAX_SEED } from "../shared/models.ts";
import { findStyle } from "../shared/styles.ts";
import type { Generation, GenerationOptions } from "./schemas/generation.ts";
import { usedReference } from "./schemas/used-reference.ts";

/** An image in R2: `n` is its number among the outputs of the generation, `ext` the extension of its key. */
export const storedOutput = z.object({
  n: z.int().min(0),
  ext: z.string(),
  width: z.int(),
  height: z.int(),
});
export type StoredOutput = z.infer<typeof storedOutput>;

export const generationError = z.object({ code: z.string(), message: z.string() });
export type GenerationError = z.infer<typeof generationError>;

const FAILURE_SENTENCES: Record<FailureCode, string> = {
  content_policy: "The image service does not make images of this prompt.",
  upstream_failed: "The image service could not make this image.",
  timed_out: "The image service took too long.",
  output_lost: "The image was made, but could not be fetched in time.",
  output_invalid: "The image service sent a file that is not an image.",
  storage_failed: "The image was made, but could not be stored.",
  unconfirmed: "The image service never confirmed this image.",
};

export function failureOf(code: FailureCode): GenerationError {
  return { code, message: FAILURE_SENTENCES[code] };
}

export const generationOptions = z.object({
  aspectRatio: z.string().exactOptional(),
  seed: z.int().min(0).max(MAX_SEED).exactOptional(),
  negativePrompt: z.string().exactOptional(),
  style: z.string().exactOptional(),
  count: z.int().min(1).exactOptional(),
  reference: usedReference.exactOptional(),
});

export type GenerationRecord = {
  id: string;
  prompt: string;
  model: string;
  /** One of `GENERATION_STATUSES`, or a newer version's. */
  status: string;
  progress: number | null;
  outputs: StoredOutput[];
  error: GenerationError | null;
  favorite: boolean;
  shareToken: string | null;
  options: z.infer<typeof generationOptions>;
  /** Milliseconds since the epoch, as is `completedAt`. */
  createdAt: number;
  completedAt: number | null;
};

/** The number of images that were asked for. */
export function requestedImages({ options }: Pick<GenerationRecord, "options">): number {
  return options.count ?? 1;
}

export function shareUrl(origin: string, token: string): string {
  return `${origin}/s/${token}`;
}

export function thumbnailUrlOf(id: string, n: number): string {
  return `/images/${id}/${n}?size=thumb`;
}

/** Whether nothing can follow. Of a status that this version does not know, only `completedAt` tells. */
export function hasEnded({ status, completedAt }: Pick<GenerationRecord, "status" | "completedAt">): boolean {
  return isKnownStatus(status) ? isTerminal(status) : completedAt !== null;
}

/** The status to show; one of a newer version is shown as the nearest known one. */
export function presentStatus(record: GenerationRecord): GenerationStatus {
  if (isKnownStatus(record.status)) return record.status;
  return hasEnded(record) ? "failed" : "processing";
}

function isKnownStatus(status: string): status is GenerationStatus {
  return (GENERATION_STATUSES as readonly string[]).includes(status);
}

export function presentError(error: GenerationError | null): Generation["error"] {
  if (error === null) return null;
  const code = FAILURE_CODES.find((known) => known === error.code) ?? "upstream_failed";
  return { code, message: error.message };
}

export function presentOptions({
  aspectRatio,
  seed,
  negativePrompt,
  style,
  count,
  reference,
}: GenerationRecord["options"]): GenerationOptions {
  const ratio = ASPECT_RATIOS.find((known) => known === aspectRatio);
  const knownStyle = findStyle(style);
  return {
    ...(ratio && { aspectRatio: ratio }),
    ...(seed !== undefined && { seed }),
    ...(negativePrompt !== undefined && { negativePrompt }),
    ...(knownStyle && { style: knownStyle.id }),
    ...(count !== undefined && { count }),
    ...(reference && { reference }),
  };
}

/** The form of the API. `origin` is that of the studio; only `shareUrl` is absolute. */
export function presentGeneration(record: GenerationRecord, origin: string): Generation {
  const outputs = record.outputs.map(({ n, width, height }) => ({
    url: `/images/${record.id}/${n}`,
    thumbnailUrl: thumbnailUrlOf(record.id, n),
    width,
    height,
  }));
  const first = record.status === "succeeded" ? outputs[0] : undefined;
  return {
    id: record.id,
    prompt: record.prompt,
    model: record.model,
    status: presentStatus(record),
    progress: hasEnded(record) ? null : record.progress,
    outputUrl: first?.url ?? null,
    thumbnailUrl: first?.thumbnailUrl ?? null,
    width: first?.width ?? null,
    height: first?.height ?? null,
    outputs: first ? outputs : [],
    error: presentError(record.error),
    favorite: record.favorite,
    shareUrl: record.shareToken === null ? null : shareUrl(origin, record.shareToken),
    options: presentOptions(record.options),
    createdAt: new Date(record.createdAt).toISOString(),
    completedAt: record.completedAt === null ? null : new Date(record.completedAt).toISOString(),
  };
}
