/** What matches some filters of a user's history: ids in order, read page by page and kept current. */
import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { GALLERY_START } from "../../../worker/shared/generations.ts";
import type { Generation, GenerationPage } from "../../../worker/api/schemas/generation.ts";
import type { Api } from "../../api/client.ts";
import type { ApiError } from "../../api/result.ts";
import { type Filters, matches, queryOf, writeFilters } from "./filters.ts";
import type { GenerationChange, Generations } from "./generations.ts";
import { createTiles } from "./prompt-groups.ts";
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
  /** Images with the same prompt that follow each other are shown as one. */
  isGrouped: ReadonlySignal<boolean>;
  /** The first page without filters, as the document brought it; null without one, or once it is taken. */
  takeInlinePage: () => GenerationPage | null;
};

export function createImageList(dependencies: ImageListDependencies, filters: Filters) {
  const { api, generations, connected, isGrouped, takeInlinePage } = dependencies;
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
  /** Images of this list's collection. News does not say that: a page of the list does, or the user's own change. */
  const memberIds = new Set<string>();
  /** By id: when the user put an image into the collection or took it out. Responses can be older. */
  const memberChangedAtVersion = new Map<string, number>();
  /** The cursor of the last page, after it was read. */
  let lastPageCursor: string | null = null;

  const shown = computed(() => {
    void version.value;
    const hidden = generations.hidden.value;
    return ids.value.flatMap((id) => {
      const generation = hidden.has(id) ? undefined : generations.peek(id);
      return generation ? [generation] : [];
    });
  });

  const isMember = (id: string) => filters.collection === null || memberIds.has(id);
  const isMemberChangedSince = (id: string, requestedAtVersion: number) =>
    (memberChangedAtVersion.get(id) ?? 0) > requestedAtVersion;

  function addMembers(page: readonly Generation[], requestedAtVersion: number) {
    for (const { id } of page) if (!isMemberChangedSince(id, requestedAtVersion)) memberIds.add(id);
  }

  function remove(id: string) {
    const index = ids.peek().indexOf(id);
    if (index < 0) return;
    if (index < newCount.peek()) newCount.value -= 1;
    ids.value = ids.peek().toSpliced(index, 1);
  }

  const createdAt = (id: string | undefined) =>
    id === undefined ? undefined : generations.peek(id)?.createdAt;

  /** Whether what was created at `time` is listed after what was created at `other`. */
  const isAfter = (time: string, other: string) => (filters.sort === "oldest" ? time > other : time < other);

  /** Puts a generation where it belongs, if it matches the filters and has been read down to there. */
  function place(generation: Generation) {
    const isListed = ids.peek().includes(generation.id);
    if (!matches(generation, filters) || !isMember(generation.id)) return remove(generation.id);
    if (isListed) {
      version.value += 1;
      return;
    }
    const last = createdAt(ids.peek().at(-1));
    const comesWithItsPage =
      state.peek() !== "end" && (last === undefined || isAfter(generation.createdAt, last));
    if (comesWithItsPage) {
      if (state.peek() === "loading") addedWhileLoading.push(generation.id);
      return;
    }
    const index = ids.peek().findIndex((id) => !isAfter(generation.createdAt, createdAt(id) ?? ""));
    const at = index < 0 ? ids.peek().length : index;
    if (at <= newCount.peek() && filters.sort === "newest") newCount.value += 1;
    ids.value = ids.peek().toSpliced(at, 0, generation.id);
  }

  function onChange(change: GenerationChange) {
    if (change.type === "deleted") return remove(change.id);
    if (change.replaces !== undefined) remove(change.replaces);
    place(change.generation);
  }
  const unsubscribe = generations.subscribe(onChange);

  /** The list's collection was deleted. Its images are not. */
  function showGone(notFound: ApiError) {
    batch(() => {
      ids.value = [];
      error.value = notFound;
      state.value = "failed";
    });
  }

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
      if (!result.ok) {
        if (result.error.code === "not_found") showGone(result.error);
        return;
      }
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
    const lastTime = top.at(-1)?.createdAt;
    // A page of a search can be empty although later images match.
    const isCovered = (id: string) =>
      nextCursor === null || (lastTime !== undefined && isAfter(lastTime, createdAt(id) ?? ""));
    const isChanged = (id: string) =>
      generations.isNewerThan(id, requestedAtVersion) || isMemberChangedSince(id, requestedAtVersion);
    batch(() => {
      addMembers(top, requestedAtVersion);
      for (const id of ids.peek()) {
        if (topIds.has(id) || !isCovered(id) || isChanged(id)) continue;
        memberIds.delete(id);
        remove(id);
      }
      for (const generation of top.toReversed()) generations.upsert(generation, { requestedAtVersion });
      // The newest are at the other end: reads the last page again when it is reached.
      if (filters.sort === "oldest" && nextCursor !== null && state.peek() === "end") {
        cursor = lastPageCursor;
        state.value = "more";
      }
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
    const inline = cursor === null && writeFilters(filters) === "" ? takeInlinePage() : null;
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
    ...createTiles(shown, isGrouped),
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
    /** The user has put these images into this list's collection, or taken them out. */
    setMembers(changedIds: readonly string[], areMembers: boolean) {
      const changedAtVersion = generations.nextVersion();
      batch(() => {
        for (const id of changedIds) {
          memberChangedAtVersion.set(id, changedAtVersion);
          if (areMembers) memberIds.add(id);
          else memberIds.delete(id);
          const generation = generations.peek(id);
          if (generation) place(generation);
        }
      });
    },
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
          addMembers(page.items, requestedAtVersion);
          for (const generation of page.items) generations.upsert(generation, { requestedAtVersion });
          const added = page.items.filter(({ id }) => {
            const generation = generations.peek(id);
            if (listed.has(id) || !generation || !isMember(id)) return false;
            // What is newer than the page may no longer match.
            return !generations.isNewerThan(id, requestedAtVersion) || matches(generation, filters);
          });
          ids.value = [
            ...ids.peek(),
            ...added.filter(({ id }) => !ids.peek().includes(id)).map(({ id }) => id),
          ];
        });
        if (page.nextCursor === null) lastPageCursor = cursor;
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
