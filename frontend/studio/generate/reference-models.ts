/** The models that start from an image. */
import type { Generation } from "../../../worker/api/schemas/generation.ts";
import type { SessionState } from "../session/session.ts";
import type { Composer } from "./composer.ts";
import type { FormReference } from "./form-reference.ts";

type Models = Pick<SessionState, "session">;

/** The chosen model if it takes a reference image, else the first that does; null if none does. */
export function modelWithReference({ model }: Composer, { session }: Models): string | null {
  const able = (session.value?.models ?? []).filter(({ options, upscale }) => options.reference && !upscale);
  return (able.find(({ id }) => id === model.value) ?? able[0])?.id ?? null;
}

/** The first model that enlarges images; null without one. */
export const upscaler = ({ session }: Models): string | null =>
  session.value?.models.find(({ options, upscale }) => upscale && options.reference)?.id ?? null;

/** Puts an image of the user into the form as the reference, with a model that takes one. */
export function chooseAsReference(
  composer: Composer,
  session: Models,
  { chosen }: FormReference,
  { id }: Pick<Generation, "id">,
  output: number,
): void {
  const model = modelWithReference(composer, session);
  if (model === null) return;
  composer.setModel(model);
  chosen.value = { body: { generation: id, output } };
  composer.focus.value = true;
}
