/** Facts about one generation, and the rule that orders news about it. */
import type { GenerationStatus } from "../../../worker/shared/generations.ts";
import type { Generation, GenerationOptions, ModelOptions } from "../../../worker/api/schemas.ts";

const RANK: Record<GenerationStatus, number> = {
  queued: 0,
  processing: 1,
  failed: 2,
  canceled: 2,
  succeeded: 3,
};

export function isInFlight({ status }: Pick<Generation, "status">): boolean {
  return status === "queued" || status === "processing";
}

/**
 * Merges news about a generation into the known one. The status only moves forward, and the progress with it. Fields
 * that the user changes are kept if the news is older (`isStale`).
 */
export function mergeGeneration(known: Generation, news: Generation, isStale = false): Generation {
  const merged = isStale ? { ...news, favorite: known.favorite, shareUrl: known.shareUrl } : news;
  if (RANK[news.status] < RANK[known.status]) {
    return { ...known, id: news.id, favorite: merged.favorite, shareUrl: merged.shareUrl };
  }
  if (isInFlight(news) && (news.progress ?? 0) < (known.progress ?? 0)) {
    return { ...merged, progress: known.progress };
  }
  return merged;
}

/** The options to send: of those that are set, the ones that the model supports. null: support is unknown, send all. */
export function optionsOf(
  { aspectRatio, seed, negativePrompt }: Partial<SetOptions>,
  supported: ModelOptions | null = null,
): GenerationOptions {
  return {
    ...(aspectRatio && (!supported || supported.aspectRatio?.includes(aspectRatio)) && { aspectRatio }),
    ...(seed != null && (!supported || supported.seed) && { seed }),
    ...(negativePrompt && (!supported || supported.negativePrompt) && { negativePrompt }),
  };
}
type SetOptions = { [Option in keyof GenerationOptions]: GenerationOptions[Option] | null | undefined };

/** Width over height: of the image, else of the requested aspect ratio, else 1. */
export function ratioOf({
  width,
  height,
  options,
}: Pick<Generation, "width" | "height" | "options">): number {
  if (width && height) return width / height;
  const [across = 1, down = 1] = (options.aspectRatio ?? "1:1").split(":").map(Number);
  return across / down;
}
