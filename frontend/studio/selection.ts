import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Generation } from "../../worker/contract.ts";

/** What of a list is chosen, to do one thing to all of it. What leaves the list is chosen no longer. */
export function createSelection(items: ReadonlySignal<readonly Generation[]>) {
  const chosen = signal<ReadonlySet<string>>(new Set());
  /** Choosing, even while nothing is chosen yet: a tap chooses then. */
  const asked = signal(false);
  /** Where a range begins: what was last chosen by itself. */
  let anchor: string | null = null;

  const selected = computed(() =>
    chosen.value.size === 0 ? [] : items.value.filter(({ id }) => chosen.value.has(id)),
  );

  function set(ids: Iterable<string>) {
    chosen.value = new Set(ids);
  }

  function toggle(id: string) {
    const next = new Set(chosen.value);
    if (!next.delete(id)) next.add(id);
    chosen.value = next;
    anchor = id;
  }

  return {
    /** In the list's order. */
    selected,
    ids: computed<ReadonlySet<string>>(() => new Set(selected.value.map(({ id }) => id))),
    active: computed(() => asked.value || selected.value.length > 0),
    toggle,
    /** Everything from the last one chosen to this one. */
    extend(id: string) {
      const from = items.value.findIndex((item) => item.id === anchor);
      const to = items.value.findIndex((item) => item.id === id);
      if (to < 0) return;
      if (from < 0) return toggle(id);
      const range = items.value.slice(Math.min(from, to), Math.max(from, to) + 1);
      set([...chosen.value, ...range.map((item) => item.id)]);
    },
    all() {
      set(items.value.map(({ id }) => id));
    },
    begin() {
      asked.value = true;
    },
    end() {
      set([]);
      asked.value = false;
      anchor = null;
    },
  };
}

export type Selection = ReturnType<typeof createSelection>;
