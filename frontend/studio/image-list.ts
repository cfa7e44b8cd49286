import { computed, effect, signal } from "@preact/signals";
import { GALLERY_START } from "../../worker/catalog.ts";
import type { Generation } from "../../worker/contract.ts";
import type { Trouble } from "../api/result.ts";
import { type Filters, matches, queryOf } from "./filters.ts";
import { newer } from "./generation.ts";
import { addRecent } from "./recent-ids.ts";
import { createSelection } from "./selection.ts";
import type { Studio } from "./studio.ts";

/** A screenful comes quickly; what follows comes in the largest pages the API gives. */
const FIRST_PAGE = GALLERY_START.limit;
const PAGE = 100;

/** A reload reads at most so many pages to get back to its place. */
const MAX_PAGES_TO_PLACE = 20;

/** The user's place in a list: the top of this image's row is `offset` pixels below the window's. */
export type Place = { id: string; offset: number };

/** From `history.state`, which an earlier version may have written. */
export function readPlace(saved: unknown): Place | null {
  const { id, offset } = (saved ?? {}) as Partial<Place>;
  return typeof id === "string" && typeof offset === "number" ? { id, offset } : null;
}

export type ListDependencies = Pick<Studio, "api" | "listen" | "hidden" | "up">;

/** What matches `filters` of a user's record, read page by page, newest first; it hears of changes until closed. */
export function createList({ api, listen, hidden, up }: ListDependencies, filters: Filters) {
  const items = signal<readonly Generation[]>([]);
  const state = signal<"waiting" | "loading" | "more" | "failed" | "end">("waiting");
  const problem = signal<Trouble | null>(null);
  /** A page came without anything new, and the next one is under way: long histories are searched in parts. */
  const looking = signal(false);
  /** How many on top came after the list was first read. */
  const arrived = signal(0);
  const gone = new Set<string>();
  /** Heard while a page was under way, which may be older than this. */
  let early: Generation[] = [];
  let cursor: string | null = null;
  let closing = new AbortController();

  const shown = computed(() =>
    hidden.value.size === 0 ? items.value : items.value.filter(({ id }) => !hidden.value.has(id)),
  );

  function drop(id: string) {
    const index = items.value.findIndex((item) => item.id === id);
    if (index < 0) return;
    if (index < arrived.value) arrived.value -= 1;
    items.value = items.value.toSpliced(index, 1);
  }

  function put(generation: Generation) {
    const index = items.value.findIndex(({ id }) => id === generation.id);
    const known = items.value[index];
    const latest = known ? newer(known, generation) : generation;
    if (state.value === "loading" && !known) early.push(generation);
    if (!matches(latest, filters)) return drop(generation.id);
    if (known) {
      items.value = items.value.with(index, latest);
      return;
    }
    const last = items.value.at(-1);
    // Older than what has been read: it comes with its page.
    const comesLater = state.value !== "end" && (!last || generation.createdAt < last.createdAt);
    if (comesLater || gone.has(generation.id)) return;
    const before = items.value.findIndex((other) => other.createdAt <= generation.createdAt);
    const at = before < 0 ? items.value.length : before;
    if (at <= arrived.value) arrived.value += 1;
    items.value = items.value.toSpliced(at, 0, generation);
  }

  const unlisten = listen({
    changed(news) {
      for (const heard of readings) heard.add(news.id);
      put(news);
    },
    dropped(id) {
      addRecent(gone, id);
      drop(id);
    },
  });

  /** What was heard of while the top is being read: the answer may be older than that. */
  const readings = new Set<Set<string>>();
  /** A page was under way when somebody wanted the top read: it may be older than that. */
  let readAgain = false;

  /** Reads the top again: what came or went while nobody told. */
  async function refresh() {
    if (state.value === "waiting") return;
    if (state.value === "loading") {
      readAgain = true;
      return;
    }
    readAgain = false;
    const heard = new Set<string>();
    readings.add(heard);
    const page = await api.list(null, FIRST_PAGE, queryOf(filters), closing.signal);
    readings.delete(heard);
    if (!page.ok) return;
    const { items: top, nextCursor } = page.value;
    const fresh = new Set(top.map(({ id }) => id));
    const oldest = top.at(-1);
    // A part of a long history can hold nothing that was searched for: that says nothing of what is older.
    const isRead = ({ createdAt }: Generation) =>
      nextCursor === null || (oldest !== undefined && createdAt > oldest.createdAt);
    for (const item of items.value) {
      if (!fresh.has(item.id) && !heard.has(item.id) && isRead(item)) drop(item.id);
    }
    for (const item of top.toReversed()) if (!heard.has(item.id)) put(item);
  }

  // A list that was read before anybody told of changes is read again as well.
  let wasDown = false;
  const unwatch = effect(() => {
    if (!up.value) wasDown = true;
    else if (wasDown) {
      wasDown = false;
      void refresh();
    }
  });

  return {
    filters,
    /** In order, without what is being deleted. */
    shown,
    state,
    problem,
    looking,
    arrived,
    selection: createSelection(shown),
    /** Where the user was when they last looked. */
    place: null as Place | null,
    /** How many had arrived by then. */
    seen: 0,
    refresh,
    /** Reads the next page, and on while pages have no match, or up to the image `until`. */
    async more(until?: string) {
      if (state.value === "loading" || state.value === "end") return;
      const before = shown.value.length;
      const { signal: closed } = closing;
      state.value = "loading";
      early = [];
      let pages = 0;
      const isOnTheWay = () =>
        until !== undefined &&
        cursor !== null &&
        pages < MAX_PAGES_TO_PLACE &&
        !items.value.some(({ id }) => id === until);
      do {
        pages += 1;
        const limit = items.value.length === 0 ? FIRST_PAGE : PAGE;
        const page = await api.list(cursor, limit, queryOf(filters), closed);
        if (closed.aborted) return;
        if (!page.ok) {
          problem.value = page.problem;
          looking.value = false;
          state.value = "failed";
          return;
        }
        problem.value = null;
        const known = new Set(items.value.map(({ id }) => id));
        items.value = items.value.concat(
          page.value.items.filter(({ id }) => !known.has(id) && !gone.has(id)),
        );
        cursor = page.value.nextCursor;
        looking.value = cursor !== null && shown.value.length === before;
      } while (looking.value || isOnTheWay());
      state.value = cursor === null ? "end" : "more";
      for (const generation of early) put(generation);
      early = [];
      if (readAgain) void refresh();
    },
    /** Nobody waits for this list any more; it can be gone on with. */
    pause() {
      closing.abort();
      closing = new AbortController();
      looking.value = false;
      if (state.value === "loading") state.value = items.value.length > 0 ? "more" : "waiting";
    },
    close() {
      closing.abort();
      unlisten();
      unwatch();
    },
  };
}

export type List = ReturnType<typeof createList>;
