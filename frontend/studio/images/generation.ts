/** Facts about one generation. */
import type { GenerateBody } from "../../../worker/api/schemas/requests/generation.ts";
import type { Generation, GenerationOptions } from "../../../worker/api/schemas/generation.ts";
import type { ModelOptions } from "../../../worker/api/schemas/session.ts";

export function isInFlight({ status }: Pick<Generation, "status">): boolean {
  return status === "queued" || status === "processing";
}

/** The options to send: of those that are set, the ones that the model supports. null: support is unknown, send all. */
export function optionsOf(
  { aspectRatio, seed, negativePrompt, style, count = 1 }: Partial<SetOptions>,
  supported: ModelOptions | null = null,
): FormOptions {
  return {
    ...(aspectRatio && (!supported || supported.aspectRatio?.includes(aspectRatio)) && { aspectRatio }),
    ...(seed != null && (!supported || supported.seed) && { seed }),
    ...(negativePrompt && (!supported || supported.negativePrompt) && { negativePrompt }),
    ...(style && { style }),
    ...(count && count > 1 && (!supported || count <= (supported.count ?? 1)) && { count }),
  };
}
/** A request names a reference image in another way than a generation. */
type FormOptions = Omit<GenerationOptions, "reference">;
type SetOptions = { [Option in keyof FormOptions]: FormOptions[Option] | null | undefined };

/** A generation's options as a request takes them. An upload was deleted when its generation ended. */
export function repeatedOptions({ reference, ...options }: GenerationOptions): Partial<GenerateBody> {
  return { ...options, ...(reference && "generation" in reference && { reference }) };
}

/** It was made from an upload, which was deleted when it ended: the same cannot be requested again. */
export const isUploadGone = ({ options }: Pick<Generation, "options">) =>
  options.reference !== undefined && "upload" in options.reference;

/** The generation as if this output were its only image; null without it. */
export function outputOf(generation: Generation, n: number): Generation | null {
  const output = generation.outputs[n];
  if (!output) return null;
  const { url, thumbnailUrl, width, height } = output;
  return { ...generation, outputUrl: url, thumbnailUrl, width, height };
}

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
