import { computed, signal } from "@preact/signals";
import type { Generation } from "../../worker/contract.ts";
import type { Trouble } from "../api/result.ts";
import { newer } from "./generation.ts";
import type { Studio } from "./studio.ts";

const PAGE_SIZE = 48;

/** The whole record of a user, read page by page, newest first; it hears of changes while it is open. */
export function createGallery({ api, listen }: Pick<Studio, "api" | "listen">) {
  const items = signal<Generation[]>([]);
  const cursor = signal<string | null>(null);
  const state = signal<"waiting" | "loading" | "more" | "failed" | "end">("waiting");
  const problem = signal<Trouble | null>(null);
  const gone = new Set<string>();

  function put(generation: Generation) {
    const index = items.value.findIndex(({ id }) => id === generation.id);
    const known = items.value[index];
    if (known) {
      items.value = items.value.with(index, newer(known, generation));
      return;
    }
    const last = items.value.at(-1);
    // Older than what has been read: it comes with its page.
    const comesLater = state.value !== "end" && (!last || generation.createdAt < last.createdAt);
    if (comesLater || gone.has(generation.id)) return;
    const before = items.value.findIndex((other) => other.createdAt <= generation.createdAt);
    items.value = items.value.toSpliced(before < 0 ? items.value.length : before, 0, generation);
  }

  listen({
    changed: put,
    dropped(id) {
      gone.add(id);
      items.value = items.value.filter((item) => item.id !== id);
    },
  });

  const pictures = computed(() => items.value.filter(({ status }) => status === "succeeded"));

  return {
    /** Only what can be looked at: what failed or is on its way shows on the studio's page. */
    pictures,
    state,
    problem,
    /** The next page; and on, where a page holds nothing to see. */
    async more() {
      if (state.value === "loading" || state.value === "end") return;
      const seen = pictures.value.length;
      state.value = "loading";
      do {
        const page = await api.list(cursor.value, PAGE_SIZE);
        if (!page.ok) {
          problem.value = page.problem;
          state.value = "failed";
          return;
        }
        const known = new Set(items.value.map(({ id }) => id));
        items.value = items.value.concat(
          page.value.items.filter(({ id }) => !known.has(id) && !gone.has(id)),
        );
        cursor.value = page.value.nextCursor;
      } while (cursor.value !== null && pictures.value.length === seen);
      state.value = cursor.value === null ? "end" : "more";
    },
  };
}

export type Gallery = ReturnType<typeof createGallery>;

const galleries = new WeakMap<Studio, Gallery>();

/** One gallery a studio, kept while the user goes back and forth, made when the first page needs it. */
export function galleryOf(studio: Studio): Gallery {
  const gallery = galleries.get(studio) ?? createGallery(studio);
  galleries.set(studio, gallery);
  return gallery;
}
