import { effect, type Signal, signal, untracked } from "@preact/signals";
import { beUnfinished } from "../browser/sign-out-lock.ts";
import { readFilters, writeFilters } from "./filters.ts";
import { isUndo } from "../browser/keys.ts";
import { createList, type List } from "./image-list.ts";
import type { Studio } from "./studio.ts";
import { createTrash, type Trash } from "./pending-deletions.ts";
import type { ZipProgress } from "../gallery/zip.ts";

/** So many lists are kept, so that back and forward find them as they were left. */
const KEPT_LISTS = 4;

export type Gallery = {
  /** The list that the search part of an address stands for. */
  listOf: (search: string) => List;
  trash: Trash;
  /** The picture that was last looked at by itself. */
  viewed: { value: string | null };
  /** The zip file that is being packed, one at a time: it outlasts the selection it was begun with, and the page. */
  zip: Signal<ZipProgress | null>;
};

/** The lists of a user's pictures that are in use, and what is being deleted of them. */
export function createGallery(studio: Studio): Gallery {
  /** Least recently used first. */
  const lists = new Map<string, List>();
  return {
    listOf(search) {
      const filters = readFilters(search);
      const key = writeFilters(filters);
      const list = lists.get(key) ?? untracked(() => createList(studio, filters));
      lists.delete(key);
      for (const [oldKey, old] of lists) {
        if (lists.size < KEPT_LISTS) break;
        old.close();
        lists.delete(oldKey);
      }
      lists.set(key, list);
      return list;
    },
    trash: createTrash(studio),
    viewed: signal<string | null>(null),
    zip: signal<ZipProgress | null>(null),
  };
}

const galleries = new WeakMap<Studio, Gallery>();

/** One gallery a studio, kept for as long as the page lives, made when the first part needs it. */
export function galleryOf(studio: Studio): Gallery {
  let gallery = galleries.get(studio);
  if (!gallery) {
    const { trash } = (gallery = createGallery(studio));
    galleries.set(studio, gallery);
    // What was deleted is gone, though nobody stays for as long as it could be undone.
    const flush = () => void trash.flush("at once");
    addEventListener("pagehide", flush);
    document.addEventListener("keydown", (event) => {
      if (event.defaultPrevented || !trash.canUndo.peek() || !isUndo(event)) return;
      event.preventDefault();
      if (!event.repeat) trash.undo();
    });
    effect(() => (trash.busy.value ? beUnfinished(flush) : undefined));
  }
  return gallery;
}
