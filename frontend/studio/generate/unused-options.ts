import { commonText } from "../../text/common.ts";
import { createText } from "../../text/create.ts";
import type { Composer } from "./composer.ts";

/** The names of the options that are set but that the chosen model does not support. */
export function unusedOptions({ supported, options, aspectRatio, seed, negativePrompt }: Composer): string[] {
  const used = options.value;
  if (!supported.value) return [];
  return [
    aspectRatio.value !== null && !used.aspectRatio && `${commonText.ratio} ${aspectRatio.value}`,
    seed.value !== null && used.seed === undefined && createText.seed,
    negativePrompt.value.trim() !== "" && !used.negativePrompt && createText.exclude,
  ].filter((name) => name !== false);
}
