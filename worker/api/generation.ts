/** A generation as it is kept (`GenerationRecord`), and how it is shown on the wire. */
import * as z from "zod";
import { ASPECT_RATIOS, MAX_SEED, type ModelId } from "../shared/models.ts";
import { FAILURE_CODES, type FailureCode, type GenerationStatus, isTerminal } from "../shared/generations.ts";
import type { Generation } from "./schemas.ts";

/** A picture in R2: `n` is its place among the generation's outputs, `ext` the ending of its key. */
export const storedOutput = z.object({
  n: z.int().min(0),
  ext: z.string(),
  width: z.int(),
  height: z.int(),
});
export type StoredOutput = z.infer<typeof storedOutput>;

export const generationError = z.object({ code: z.enum(FAILURE_CODES), message: z.string() });
export type GenerationError = z.infer<typeof generationError>;

const FAILURE_SENTENCES: Record<FailureCode, string> = {
  content_policy: "The image service will not make a picture of this prompt.",
  upstream_failed: "The image service could not make this picture.",
  timed_out: "The image service took too long.",
  output_lost: "The picture was made but could not be fetched in time.",
  output_invalid: "The image service sent something that is not a picture.",
  storage_failed: "The picture was made but could not be stored.",
  unconfirmed: "The image service never confirmed this picture.",
};

/** A failure as it is kept and shown. */
export function failureOf(code: FailureCode): GenerationError {
  return { code, message: FAILURE_SENTENCES[code] };
}

export const generationOptions = z.object({
  aspectRatio: z.enum(ASPECT_RATIOS).exactOptional(),
  seed: z.int().min(0).max(MAX_SEED).exactOptional(),
  negativePrompt: z.string().exactOptional(),
});

export type GenerationRecord = {
  id: string;
  prompt: string;
  model: ModelId;
  status: GenerationStatus;
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

export function shareUrl(origin: string, token: string): string {
  return `${origin}/s/${token}`;
}

/** The wire form. `origin` is where the studio is reached; only `shareUrl` is absolute. */
export function presentGeneration(record: GenerationRecord, origin: string): Generation {
  const outputs = record.outputs.map(({ n, width, height }) => ({
    url: `/images/${record.id}/${n}`,
    thumbnailUrl: `/images/${record.id}/${n}?size=thumb`,
    width,
    height,
  }));
  const first = record.status === "succeeded" ? outputs[0] : undefined;
  return {
    id: record.id,
    prompt: record.prompt,
    model: record.model,
    status: record.status,
    progress: isTerminal(record.status) ? null : record.progress,
    outputUrl: first?.url ?? null,
    thumbnailUrl: first?.thumbnailUrl ?? null,
    width: first?.width ?? null,
    height: first?.height ?? null,
    outputs: first ? outputs : [],
    error: record.error,
    favorite: record.favorite,
    shareUrl: record.shareToken === null ? null : shareUrl(origin, record.shareToken),
    options: record.options,
    createdAt: new Date(record.createdAt).toISOString(),
    completedAt: record.completedAt === null ? null : new Date(record.completedAt).toISOString(),
  };
}
