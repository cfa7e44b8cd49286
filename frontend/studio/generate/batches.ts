/**
 * Which generations were submitted together, with one click. Where the model creates one image at a time, each image of
 * a batch is a generation of its own; this browser remembers which ones, so that they stay together after a reload.
 */
import { effect } from "@preact/signals";
import type { KeyValueStore } from "../../browser/storage.ts";
import { definePart } from "../../ui/parts.ts";
import type { Feed, FeedEntry } from "../images/feed.ts";
import type { Batch, OutboxItem } from "./outbox.ts";

/** More than the Create page shows after a reload. */
const MAX_STORED = 48;

export type BatchesDependencies = { feed: Feed; store: KeyValueStore; userId: () => string | null };

/** An image of a batch: an entry of the feed, or an item that waits in the queue. */
export type BatchCell = { key: string; batch: Batch } & (
  | { entry: FeedEntry; item: null }
  | { entry: null; item: OutboxItem }
);

/** A place in the feed: an entry, or with `cells` the images of a batch, of which `entry` is the newest. */
export type FeedBlock = { key: string; entry: FeedEntry; cells: BatchCell[] | null };

export function createBatches({ feed, store, userId }: BatchesDependencies) {
  let parsed: { from: string | null; batches: Map<string, Batch> } = { from: null, batches: new Map() };

  function stored(): Map<string, Batch> {
    const id = userId();
    const from = id === null ? null : store.get(`batches.${id}`);
    if (from !== parsed.from) parsed = { from, batches: parse(from) };
    return parsed.batches;
  }

  effect(() => {
    const id = userId();
    const news = feed.entries.value.filter(
      (entry) => entry.id !== null && entry.item?.batch && !stored().has(entry.id),
    );
    if (id === null || news.length === 0) return;
    const added = news.map((entry) => [entry.id, entry.item?.batch]);
    store.set(`batches.${id}`, JSON.stringify([...added, ...stored()].slice(0, MAX_STORED)));
  });

  function batchOf(entry: FeedEntry): Batch | null {
    return entry.item?.batch ?? (entry.id === null ? null : (stored().get(entry.id) ?? null));
  }

  /** Several images of one generation are a batch of one cell. */
  function cellsOf(entry: FeedEntry): BatchCell[] | null {
    const { count = 1 } = feed.generationOf(entry).options;
    return count > 1 ? [{ key: entry.key, batch: { id: entry.key, index: 0 }, entry, item: null }] : null;
  }

  return {
    batchOf,
    /**
     * Puts the entries of a batch of several, and its queued items, at the place of its first entry. A batch of which
     * nothing is left but failures stays separate entries.
     */
    group(
      entries: readonly FeedEntry[],
      queued: readonly OutboxItem[],
      hasFailed: (entry: FeedEntry) => boolean,
    ): FeedBlock[] {
      const groups = new Map<string, BatchCell[]>();
      const cells: BatchCell[] = [
        ...entries.flatMap((entry) => {
          const batch = batchOf(entry);
          return batch ? [{ key: entry.key, batch, entry, item: null }] : [];
        }),
        ...queued.flatMap((item) =>
          item.batch ? [{ key: item.key, batch: item.batch, entry: null, item }] : [],
        ),
      ];
      for (const cell of cells) {
        groups.set(cell.batch.id, [...(groups.get(cell.batch.id) ?? []), cell]);
      }
      for (const [id, group] of groups) {
        group.sort((one, other) => one.batch.index - other.batch.index);
        const isAlive = group.some(({ entry }) => entry !== null && !hasFailed(entry));
        if (group.length < 2 || !isAlive) groups.delete(id);
      }
      const placed = new Set<string>();
      return entries.flatMap((entry): FeedBlock[] => {
        const key = batchOf(entry)?.id ?? "";
        const cells = groups.get(key);
        if (!cells) return [{ key: entry.key, entry, cells: cellsOf(entry) }];
        if (placed.has(key)) return [];
        placed.add(key);
        return [{ key, entry, cells }];
      });
    },
  };
}

export type Batches = ReturnType<typeof createBatches>;
export const batchesPart = definePart<Batches>("batches");

/** What an earlier version or a person wrote may be anything. */
function parse(text: string | null): Map<string, Batch> {
  try {
    const list: unknown = JSON.parse(text ?? "[]");
    const isPair = (pair: unknown): pair is [string, Batch] =>
      Array.isArray(pair) && typeof pair[0] === "string" && typeof pair[1]?.id === "string";
    return new Map(Array.isArray(list) ? list.filter(isPair) : []);
  } catch {
    return new Map();
  }
}
