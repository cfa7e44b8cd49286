/** Puts a request or a generation into the form. */
import type { GenerateBody } from "../../../worker/api/schemas/requests/generation.ts";
import type { Generation } from "../../../worker/api/schemas/generation.ts";
import { optionsOf } from "../images/generation.ts";
import type { Composer } from "./composer.ts";

/** A request with all that it asked for, a locked seed included. */
export function editBody(composer: Composer, { prompt, model, ...given }: GenerateBody): void {
  composer.setModel(model);
  composer.setOptions(optionsOf(given));
  composer.count.value = given.count ?? 1;
  composer.edit(prompt);
  composer.isSubmitted.value = false;
}

/** The same without the cursor: the request continues after a sign-in. */
export function restoreBody(composer: Composer, { prompt, model, ...given }: GenerateBody): void {
  composer.prompt.value = prompt;
  composer.isSubmitted.value = false;
  composer.setModel(model);
  composer.count.value = given.count ?? 1;
  const wanted = optionsOf(given);
  if (JSON.stringify(wanted) !== JSON.stringify(composer.options.peek())) composer.setOptions(wanted);
}

type Settings = Pick<Generation, "prompt" | "model" | "options">;

/** A generation's prompt, model and options. Not its seed: that would make the same image. */
export function editCopy(composer: Composer, { prompt, model, options }: Settings): void {
  const { seed: _, ...given } = options;
  composer.setModel(model);
  composer.setOptions(given);
  composer.edit(prompt);
}
