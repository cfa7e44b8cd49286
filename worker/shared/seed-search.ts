/** Searches for a seed, the same in the studio and the Worker. */
import { foldText } from "./fold-text.ts";

/** The number in a search text like `seed:123`; null: the text is searched in prompts. */
export function seedIn(q: string): number | null {
  const [, digits] = /^seed: ?(\d{1,10})$/.exec(foldText(q)) ?? [];
  return digits === undefined ? null : Number(digits);
}
