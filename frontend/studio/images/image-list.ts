/** What matches some filters of a user's history: ids in order, newest first, read page by page and kept current. */
import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { GALLERY_START } from "../../../worker/shared/generations.ts";
import type { Generation, GenerationPage } from "../../../worker/api/schemas/generation.ts";
import type { Api } from "../../api/client.ts";
import type { ApiError } from "../../api/result.ts";
import { type Filters, isFiltered, matches, queryOf } from "./filters.ts";
import type { GenerationChange, Generations } from "./generations.ts";
import { createSelection } from "./selection.ts";

/** The first page fills a screen quickly; the next ones are as large as the API allows. */
const FIRST_PAGE = GALLERY_START.limit;
const PAGE = 100;
/** At most so many pages are read to get back to the scroll anchor, or to close a gap after a disconnection. */
const MAX_PAGES_IN_A_ROW = 20;

/** Where the user was: the top of this image stood so many pixels below the window's. */
export type ScrollAnchor = { id: string; offset: number };

export type ImageListDependencies = {
  api: Pick<Api, "list">;
  generations: Generations;
  /** Whether pushes arrive. */
  connected: ReadonlySignal<boolean>;
  /** The first page without filters, as the document brought it; null without one, or once it is taken. */
  takeInlinePage: () => GenerationPage | null;
};

export function createImageList(dependencies: ImageListDependencies, filters: Filters) {
  const { api, generations, connected, takeInlinePage } = dependencies;
  const ids = signal<readonly string[]>([]);
  /** Counts changes to the generations in the list. */
  const version = signal(0);
  const state = signal<"waiting" | "loading" | "more" | "failed" | "end">("waiting");
  const error = signal<ApiError | null>(null);
  /** A page held nothing to show and the next one is being read: a search reads a long history in parts. */
  const isSearchingFurther = signal(false);
  /** How many at the top were added after the list was first read. */
  const newCount = signal(0);
  let cursor: string | null = null;
  let closing = new AbortController();
  /** A refresh was wanted while a page was being read, which may be older than the reason for it. */
  let mustRefresh = false;
  /** Added while a page was being read, which may be older than they are. */
  let addedWhileLoading: string[] = [];

  const shown = computed(() => {
    void version.value;
    const hidden = generations.hidden.value;
    return ids.value.flatMap((id) => {
      const generation = hidden.has(id) ? undefined : generations.peek(id);
      return generation ? [generation] : [];
    });
  });

  function remove(id: string) {
    const index = ids.peek().indexOf(id);
    if (index < 0) return;
    if (index < newCount.peek()) newCount.value -= 1;
    ids.value = ids.peek().toSpliced(index, 1);
  }

  const createdAt = (id: string | undefined) =>
    id === undefined ? undefined : generations.peek(id)?.createdAt;

  /** Puts a generation where it belongs, if it matches the filters and has been read down to there. */
  function place(generation: Generation) {
    const isListed = ids.peek().includes(generation.id);
    if (!matches(generation, filters)) return remove(generation.id);
    if (isListed) {
      version.value += 1;
      return;
    }
    const last = createdAt(ids.peek().at(-1));
    const comesWithItsPage = state.peek() !== "end" && (last === undefined || generation.createdAt < last);
    if (comesWithItsPage) {
      if (state.peek() === "loading") addedWhileLoading.push(generation.id);
      return;
    }
    const index = ids.peek().findIndex((id) => (createdAt(id) ?? "") <= generation.createdAt);
    const at = index < 0 ? ids.peek().length : index;
    if (at <= newCount.peek()) newCount.value += 1;
    ids.value = ids.peek().toSpliced(at, 0, generation.id);
  }

  function onChange(change: GenerationChange) {
    if (change.type === "deleted") return remove(change.id);
    if (change.replaces !== undefined) remove(change.replaces);
    place(change.generation);
  }
  const unsubscribe = generations.subscribe(onChange);

  /** Reads the top again: what was added or removed while no push arrived. */
  async function refresh() {
    if (state.peek() === "waiting") return;
    mustRefresh = state.peek() === "loading";
    if (mustRefresh) return;
    const requestedAtVersion = generations.nextVersion();
    const known = new Set(ids.peek());
    const top: Generation[] = [];
    let nextCursor: string | null = null;
    let pages = 0;
    const { signal: closed } = closing;
    let page: GenerationPage;
    // More may have been added than a page holds: reads on to an image that was listed, so that no gap remains.
    do {
      const limit = pages === 0 ? FIRST_PAGE : PAGE;
      const result = await api.list(nextCursor, limit, queryOf(filters), closed);
      if (!result.ok) return;
      page = result.value;
      pages += 1;
      top.push(...page.items);
      nextCursor = page.nextCursor;
    } while (
      nextCursor !== null &&
      known.size > 0 &&
      pages < MAX_PAGES_IN_A_ROW &&
      page.items.length > 0 &&
      !page.items.some(({ id }) => known.has(id))
    );
    const topIds = new Set(top.map(({ id }) => id));
    const oldest = top.at(-1)?.createdAt;
    // A page of a search can be empty although older images match.
    const isCovered = (id: string) =>
      nextCursor === null || (oldest !== undefined && (createdAt(id) ?? "") > oldest);
    batch(() => {
      for (const id of ids.peek()) {
        if (!topIds.has(id) && isCovered(id) && !generations.isNewerThan(id, requestedAtVersion)) remove(id);
      }
      for (const generation of top.toReversed()) generations.upsert(generation, { requestedAtVersion });
    });
  }

  // No push says what happened before the connection was there.
  let wasDisconnected = false;
  const stopWatching = effect(() => {
    if (!connected.value) wasDisconnected = true;
    else if (wasDisconnected) {
      wasDisconnected = false;
      void refresh();
    }
  });

  /** The next page, with the logical time at which it was requested. */
  async function readPage(closed: AbortSignal) {
    const inline = cursor === null && !isFiltered(filters) ? takeInlinePage() : null;
    // The document is older than any push.
    if (inline) return { requestedAtVersion: 0, result: { ok: true, value: inline } as const };
    const requestedAtVersion = generations.nextVersion();
    const limit = ids.peek().length === 0 ? FIRST_PAGE : PAGE;
    return { requestedAtVersion, result: await api.list(cursor, limit, queryOf(filters), closed) };
  }

  return {
    filters,
    /** In order, without those whose deletion can still be undone. */
    shown,
    /** Also those, and those that come with the page being read. */
    heldIds: () => [...ids.peek(), ...addedWhileLoading],
    state,
    error,
    isSearchingFurther,
    newCount,
    selection: createSelection(shown),
    /** Where the user was when the list was last on the screen. */
    scrollAnchor: null as ScrollAnchor | null,
    newCountWhenLeft: 0,
    refresh,
    /** Reads the next page; more while a page holds nothing to show, or up to the image `untilId`. */
    async loadMore(untilId?: string) {
      if (state.peek() === "loading" || state.peek() === "end") return;
      const before = shown.peek().length;
      const { signal: closed } = closing;
      let pages = 0;
      const isBeforeAnchor = () =>
        untilId !== undefined &&
        cursor !== null &&
        pages < MAX_PAGES_IN_A_ROW &&
        !ids.peek().includes(untilId);
      state.value = "loading";
      addedWhileLoading = [];
      do {
        pages += 1;
        const { requestedAtVersion, result } = await readPage(closed);
        if (closed.aborted) return;
        if (!result.ok) {
          error.value = result.error;
          isSearchingFurther.value = false;
          state.value = "failed";
          return;
        }
        error.value = null;
        const page = result.value;
        batch(() => {
          const listed = new Set(ids.peek());
          for (const generation of page.items) generations.upsert(generation, { requestedAtVersion });
          const added = page.items.filter(({ id }) => {
            const generation = generations.peek(id);
            if (listed.has(id) || !generation) return false;
            // What is newer than the page may no longer match.
            return !generations.isNewerThan(id, requestedAtVersion) || matches(generation, filters);
          });
          ids.value = [
            ...ids.peek(),
            ...added.filter(({ id }) => !ids.peek().includes(id)).map(({ id }) => id),
          ];
        });
        cursor = page.nextCursor;
        isSearchingFurther.value = cursor !== null && shown.peek().length === before;
      } while (isSearchingFurther.peek() || isBeforeAnchor());
      state.value = cursor === null ? "end" : "more";
      for (const generation of addedWhileLoading.flatMap((id) => generations.peek(id) ?? []))
        place(generation);
      addedWhileLoading = [];
      if (mustRefresh) void refresh();
    },
    /** The list left the screen; `loadMore` continues where it stopped. */
    pause() {
      closing.abort();
      closing = new AbortController();
      isSearchingFurther.value = false;
      if (state.peek() === "loading") state.value = ids.peek().length > 0 ? "more" : "waiting";
    },
    close() {
      closing.abort();
      unsubscribe();
      stopWatching();
    },
  };
}

export type ImageList = ReturnType<typeof createImageList>;

/** A scroll anchor from a history entry, which may hold anything. */
export function readScrollAnchor(saved: unknown): ScrollAnchor | null {
  const { id, offset } = (saved ?? {}) as Partial<Record<string, unknown>>;
  return typeof id === "string" && typeof offset === "number" ? { id, offset } : null;
}
