import { MAX_SEED, MODELS } from "../../worker/catalog.ts";
import type { GenerateBody, Generation, GenerationOptions } from "../../worker/contract.ts";
import type { Composer } from "./composer.ts";
import type { Studio } from "./studio.ts";

type Made = Pick<Generation, "prompt" | "model" | "options">;

/** Puts what a picture was made from, or would have been, into the form, to be changed and made anew. */
export function remix({ composer }: Pick<Studio, "composer">, { prompt, model, options }: Made): void {
  composer.model.value = MODELS.find(({ id }) => id === model)?.id ?? composer.model.value;
  setOptions(composer, options);
  composer.edit(prompt);
}

/** What is not among them goes back to what it is where nobody chose. */
export function setOptions(composer: Composer, options: GenerationOptions): void {
  composer.aspectRatio.value = options.aspectRatio ?? null;
  composer.seed.value = options.seed ?? null;
  composer.without.value = options.negativePrompt ?? "";
}

/** The same settings with another seed. */
export function anotherOf({ prompt, model, options }: Made, random: () => number): GenerateBody {
  const { seed: _, ...rest } = options;
  const body = { prompt, model, ...rest };
  // Where the model takes none there was none, and every picture is another anyway.
  return options.seed === undefined ? body : { ...body, seed: Math.floor(random() * (MAX_SEED + 1)) };
}

/** Makes one more like this, at once or as soon as there is a place. */
export function makeAgain({ maker }: Pick<Studio, "maker">, generation: Made): Promise<void> {
  return maker.order(anotherOf(generation, Math.random));
}
