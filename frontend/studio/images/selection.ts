import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Generation } from "../../../worker/api/schemas/generation.ts";

/** Which images of a list are selected. An image that leaves the list is no longer selected. */
export function createSelection(items: ReadonlySignal<readonly Generation[]>) {
  const chosenIds = signal<ReadonlySet<string>>(new Set());
  /** The user turned selection mode on; it lasts while nothing is selected yet. */
  const isModeOn = signal(false);
  /** Where a range begins: the last image that was selected alone. */
  let anchor: string | null = null;

  const selected = computed(() =>
    chosenIds.value.size === 0 ? [] : items.value.filter(({ id }) => chosenIds.value.has(id)),
  );

  function set(ids: Iterable<string>) {
    chosenIds.value = new Set(ids);
  }

  /** `ids`: what is selected with this image, as all images of a group. */
  function toggle(id: string, ids: readonly string[] = [id]) {
    const next = new Set(chosenIds.value);
    const isChosen = next.has(id);
    for (const one of ids) {
      if (isChosen) next.delete(one);
      else next.add(one);
    }
    chosenIds.value = next;
    anchor = id;
  }

  return {
    /** In the list's order. */
    selected,
    ids: computed<ReadonlySet<string>>(() => new Set(selected.value.map(({ id }) => id))),
    /** A tap selects an image instead of opening it. */
    isActive: computed(() => isModeOn.value || selected.value.length > 0),
    toggle,
    /** Selects everything from the anchor to this image. */
    extend(id: string, ids: readonly string[] = [id]) {
      const from = items.value.findIndex((item) => item.id === anchor);
      const to = items.value.findIndex((item) => item.id === id);
      if (to < 0) return;
      if (from < 0) return toggle(id, ids);
      const range = items.value.slice(Math.min(from, to), Math.max(from, to) + 1);
      set([...chosenIds.value, ...range.map((item) => item.id), ...ids]);
    },
    all() {
      set(items.value.map(({ id }) => id));
    },
    begin() {
      isModeOn.value = true;
    },
    end() {
      set([]);
      isModeOn.value = false;
      anchor = null;
    },
  };
}

export type Selection = ReturnType<typeof createSelection>;
