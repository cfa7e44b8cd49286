/** Part of the text catalogue: the dialog of styles. */
import { STYLES } from "../../worker/shared/styles.ts";

const labels = new Map<string, string>(STYLES.map(({ id, label }) => [id, label]));

export const stylesText = {
  title: "Style",
  what: "Adds a few words to your prompt. Your prompt doesn't change.",
  none: "No style",
  label: (id: string) => labels.get(id) ?? id,
  remove: (label: string) => `Remove style ${label}`,
  close: "Close",
};
