/**
 * The entries of the Create page's feed, newest first. Invariant: one click is one entry, in whatever order the response
 * to the click, the pushes and the polls about it arrive, and however often.
 *
 * While a click's request is under way, a push about a generation that is not in the feed may be about that very click.
 * It is held back (`unmatched`) until the response, a `replaces` or a poll tells. The cost: an image with the same prompt
 * that another tab started can appear two seconds late.
 */
import { batch, computed, signal } from "@preact/signals";
import type { Generation } from "../../../worker/api/schemas/generation.ts";
import type { ApiError } from "../../api/result.ts";
import { definePart } from "../../ui/parts.ts";
import { isInFlight, optionsOf, ratioOf } from "./generation.ts";
import type { Edit, GenerationChange, Generations } from "./generations.ts";
import type { OutboxItem } from "../generate/outbox.ts";

/** How far the Worker's clock may be behind this browser's. */
const CLOCK_SKEW_MS = 60_000;
/** A tab that stays open for days keeps this many ended entries, and so many that are held back. */
const MAX_ENDED = 100;
const MAX_UNMATCHED = 50;

export type FeedEntry = {
  /** Never changes, while the generation's id may change from none to pending to real. */
  key: string;
  /** The generation's id; null until the Worker has responded. */
  id: string | null;
  phase: "sending" | "known" | "unconfirmed" | "rejected";
  /** Shown while there is no id. */
  draft: Generation;
  /** For entries that were started in this browser. */
  item: OutboxItem | null;
  /** Why it was rejected; while `sending`, why the last attempt got no response. */
  error: ApiError | null;
  /** Width over height of the frame, fixed at the start so that nothing moves when the image arrives. */
  frame: number;
  /** In flight at some time since the page was opened: shown large. */
  isActive: boolean;
};

export type FeedDependencies = { generations: Generations; now: () => number };

export function createFeed({ generations, now }: FeedDependencies) {
  const entries = signal<FeedEntry[]>([]);
  const unmatched = signal<string[]>([]);
  /** When the oldest of the latest generations was created; null until they have been read. */
  let oldestAt: number | null = null;

  const byKey = (key: string) => entries.peek().find((entry) => entry.key === key);
  const byId = (id: string) => entries.peek().find((entry) => entry.id === id);
  const isEntryInFlight = (entry: FeedEntry) => entry.phase !== "rejected" && isInFlight(generationOf(entry));

  /** Read inside a component or a computed, it follows the changes. */
  function generationOf({ id, draft }: FeedEntry): Generation {
    return (id === null ? undefined : generations.get(id)?.value) ?? draft;
  }

  function change(key: string, changes: Partial<FeedEntry>) {
    entries.value = entries.peek().map((entry) => (entry.key === key ? { ...entry, ...changes } : entry));
  }

  function remove(key: string) {
    entries.value = entries.peek().filter((entry) => entry.key !== key);
  }

  /** Gives an entry its generation's id; of two entries for one id, this one stays. */
  function identify(key: string, id: string, changes: Partial<FeedEntry>) {
    unmatched.value = unmatched.peek().filter((other) => other !== id);
    entries.value = entries.peek().filter((entry) => entry.key === key || entry.id !== id);
    change(key, { ...changes, id });
  }

  function insert(generation: Generation) {
    const isActive = isInFlight(generation);
    const entry: FeedEntry = {
      key: generation.id,
      id: generation.id,
      phase: "known",
      draft: generation,
      item: null,
      error: null,
      frame: ratioOf(generation),
      isActive,
    };
    // Of two with the same time, the one in flight is the newer.
    const index = entries.peek().findIndex(({ id, draft }) => {
      const { createdAt } = (id === null ? undefined : generations.peek(id)) ?? draft;
      return isActive ? createdAt <= generation.createdAt : createdAt < generation.createdAt;
    });
    entries.value = trimmed(entries.peek().toSpliced(index < 0 ? entries.peek().length : index, 0, entry));
  }

  function trimmed(all: FeedEntry[]): FeedEntry[] {
    let ended = 0;
    return all.filter((entry) => isEntryInFlight(entry) || (ended += 1) <= MAX_ENDED);
  }

  function holdBack(id: string) {
    unmatched.value = [...unmatched.peek(), id].slice(-MAX_UNMATCHED);
  }

  /** Whether it may be what a request under way has started: one that has ended, only if created after the click. */
  function mayBeOurs(generation: Generation) {
    const { prompt, model, createdAt } = generation;
    return entries
      .peek()
      .some(
        ({ phase, item }) =>
          phase === "sending" &&
          item?.body.prompt === prompt &&
          item.body.model === model &&
          (isInFlight(generation) || Date.parse(createdAt) > item.at - CLOCK_SKEW_MS),
      );
  }

  /** In flight, or as new as the entries: a change to an older one adds no entry, nor does a cancel elsewhere. */
  function belongsHere(generation: Generation): boolean {
    if (generation.status === "canceled") return false;
    return isInFlight(generation) || Date.parse(generation.createdAt) >= (oldestAt ?? now() - CLOCK_SKEW_MS);
  }

  function onChange(news: GenerationChange) {
    if (news.type === "deleted") {
      unmatched.value = unmatched.peek().filter((id) => id !== news.id);
      entries.value = entries.peek().filter(({ id }) => id !== news.id);
      return;
    }
    const { generation, replaces } = news;
    const renamed = replaces === undefined ? undefined : byId(replaces);
    if (replaces !== undefined) unmatched.value = unmatched.peek().filter((id) => id !== replaces);
    if (renamed) return identify(renamed.key, generation.id, { phase: "known" });
    const entry = byId(generation.id);
    if (entry) {
      const isStillUnconfirmed = entry.phase === "unconfirmed" && generation.status === "queued";
      if (entry.phase !== "rejected" && !isStillUnconfirmed) change(entry.key, { phase: "known" });
      return;
    }
    if (unmatched.peek().includes(generation.id)) return;
    if (mayBeOurs(generation)) holdBack(generation.id);
    else if (belongsHere(generation)) insert(generation);
  }

  generations.subscribe(onChange);

  return {
    entries,
    unmatched,
    /** The ids of all generations in the feed. */
    heldIds: () => [...entries.peek().flatMap(({ id }) => id ?? []), ...unmatched.peek()],
    generationOf,
    byKey,
    byId,
    remove,
    /** Ids whose generation may still change: polled where no push can be relied on. */
    pollIds: computed(() => [
      ...entries.value.flatMap((entry) =>
        entry.id !== null && entry.phase !== "sending" && isEntryInFlight(entry) ? [entry.id] : [],
      ),
      ...unmatched.value,
    ]),
    /** How many are in flight, as far as this page knows. */
    inFlight: computed(() => entries.value.filter(isEntryInFlight).length),

    /** A click: its entry is there at once. A key that exists is the same entry, tried again. */
    begin(item: OutboxItem, key: string) {
      const draft = draftOf(item);
      const started = { id: null, phase: "sending", draft, item, error: null, isActive: true } as const;
      if (byKey(key)) change(key, started);
      else entries.value = trimmed([{ key, ...started, frame: ratioOf(draft) }, ...entries.peek()]);
    },
    /** The last attempt got no response; the item is sent again. */
    markRetrying: (key: string, error: ApiError) => change(key, { error }),
    /** The Worker rejected it. */
    markRejected: (key: string, error: ApiError) => change(key, { phase: "rejected", error }),
    /** The Worker's response to the click. `requestedAtVersion`: as for `Generations.upsert`. */
    applyResponse(key: string, generation: Generation, requestedAtVersion: number) {
      batch(() => {
        if (generations.isDeleted(generation.id)) return remove(key);
        if (byKey(key)) identify(key, generation.id, { phase: "known", error: null });
        generations.upsert(generation, { requestedAtVersion });
      });
    },
    /** Skytells' response was lost; the Worker knows the job by this id until it is confirmed. */
    markUnconfirmed(key: string, pendingId: string, requestedAtVersion: number) {
      const entry = byKey(key);
      if (!entry) return;
      batch(() => {
        identify(key, pendingId, { phase: "unconfirmed", error: null });
        if (!generations.peek(pendingId))
          generations.upsert({ ...entry.draft, id: pendingId }, { requestedAtVersion });
      });
    },
    /** Its item is no longer sent from here; a canceled entry stays. */
    detach(key: string) {
      const entry = byKey(key);
      if (entry && isEntryInFlight(entry)) remove(key);
      else change(key, { phase: "known", error: null });
    },
    /** Shows it as canceled before the response. */
    showCanceled(key: string): Edit {
      const entry = byKey(key);
      if (entry?.id) return generations.edit(entry.id, { status: "canceled" });
      if (entry) change(key, { draft: { ...entry.draft, status: "canceled" } });
      return { confirm() {}, undo() {} };
    },
    /** The response to a poll for `id`. It also tells whether an unmatched generation belongs to this entry. */
    applyPoll(id: string, generation: Generation, requestedAtVersion: number) {
      batch(() => {
        generations.upsert(generation, {
          requestedAtVersion,
          replaces: generation.id === id ? undefined : id,
        });
        if (!unmatched.peek().includes(generation.id) || mayBeOurs(generation)) return;
        unmatched.value = unmatched.peek().filter((other) => other !== generation.id);
        insert(generations.peek(generation.id) ?? generation);
      });
    },
    /** The user's latest generations; `hasMore`: there are older ones. Canceled ones are left out. */
    showRecent(items: Generation[], hasMore: boolean, requestedAtVersion: number) {
      const last = items.at(-1);
      oldestAt = hasMore && last ? Date.parse(last.createdAt) : Number.NEGATIVE_INFINITY;
      batch(() => {
        for (const item of items) generations.upsert(item, { requestedAtVersion });
      });
    },
  };
}

export type Feed = ReturnType<typeof createFeed>;
export const feedPart = definePart<Feed>("feed");

/** What the entry shows until the Worker has responded. */
function draftOf({ body, at }: OutboxItem): Generation {
  return {
    id: "",
    prompt: body.prompt,
    model: body.model,
    status: "queued",
    progress: null,
    outputUrl: null,
    thumbnailUrl: null,
    width: null,
    height: null,
    outputs: [],
    error: null,
    favorite: false,
    shareUrl: null,
    options: optionsOf(body),
    createdAt: new Date(at).toISOString(),
    completedAt: null,
  };
}
