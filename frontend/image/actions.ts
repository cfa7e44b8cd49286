import { useRef } from "preact/hooks";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { pathOf, routerPart } from "../browser/router.ts";
import { composerPart } from "../studio/generate/composer.ts";
import { dialogsPart } from "../studio/dialogs.ts";
import { formReferencePart } from "../studio/generate/form-reference.ts";
import { chooseAsReference, modelWithReference, upscaler } from "../studio/generate/reference-models.ts";
import { sessionPart } from "../studio/session/session.ts";
import { copyImageWithToast } from "../studio/images/copy-image.ts";
import { favoritesPart } from "../studio/images/favorites.ts";
import { type Toast, toastsPart } from "../studio/toasts.ts";
import { HIGH_QUALITY_MODEL, type VariationResult, variationsPart } from "../studio/generate/variations.ts";
import { commonText } from "../text/common.ts";
import { createText } from "../text/create.ts";
import { imageText } from "../text/image.ts";
import { usePart } from "../ui/parts.ts";

/** What can be done with the open image, by button and by key. */
export function useImageActions() {
  const composer = usePart(composerPart);
  const dialogs = usePart(dialogsPart);
  const favorites = usePart(favoritesPart);
  const toasts = usePart(toastsPart);
  const router = usePart(routerPart);
  const reference = usePart(formReferencePart);
  const session = usePart(sessionPart);
  const variations = usePart(variationsPart);
  /** The toast about Again, and how many it counts while it is visible. */
  const again = useRef<{ toast: Toast; count: number } | null>(null);

  const largerModel = upscaler(session);

  const goToForm = () => router.go(pathOf("create"));
  const showResult = (result: VariationResult, text: string) => {
    const refusal = { full: imageText.queueFull, upload: createText.uploadGone, started: text, queued: text }[
      result
    ];
    return toasts.show(refusal, { label: imageText.view, run: goToForm });
  };

  return {
    toggleFavorite: ({ id }: Generation) => void favorites.toggle(id),
    share({ id }: Generation, output: number) {
      dialogs.share.value = { id, output };
    },
    collect({ id }: Generation) {
      dialogs.collect.value = [id];
    },
    copyImage: (url: string) => void copyImageWithToast(toasts, url),
    edit(generation: Generation) {
      variations.edit(generation);
      goToForm();
    },
    again(generation: Generation) {
      const result = variations.generate(generation);
      const last = again.current;
      const isVisible = last !== null && toasts.all.peek().includes(last.toast);
      if (isVisible) toasts.dismiss(last.toast);
      const count = (isVisible ? last.count : 0) + (result === "full" || result === "upload" ? 0 : 1);
      again.current = {
        toast: showResult(result, imageText.againDone(count, result === "queued")),
        count,
      };
    },
    createInHighQuality(generation: Generation) {
      const result = variations.generateWith(HIGH_QUALITY_MODEL, generation);
      showResult(result, imageText.inModelDone(commonText.model(HIGH_QUALITY_MODEL), result === "queued"));
    },
    /** A model that takes a reference image, and one that enlarges images; null without one. */
    referenceModel: modelWithReference(composer, session),
    upscaler: largerModel,
    useAsReference(generation: Generation, output: number) {
      chooseAsReference(composer, session, reference, generation, output);
      goToForm();
    },
    upscale(generation: Generation, output: number) {
      if (largerModel === null) return;
      const result = variations.upscale(largerModel, generation, output);
      showResult(result, imageText.inModelDone(commonText.model(largerModel), result === "queued"));
    },
    /** The seed is the same only with the same model. */
    useSeed({ model, options }: Generation) {
      composer.setModel(model);
      composer.seed.value = options.seed ?? null;
      composer.focus.value = true;
      goToForm();
    },
  };
}

export type ImageActions = ReturnType<typeof useImageActions>;
