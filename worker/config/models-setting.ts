/** The setting MODELS: `slug=Label: description`, and `upscale:` before a slug for a model that enlarges images. */
import { MAX_MODELS, MODELS, type OfferedModel } from "../shared/models.ts";
import { nameProblem } from "../shared/names.ts";
import { countCodePoints } from "../shared/prompt.ts";

const ENTRY = /^(upscale:)?([A-Za-z0-9][\w.-]{0,63})\s*=\s*([^:]+?)\s*:\s*(.+)$/s;
/** In code points, so that the label fits on a button of a phone. */
const MAX_LABEL = 24;

/** The models, or what is wrong with the entries. Without entries: the default models. */
export function modelsIn(entries: readonly string[]): readonly OfferedModel[] | string {
  if (entries.length === 0) return MODELS;
  if (entries.length > MAX_MODELS) return `has ${entries.length} models, and ${MAX_MODELS} are possible`;
  const models: OfferedModel[] = [];
  for (const entry of entries) {
    const { 1: upscale, 2: id = "", 3: label = "", 4: description = "" } = ENTRY.exec(entry) ?? [];
    if (id === "") {
      return `must be like slug=Label: description, separated by commas (a description has none); this is not: ${entry}`;
    }
    if (countCodePoints(label) > MAX_LABEL || nameProblem(label) !== null) {
      return `${id}: a label has 1 to ${MAX_LABEL} characters`;
    }
    if (nameProblem(description) !== null) return `${id}: a description has 1 to 80 characters`;
    if (models.some((model) => model.id === id)) return `has ${id} twice`;
    models.push({ id, label, description, ...(upscale && { upscale: true as const }) });
  }
  if (models.every(({ upscale }) => upscale)) return "has no model that generates images";
  return models;
}
