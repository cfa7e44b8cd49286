import { MAX_SEED, MODELS } from "../../worker/catalog.ts";
import type { GenerateBody, Generation, GenerationOptions } from "../../worker/contract.ts";
import type { Composer } from "./composer.ts";
import { MAX_WAITING } from "./outbox.ts";
import type { Studio } from "./studio.ts";

type Made = Pick<Generation, "prompt" | "model" | "options">;

type Target = Pick<Studio, "composer">;

/** Puts a generation's prompt, model and options into the form. Not its seed: that would make the same image again. */
export function remix(target: Target, { prompt, model, options: made }: Made): void {
  const { seed: _, ...options } = made;
  restore(target, { prompt, model, options });
}

/** Puts a request back into the form with all that it asked for, a locked seed included. */
export function restore({ composer }: Target, { prompt, model, options }: Made): void {
  composer.model.value = MODELS.find(({ id }) => id === model)?.id ?? composer.model.value;
  setOptions(composer, options);
  composer.edit(prompt);
}

/** Options that are not given go back to their defaults. */
export function setOptions(composer: Composer, options: GenerationOptions): void {
  composer.aspectRatio.value = options.aspectRatio ?? null;
  composer.seed.value = options.seed ?? null;
  composer.without.value = options.negativePrompt ?? "";
}

/** The same settings with another seed. */
export function anotherOf({ prompt, model, options }: Made, random: () => number): GenerateBody {
  const { seed: _, ...rest } = options;
  const body = { prompt, model, ...rest };
  // Without a seed each image differs anyway.
  return options.seed === undefined ? body : { ...body, seed: Math.floor(random() * (MAX_SEED + 1)) };
}

/** Generates one more like this, now or when a slot is free. "full": the queue takes no more. */
export function makeAgain(
  { maker, orders }: Pick<Studio, "maker" | "orders">,
  generation: Made,
): "started" | "queued" | "full" {
  const before = orders.waiting.peek().length;
  if (before >= MAX_WAITING) return "full";
  void maker.order(anotherOf(generation, Math.random));
  return orders.waiting.peek().length > before ? "queued" : "started";
}
