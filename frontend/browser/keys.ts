/** Which key was pressed, on any keyboard layout, and which modifier means "command" on this system. */
import { isComposing } from "./composition.ts";

type Key = Pick<KeyboardEvent, "key"> & Partial<KeyboardEvent>;

const PUNCTUATION: Record<string, string> = { Slash: "/", Period: ".", Minus: "-", Equal: "=" };

/**
 * The key by its name, single letters in lower case (Caps Lock). A letter of another script (Cyrillic, Greek, Hebrew)
 * stands for the Latin one at the same place on a US keyboard.
 */
export function keyOf({ key, code = "", shiftKey = false }: Key): string {
  if (key.length === 1 && /[\p{ASCII}\p{Script=Latin}]/u.test(key)) return key.toLowerCase();
  if (/^\p{ASCII}+$/u.test(key)) return key;
  if (code === "Slash" && shiftKey) return "?";
  return /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? PUNCTUATION[code] ?? key;
}

export const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform);

/** Held with a letter: Cmd on a Mac, Ctrl elsewhere. */
export const hasCommand = ({ ctrlKey, metaKey }: KeyboardEvent): boolean =>
  isMac() ? metaKey && !ctrlKey : ctrlKey && !metaKey;

/** The user types in this element: its keys are text. */
export function isTextField(target: EventTarget | null): target is HTMLElement {
  const field = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";
  return target instanceof HTMLElement && target.closest(field) !== null;
}

/** Ctrl+Z or Cmd+Z that does not belong to a field with text in it. */
export function isUndo(event: KeyboardEvent): boolean {
  if (isComposing(event) || !hasCommand(event) || event.shiftKey || event.altKey || keyOf(event) !== "z")
    return false;
  const { target } = event;
  return !isTextField(target) || ("value" in target && target.value === "");
}
