import type { ModelId } from "../../worker/shared/models.ts";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { toastsPart } from "../studio/toasts.ts";
import { outboxPart } from "../studio/generate/outbox.ts";
import { type VariationResult, variationsPart } from "../studio/generate/variations.ts";
import { createText } from "../text/create.ts";
import { usePart } from "../ui/parts.ts";

/** Generates more from an image and says what each click did. */
export function useVariations(generation: Generation) {
  const variations = usePart(variationsPart);
  const toasts = usePart(toastsPart);
  const { queued } = usePart(outboxPart);
  function report(result: VariationResult) {
    if (result === "started") toasts.show(createText.variationStarted);
    else if (result === "queued") toasts.show(createText.variationQueued(queued.peek().length));
    else toasts.show(result === "upload" ? createText.uploadGone : createText.variationRefused);
  }
  return {
    again: (count = 1) => report(variations.generate(generation, count)),
    edit: () => variations.edit(generation),
    upscale: (model: ModelId) => report(variations.upscale(model, generation, 0)),
    generateWith: (model: ModelId) => report(variations.generateWith(model, generation)),
  };
}
