/** Prompts that were sent off, newest first: kept in this browser, for their user. */
import type { Store } from "./store.ts";

const KEPT_AT_MOST = 50;

export function createHistory(store: Store, userId: () => string | null) {
  /** Where one is in the list while leafing through it. */
  let position = -1;

  function place(): string | null {
    const id = userId();
    return id === null ? null : `history.${id}`;
  }

  function read(): string[] {
    const name = place();
    try {
      const list: unknown = JSON.parse((name && store.get(name)) ?? "[]");
      return Array.isArray(list) ? list.filter((words) => typeof words === "string") : [];
    } catch {
      return [];
    }
  }

  return {
    add(prompt: string) {
      position = -1;
      const name = place();
      const list = [prompt, ...read().filter((words) => words !== prompt)].slice(0, KEPT_AT_MOST);
      if (name !== null) store.set(name, JSON.stringify(list));
    },
    /**
     * The prompt before (or after) the one in the field. Null where the keys are better left alone: something is
     * being written, or there is nothing earlier.
     */
    leaf(direction: "earlier" | "later", current: string): string | null {
      const list = read();
      if (current === "") position = -1;
      else if (current !== list[position]) return null;
      const next = position + (direction === "earlier" ? 1 : -1);
      if (next < -1 || next >= list.length) return null;
      position = next;
      return list[next] ?? "";
    },
  };
}

export type History = ReturnType<typeof createHistory>;
