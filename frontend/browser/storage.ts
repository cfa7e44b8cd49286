import { definePart } from "../ui/parts.ts";

/** A few short strings that survive a reload. Where storage is blocked or full they last as long as the page. */
export type KeyValueStore = {
  get: (key: string) => string | null;
  /** null removes it. */
  set: (key: string, value: string | null) => void;
  /** Removes everything but the theme, so that nothing of the user stays. */
  clear: () => void;
};

const PREFIX = "studio.";

export function createStorage(storage: () => Storage): KeyValueStore {
  const fallback = new Map<string, string>();
  return {
    get(key) {
      try {
        return fallback.get(key) ?? storage().getItem(PREFIX + key);
      } catch {
        return null;
      }
    },
    set(key, value) {
      fallback.delete(key);
      try {
        if (value === null) storage().removeItem(PREFIX + key);
        else storage().setItem(PREFIX + key, value);
      } catch {
        if (value !== null) fallback.set(key, value);
      }
    },
    clear() {
      fallback.clear();
      try {
        for (const key of Object.keys(storage())) {
          if (key.startsWith(PREFIX) && key !== `${PREFIX}theme`) storage().removeItem(key);
        }
      } catch {
        // Storage is blocked: nothing was stored.
      }
    },
  };
}

/** localStorage: shared by all tabs. */
export const storePart = definePart<KeyValueStore>("store");

/** sessionStorage: this tab's own. */
export const tabStorePart = definePart<KeyValueStore>("tab store");
