import type { GenerationStatus } from "../../worker/catalog.ts";
import type { GenerateBody, Generation, GenerationOptions } from "../../worker/contract.ts";

const RANK: Record<GenerationStatus, number> = {
  queued: 0,
  processing: 1,
  failed: 2,
  canceled: 2,
  succeeded: 3,
};

export function isInFlight({ status }: Generation): boolean {
  return status === "queued" || status === "processing";
}

/** News can overtake news: a state only moves forward, and progress with it. */
export function newer(known: Generation, news: Generation): Generation {
  if (RANK[news.status] < RANK[known.status]) return known;
  if (isInFlight(news) && (news.progress ?? 0) < (known.progress ?? 0)) {
    return { ...news, progress: known.progress };
  }
  return news;
}

/** What an order asks for besides prompt and model. */
export function optionsOf({ aspectRatio, seed, negativePrompt }: GenerateBody): GenerationOptions {
  return {
    ...(aspectRatio && { aspectRatio }),
    ...(seed !== undefined && { seed }),
    ...(negativePrompt && { negativePrompt }),
  };
}

/** Width over height: of the picture, else of what was asked for, else a square. */
export function ratioOf({
  width,
  height,
  options,
}: Pick<Generation, "width" | "height" | "options">): number {
  if (width && height) return width / height;
  const [across = 1, down = 1] = (options.aspectRatio ?? "1:1").split(":").map(Number);
  return across / down;
}
