/** More images from the settings of an existing one. */
import { MAX_SEED, type ModelId } from "../../../worker/shared/models.ts";
import type { GenerateBody } from "../../../worker/api/schemas/requests/generation.ts";
import type { Generation } from "../../../worker/api/schemas/generation.ts";
import { findOffered } from "../../text/models.ts";
import { definePart } from "../../ui/parts.ts";
import { isUploadGone, optionsOf, repeatedOptions } from "../images/generation.ts";
import { MAX_QUEUED, type Outbox } from "./outbox.ts";
import type { Composer } from "./composer.ts";
import { editCopy } from "./fill-form.ts";
import type { FormReference } from "./form-reference.ts";
import type { SessionState } from "../session/session.ts";
import type { Submit } from "./submit.ts";

/** A fast preview can be created again in high quality. */
const PREVIEW_MODEL: ModelId = "truefusion-edge";
export const HIGH_QUALITY_MODEL: ModelId = "truefusion-2.0";

/** Whether the studio offers the higher quality of this model. */
export const hasHighQuality = (model: ModelId) =>
  model === PREVIEW_MODEL && findOffered(HIGH_QUALITY_MODEL) !== undefined;

type Settings = Pick<Generation, "prompt" | "model" | "options">;

/** The same settings with another seed. */
export function variationOf({ prompt, model, options }: Settings, random: () => number): GenerateBody {
  const { seed, count: _, ...rest } = repeatedOptions(options);
  // The Worker rejects a retired model.
  const body = { prompt, model: model as ModelId, ...rest };
  // Without a seed each image differs anyway.
  return seed === undefined ? body : { ...body, seed: Math.floor(random() * (MAX_SEED + 1)) };
}

export type VariationsDependencies = {
  composer: Composer;
  outbox: Outbox;
  reference: FormReference;
  session: Pick<SessionState, "optionsFor">;
  submit: Submit;
  random: () => number;
};

/** "full": the queue takes no more. "upload": it was made from an upload, which is not stored any more. */
export type VariationResult = "started" | "queued" | "full" | "upload";

export function createVariations(dependencies: VariationsDependencies) {
  const { composer, outbox, reference, session, submit, random } = dependencies;
  function submitOne(body: GenerateBody, count = 1): VariationResult {
    const before = outbox.queued.peek().length;
    if (before + count > MAX_QUEUED) return "full";
    void submit.submit(body, count);
    return outbox.queued.peek().length > before ? "queued" : "started";
  }

  return {
    /** Generates one more, or `count` more, now or when a slot is free. */
    generate: (settings: Settings, count = 1) =>
      isUploadGone(settings) ? ("upload" as const) : submitOne(variationOf(settings, random), count),
    /** The same prompt and seed with another model, and those of the options that it supports. */
    generateWith: (model: ModelId, { prompt, options }: Settings) =>
      submitOne({ prompt, model, ...optionsOf(options, session.optionsFor(model)) }),
    /** Enlarges an image of the user. */
    upscale: (model: ModelId, { id, prompt }: Pick<Generation, "id" | "prompt">, output: number) =>
      submitOne({ prompt, model, reference: { generation: id, output } }),
    /** Puts prompt, model, options and the own reference image into the form. */
    edit(settings: Settings) {
      editCopy(composer, settings);
      const { reference: given } = repeatedOptions(settings.options);
      reference.chosen.value = given ? { body: given } : null;
    },
  };
}

export type Variations = ReturnType<typeof createVariations>;
export const variationsPart = definePart<Variations>("variations");
