/** Removes failed and canceled entries from the feed. */
import type { FailureCode } from "../../../worker/shared/generations.ts";
import type { Api } from "../../api/client.ts";
import { definePart } from "../../ui/parts.ts";
import { inBulk } from "../images/bulk.ts";
import type { Feed } from "../images/feed.ts";
import type { Generations } from "../images/generations.ts";

/** After these an image may still arrive: the Worker keeps the generation. */
const RECOVERABLE: ReadonlySet<FailureCode> = new Set(["timed_out", "unconfirmed"]);

export type DismissalsDependencies = {
  api: Pick<Api, "bulk" | "remove">;
  feed: Feed;
  generations: Generations;
};

export function createDismissals({ api, feed, generations }: DismissalsDependencies) {
  /** Removes the entry; returns the id to delete at the Worker, or null. */
  function take(key: string): string | null {
    const entry = feed.byKey(key);
    if (!entry) return null;
    const { error } = feed.generationOf(entry);
    if (entry.id === null || (error && RECOVERABLE.has(error.code))) {
      feed.remove(key);
      return null;
    }
    // Late news about it are ignored from now on.
    generations.delete(entry.id);
    return entry.phase === "known" ? entry.id : null;
  }

  return {
    dismiss(key: string) {
      const id = take(key);
      if (id !== null) void api.remove(id);
    },
    dismissAll(keys: readonly string[]) {
      const ids = keys.map(take).filter((id) => id !== null);
      if (ids.length > 0) void inBulk(api, ids, "delete");
    },
  };
}

export type Dismissals = ReturnType<typeof createDismissals>;
export const dismissalsPart = definePart<Dismissals>("dismissals");
