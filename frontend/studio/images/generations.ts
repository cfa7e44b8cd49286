/**
 * The only holder of generations in this page: one signal per id. The feed, the lists, the viewer and the dialogs hold
 * ids. All news (a response, a push, a poll, a page of a list) goes through `upsert`, which orders it. Changes by the
 * user go through `edit`, which stays on top of the news until the Worker has responded.
 */
import { batch, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Generation } from "../../../worker/api/schemas/generation.ts";
import type { GenerationStatus } from "../../../worker/shared/generations.ts";
import { definePart } from "../../ui/parts.ts";
import { isInFlight } from "./generation.ts";
import { addRecent } from "./recent-ids.ts";

export type GenerationChange =
  /** `replaces`: the pending id that this generation had until now. */
  | { type: "upserted"; generation: Generation; previous: Generation | null; replaces?: string }
  | { type: "deleted"; id: string };

/** What the user can change before the Worker's response. */
export type EditableFields = Partial<Pick<Generation, "favorite" | "shareUrl" | "status">>;

export type Edit = {
  /** The Worker did it. `fields`: what it says now, where that may differ from the edit. */
  confirm: (fields?: EditableFields) => void;
  /** The Worker did not do it: shows what is true again. */
  undo: () => void;
};

export type News = {
  /** `nextVersion()` when this response was requested; absent for a push, which is never stale. */
  requestedAtVersion?: number;
  /** The pending id that this generation had until now. */
  replaces?: string | undefined;
};

type Entry = {
  server: Generation;
  edits: EditableFields[];
  /** Version of the last push, or of the start or end of an edit. */
  changedAtVersion: number;
  shown: Signal<Generation>;
  /** Something on the screen follows it. */
  isWatched: boolean;
};

export function createGenerations() {
  const entries = new Map<string, Entry>();
  const deleted = new Set<string>();
  const replaced = new Set<string>();
  const listeners = new Set<(change: GenerationChange) => void>();
  /** Deletions that can still be undone: shown nowhere. */
  const hidden = signal<ReadonlySet<string>>(new Set());
  let version = 0;

  function notify(change: GenerationChange) {
    for (const listener of listeners) listener(change);
  }

  function show(entry: Entry, replaces?: string) {
    const previous = entry.shown.peek();
    const next: Generation = Object.assign({}, entry.server, ...entry.edits);
    // The same object if nothing has changed, so that a list that is read again renders nothing.
    const generation = JSON.stringify(next) === JSON.stringify(previous) ? previous : next;
    entry.shown.value = generation;
    notify({ type: "upserted", generation, previous, ...(replaces !== undefined && { replaces }) });
  }

  function remove(id: string) {
    entries.delete(id);
    addRecent(deleted, id);
    notify({ type: "deleted", id });
  }

  /** Moves the entry of a pending id to the real one. */
  function rename(from: string, to: string) {
    if (from === to || replaced.has(from)) return;
    addRecent(replaced, from);
    if (deleted.has(from)) return remove(to);
    const entry = entries.get(from);
    entries.delete(from);
    if (entry && !entries.has(to)) entries.set(to, entry);
  }

  return {
    hidden,
    get: (id: string): ReadonlySignal<Generation> | undefined => entries.get(id)?.shown,
    peek: (id: string): Generation | undefined => entries.get(id)?.shown.peek(),
    isDeleted: (id: string) => deleted.has(id),
    /** A logical clock: call it before a request, and pass the value as `requestedAtVersion` with the response. */
    nextVersion: () => ++version,
    /** Whether a push or an edit of `id` is newer than the response to a request of that version. */
    isNewerThan: (id: string, requestedAtVersion: number) =>
      (entries.get(id)?.changedAtVersion ?? 0) > requestedAtVersion,

    /** Takes in what the Worker says about a generation, in whatever order that arrives. */
    upsert(news: Generation, { requestedAtVersion, replaces }: News = {}) {
      batch(() => {
        if (replaces !== undefined) rename(replaces, news.id);
        if (deleted.has(news.id) || replaced.has(news.id)) return;
        const changedAtVersion = requestedAtVersion ?? ++version;
        const entry = entries.get(news.id);
        if (!entry) {
          entries.set(news.id, createEntry(news, changedAtVersion));
          const change = { type: "upserted", generation: news, previous: null } as const;
          return notify(replaces === undefined ? change : { ...change, replaces });
        }
        entry.server = mergeGeneration(entry.server, news, changedAtVersion < entry.changedAtVersion);
        entry.changedAtVersion = Math.max(entry.changedAtVersion, changedAtVersion);
        show(entry, replaces);
      });
    },

    /** Shows `fields` at once. Every edit must be confirmed or undone. */
    edit(id: string, fields: EditableFields): Edit {
      const entry = entries.get(id);
      if (!entry) return { confirm() {}, undo() {} };
      const end = (confirmed: EditableFields) => {
        const index = entry.edits.indexOf(fields);
        if (index < 0) return;
        entry.edits.splice(index, 1);
        // Deleted meanwhile, or no longer held.
        if (entries.get(entry.server.id) !== entry) return;
        entry.server = { ...entry.server, ...confirmed };
        entry.changedAtVersion = ++version;
        batch(() => show(entry));
      };
      entry.edits.push(fields);
      entry.changedAtVersion = ++version;
      batch(() => show(entry));
      return { confirm: (confirmed = fields) => end(confirmed), undo: () => end({}) };
    },

    /** Deleted, here or elsewhere: late news about it is ignored. */
    delete(id: string) {
      batch(() => remove(id));
    },

    size: () => entries.size,
    /** Forgets the other generations, except those on the screen and those being edited. */
    keepOnly(ids: ReadonlySet<string>) {
      for (const [id, { edits, isWatched }] of entries) {
        if (!ids.has(id) && !isWatched && edits.length === 0) entries.delete(id);
      }
    },

    /** Calls `listener` after each change; returns the function that ends that. */
    subscribe(listener: (change: GenerationChange) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function createEntry(generation: Generation, changedAtVersion: number): Entry {
  const entry: Entry = {
    server: generation,
    edits: [],
    changedAtVersion,
    isWatched: false,
    shown: signal(generation, {
      watched: () => {
        entry.isWatched = true;
      },
      unwatched: () => {
        entry.isWatched = false;
      },
    }),
  };
  return entry;
}

const RANK: Record<GenerationStatus, number> = {
  queued: 0,
  processing: 1,
  failed: 2,
  canceled: 2,
  succeeded: 3,
};

/**
 * Merges news about a generation into the known one. The status only moves forward, and the progress with it. Fields
 * that the user changes are kept if the news is older (`isStale`).
 */
function mergeGeneration(known: Generation, news: Generation, isStale = false): Generation {
  const merged = isStale ? { ...news, favorite: known.favorite, shareUrl: known.shareUrl } : news;
  if (RANK[news.status] < RANK[known.status]) {
    return { ...known, id: news.id, favorite: merged.favorite, shareUrl: merged.shareUrl };
  }
  if (isInFlight(news) && (news.progress ?? 0) < (known.progress ?? 0)) {
    return { ...merged, progress: known.progress };
  }
  return merged;
}

export type Generations = ReturnType<typeof createGenerations>;
export const generationsPart = definePart<Generations>("generations");
