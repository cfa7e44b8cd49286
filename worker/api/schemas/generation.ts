/** Responses about generations. */
import * as z from "zod";
import { styleId } from "./requests/generation.ts";
import { usedReference } from "./used-reference.ts";
import { FAILURE_CODES, GENERATION_STATUSES } from "../../shared/generations.ts";
import { ASPECT_RATIOS, MAX_SEED } from "../../shared/models.ts";

/** Response of `POST /api/generations/bulk`. Every id of the request is in exactly one of the lists. */
export const bulkResult = z.object({
  done: z.array(z.string()),
  /** Not among the user's images. */
  missing: z.array(z.string()),
  /** Storage failed; the request can be repeated. */
  failed: z.array(z.string()),
});
export type BulkResult = z.infer<typeof bulkResult>;

/** Response of `POST /api/generations/:id/share`. */
export const shareLink = z.object({ url: z.url() });

/** Response of `GET /api/generations/:id/url`. */
export const imageUrl = z.object({ url: z.url(), expiresAt: z.iso.datetime() });

/** The options that a generation was made with. */
export const generationOptions = z.object({
  aspectRatio: z.enum(ASPECT_RATIOS).exactOptional(),
  seed: z.int().min(0).max(MAX_SEED).exactOptional(),
  negativePrompt: z.string().exactOptional(),
  style: styleId.exactOptional(),
  /** The number of images that were asked for, if more than one. `outputs` may have fewer. */
  count: z.int().min(1).exactOptional(),
  /** An upload is deleted when the generation ends. */
  reference: usedReference.exactOptional(),
});
export type GenerationOptions = z.infer<typeof generationOptions>;

const generationError = z.object({ code: z.enum(FAILURE_CODES), message: z.string() });

/** `url` and `thumbnailUrl` are paths of this studio. */
export const output = z.object({
  url: z.string(),
  thumbnailUrl: z.string(),
  width: z.int(),
  height: z.int(),
});
export type Output = z.infer<typeof output>;

/** A generation. Times are ISO 8601 UTC; URLs are paths of this studio, except `shareUrl`. */
export const generation = z.object({
  /** Skytells' prediction id; while unconfirmed, the pending id. */
  id: z.string(),
  prompt: z.string(),
  /** May be a model that is no longer offered. */
  model: z.string(),
  status: z.enum(GENERATION_STATUSES),
  /** 0–100 if Skytells reports it. */
  progress: z.number().nullable(),
  /** Not null exactly when `status` is `succeeded`: the original is stored. */
  outputUrl: z.string().nullable(),
  thumbnailUrl: z.string().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  outputs: z.array(output),
  error: generationError.nullable(),
  favorite: z.boolean(),
  shareUrl: z.url().nullable(),
  options: generationOptions,
  createdAt: z.iso.datetime(),
  completedAt: z.iso.datetime().nullable(),
});
export type Generation = z.infer<typeof generation>;

/** Response of every route about one generation. */
export const generationResponse = z.object({ generation });

/** In the requested order. A page may be short or empty with a `nextCursor`: the search continues there. */
export const generationPage = z.object({ items: z.array(generation), nextCursor: z.string().nullable() });
export type GenerationPage = z.infer<typeof generationPage>;
