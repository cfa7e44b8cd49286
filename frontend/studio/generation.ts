import type { GenerationStatus } from "../../worker/catalog.ts";
import type { Generation, GenerationOptions, ModelOptions } from "../../worker/contract.ts";

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

/** What is asked for besides prompt and model, of it that which the model takes (`can`), or may take where nobody has said. */
export function optionsOf(
  { aspectRatio, seed, negativePrompt }: Partial<Asked>,
  can: ModelOptions | null = null,
): GenerationOptions {
  return {
    ...(aspectRatio && (!can || can.aspectRatio?.includes(aspectRatio)) && { aspectRatio }),
    ...(seed != null && (!can || can.seed) && { seed }),
    ...(negativePrompt && (!can || can.negativePrompt) && { negativePrompt }),
  };
}
type Asked = { [Option in keyof GenerationOptions]: GenerationOptions[Option] | null | undefined };

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
