/** The keys that work anywhere; `text/shortcuts.ts` lists them all. */
import { signal } from "@preact/signals";
import { isComposing } from "../browser/composition.ts";
import { keyOf } from "../browser/keys.ts";
import type { KeyValueStore } from "../browser/storage.ts";
import { definePart } from "../ui/parts.ts";

/** The second key of a pair comes within this. */
const PAIR_WITHIN_MS = 1_000;

export type ShortcutsDependencies = {
  store: KeyValueStore;
  now: () => number;
  /** What each does; a pair is written with a space. */
  actions: Record<string, () => void>;
};

export type Press = Pick<
  KeyboardEvent,
  "key" | "ctrlKey" | "metaKey" | "altKey" | "isComposing" | "defaultPrevented"
> &
  Partial<Pick<KeyboardEvent, "code" | "keyCode" | "shiftKey">>;

/** Single keys get in the way of speech input: a user of that turns them off, on every page (WCAG 2.1.4). */
export const singleKeysOn = (store: KeyValueStore): boolean => store.get("keys") !== "off";

export function createShortcuts({ store, now, actions }: ShortcutsDependencies) {
  const isEnabled = signal(singleKeysOn(store));
  let first = { key: "", at: 0 };

  return {
    isEnabled,
    setEnabled(yes: boolean) {
      isEnabled.value = yes;
      store.set("keys", yes ? null : "off");
    },
    /** True: the key was taken. `busy`: someone is typing, or a dialog has the keys. */
    press(event: Press, busy: boolean): boolean {
      if (!isEnabled.value || busy || event.defaultPrevented || isComposing(event)) return false;
      if (event.ctrlKey || event.metaKey || event.altKey) return false;
      const key = keyOf(event);
      const pair = now() - first.at < PAIR_WITHIN_MS ? `${first.key} ${key}` : "";
      const action = actions[pair] ?? actions[key];
      first = action ? { key: "", at: 0 } : { key, at: now() };
      action?.();
      return action !== undefined;
    },
  };
}

export type Shortcuts = ReturnType<typeof createShortcuts>;
export const shortcutsPart = definePart<Shortcuts>("shortcuts");
