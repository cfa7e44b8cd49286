/** The lists of images in use: one for each set of filters, so that back and forward find them as they were left. */
import { type Signal, untracked } from "@preact/signals";
import { readFilters, writeFilters } from "./filters.ts";
import { createImageList, type ImageList, type ImageListDependencies } from "./image-list.ts";

const MAX_LISTS = 4;

export function createImageLists(dependencies: ImageListDependencies & { isGrouped: Signal<boolean> }) {
  /** Least recently used first. */
  const lists = new Map<string, ImageList>();
  return {
    /** The list for the search part of an address. */
    listFor(search: string): ImageList {
      const filters = readFilters(search);
      const key = writeFilters(filters);
      const list = lists.get(key) ?? untracked(() => createImageList(dependencies, filters));
      lists.delete(key);
      for (const [oldKey, old] of lists) {
        if (lists.size < MAX_LISTS) break;
        old.close();
        lists.delete(oldKey);
      }
      lists.set(key, list);
      return list;
    },
    /** Images with the same prompt that follow each other are shown as one. */
    isGrouped: dependencies.isGrouped,
    /** The lists that show this collection. */
    listsOf: (collection: string) =>
      [...lists.values()].filter(({ filters }) => filters.collection === collection),
    /** The ids of all generations in the lists. */
    heldIds: () => [...lists.values()].flatMap((list) => list.heldIds()),
  };
}

export type ImageLists = ReturnType<typeof createImageLists>;
