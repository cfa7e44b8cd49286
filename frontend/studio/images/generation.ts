/** Facts about one generation. */
import type { Generation, GenerationOptions } from "../../../worker/api/schemas/generation.ts";
import type { ModelOptions } from "../../../worker/api/schemas/session.ts";

export function isInFlight({ status }: Pick<Generation, "status">): boolean {
  return status === "queued" || status === "processing";
}

/** The options to send: of those that are set, the ones that the model supports. null: support is unknown, send all. */
export function optionsOf(
  { aspectRatio, seed, negativePrompt, style }: Partial<SetOptions>,
  supported: ModelOptions | null = null,
): GenerationOptions {
  return {
    ...(aspectRatio && (!supported || supported.aspectRatio?.includes(aspectRatio)) && { aspectRatio }),
    ...(seed != null && (!supported || supported.seed) && { seed }),
    ...(negativePrompt && (!supported || supported.negativePrompt) && { negativePrompt }),
    ...(style && { style }),
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
