/** All images with a share link, newest first, read page by page; and turning their links off. */
import { batch, computed, signal } from "@preact/signals";
import { MAX_BULK } from "../../worker/shared/generations.ts";
import type { Api } from "../api/client.ts";
import type { ApiError } from "../api/result.ts";
import { inBulk } from "../studio/images/bulk.ts";
import type { Generations } from "../studio/images/generations.ts";

const PAGE = 24;
const FILTERS = { shared: true };

export type SharedImagesDependencies = { api: Pick<Api, "list" | "bulk">; generations: Generations };

export function createSharedImages({ api, generations }: SharedImagesDependencies) {
  const ids = signal<readonly string[]>([]);
  const state = signal<"loading" | "more" | "end" | "failed">("more");
  const error = signal<ApiError | null>(null);
  /** How many links have been turned off so far; null while that does not run. */
  const turnedOff = signal<number | null>(null);
  let cursor: string | null = null;

  const shown = computed(() =>
    ids.value.flatMap((id) => {
      const generation = generations.hidden.value.has(id) ? undefined : generations.get(id)?.value;
      return generation && generation.shareUrl !== null ? [generation] : [];
    }),
  );

  async function loadMore(): Promise<void> {
    if (state.peek() === "loading" || state.peek() === "end") return;
    state.value = "loading";
    const requestedAtVersion = generations.nextVersion();
    const result = await api.list(cursor, PAGE, FILTERS);
    batch(() => {
      error.value = result.ok ? null : result.error;
      if (!result.ok) {
        state.value = "failed";
        return;
      }
      const { items, nextCursor } = result.value;
      for (const generation of items) generations.upsert(generation, { requestedAtVersion });
      ids.value = [...new Set([...ids.peek(), ...items.map(({ id }) => id)])];
      cursor = nextCursor;
      state.value = nextCursor === null ? "end" : "more";
    });
    // A page can be empty before the end of the list.
    if (state.peek() === "more" && shown.peek().length === 0) await loadMore();
  }

  /** Turns off every link of the user, also those that are not loaded. Null after success. */
  async function turnOffAll(): Promise<ApiError | null> {
    if (turnedOff.peek() !== null) return null;
    turnedOff.value = 0;
    try {
      for (let next: string | null = null; ; ) {
        const page: Awaited<ReturnType<Api["list"]>> = await api.list(next, MAX_BULK, FILTERS);
        if (!page.ok) return page.error;
        const outcome = await inBulk(
          api,
          page.value.items.map(({ id }) => id),
          "unshare",
        );
        batch(() => {
          for (const id of outcome.done) generations.edit(id, { shareUrl: null }).confirm();
          turnedOff.value = (turnedOff.peek() ?? 0) + outcome.done.length;
        });
        if (outcome.failed.length > 0) return outcome.error ?? { code: "storage_unavailable", detail: "" };
        next = page.value.nextCursor;
        if (next === null) break;
      }
      batch(() => {
        ids.value = [];
        state.value = "end";
      });
      return null;
    } finally {
      turnedOff.value = null;
    }
  }

  return {
    shown,
    state,
    error,
    turnedOff,
    loadMore,
    turnOffAll,
    /** Leaves out deleted images until the returned function is called. */
    run: () =>
      generations.subscribe((change) => {
        if (change.type === "deleted") ids.value = ids.peek().filter((id) => id !== change.id);
      }),
  };
}

export type SharedImages = ReturnType<typeof createSharedImages>;
