/** A few short strings that survive a reload. Storage may be blocked or full; the studio works without it. */
export type Store = {
  get: (key: string) => string | null;
  /** null removes it. */
  set: (key: string, value: string | null) => void;
};

export function createStore(storage: () => Storage): Store {
  return {
    get(key) {
      try {
        return storage().getItem(`studio.${key}`);
      } catch {
        return null;
      }
    },
    set(key, value) {
      try {
        if (value === null) storage().removeItem(`studio.${key}`);
        else storage().setItem(`studio.${key}`, value);
      } catch {
        // Not kept, then: nothing that matters lives only here.
      }
    },
  };
}
