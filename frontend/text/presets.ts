/** Part of the text catalogue: the dialog of presets. */
import { MAX_NAME_LENGTH } from "../../worker/shared/names.ts";
import { MAX_PRESETS } from "../../worker/shared/organize.ts";
import { formatter, number } from "./format.ts";
import { language } from "./language.ts";

const list = formatter(() => new Intl.ListFormat(language.tag, { type: "conjunction" }));

export const presetsText = {
  title: "Presets",
  loading: "Loading…",
  empty: "Save the prompt and settings of the form under a name, and use them again in two clicks.",
  signIn: "Sign in to save presets.",
  signInButton: "Sign in",
  tryAgain: "Try again",
  /** The button of a preset, for screen readers. */
  apply: (name: string) => `Use ${name}`,
  noPrompt: "Without a prompt",
  rename: (name: string) => `Rename ${name}`,
  replace: (name: string) => `Replace ${name}`,
  remove: (name: string) => `Delete ${name}`,
  replaceWhat: (name: string) => `Replace the content of “${name}” with what is in the form?`,
  removeWhat: (name: string) => `Delete “${name}”?`,
  replaceNow: "Replace",
  removeNow: "Delete",
  cancel: "Cancel",
  name: "Name",
  save: "Save",
  saveForm: "Save as preset",
  close: "Close",
  nameProblems: {
    empty: "Enter a name.",
    too_long: `A name has at most ${number(MAX_NAME_LENGTH)} characters.`,
    malformed: "The name contains characters that aren't text.",
  },
  full: `You have ${number(MAX_PRESETS)} presets, which is the most. Delete one first.`,
  saved: (name: string) => `Saved “${name}”.`,
  applied: (name: string) => `“${name}” is in the form.`,
  /** `names`: of the model and the options that were left out. */
  unavailable: (names: readonly string[]) => `Not available: ${list().format(names)}.`,
  undo: "Undo",
};
