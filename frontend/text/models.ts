/** The names of models: the studio's own, or those of the operator, which the page or the session brings. */
import { signal } from "@preact/signals";
import { MODELS, type OfferedModel } from "../../worker/shared/models.ts";

/** The first one is the default. */
export const offeredModels = signal<readonly OfferedModel[]>(MODELS);
/** Not in the picker: models that enlarge images, and those that were offered earlier. */
export const unlistedModels = signal<readonly { id: string; label: string }[]>([]);

export const findOffered = (id: string | null | undefined) =>
  offeredModels.value.find((model) => model.id === id);

/** A model without a known label has its slug. */
export const labelOfModel = (id: string) =>
  [...offeredModels.value, ...unlistedModels.value, ...MODELS].find((model) => model.id === id)?.label ?? id;
