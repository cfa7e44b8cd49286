/** A few short strings that survive a reload. Where storage is blocked or full they last as long as the page. */
export type Store = {
  get: (key: string) => string | null;
  /** null removes it. */
  set: (key: string, value: string | null) => void;
  /** Removes everything but the theme: what the next person here has no business with. */
  forget: () => void;
};

const PREFIX = "studio.";

export function createStore(storage: () => Storage): Store {
  const unkept = new Map<string, string>();
  return {
    get(key) {
      try {
        return unkept.get(key) ?? storage().getItem(PREFIX + key);
      } catch {
        return null;
      }
    },
    set(key, value) {
      unkept.delete(key);
      try {
        if (value === null) storage().removeItem(PREFIX + key);
        else storage().setItem(PREFIX + key, value);
      } catch {
        if (value !== null) unkept.set(key, value);
      }
    },
    forget() {
      unkept.clear();
      try {
        for (const key of Object.keys(storage())) {
          if (key.startsWith(PREFIX) && key !== `${PREFIX}theme`) storage().removeItem(key);
        }
      } catch {
        // Nothing was kept, then.
      }
    },
  };
}
