import { MAX_SEED } from "../../worker/catalog.ts";
import type { GenerateBody, Generation } from "../../worker/contract.ts";
import type { Studio } from "./studio.ts";

type Made = Pick<Generation, "prompt" | "model" | "options">;

/** Puts what a picture was made from into the form, to be changed and made anew. */
export function remix({ composer }: Pick<Studio, "composer">, generation: Made): void {
  composer.take(generation);
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
