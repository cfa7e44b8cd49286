import { useEffect, useRef } from "preact/hooks";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { routerPart } from "../browser/router.ts";
import { feedPart } from "../studio/images/feed.ts";
import { galleryStatePart } from "../studio/images/gallery-state.ts";
import { generationsPart } from "../studio/images/generations.ts";
import type { ImageList } from "../studio/images/image-list.ts";
import { usePart } from "../ui/parts.ts";

/** The next page of the list is read when so few images are left after the open one. */
const LOAD_MORE_BEFORE_END = 3;

export type Neighbors = { previous: Generation | undefined; next: Generation | undefined };

/**
 * The images before and after one in a list. An image may leave the list while it is open (when it is removed from the
 * favorites, say); its neighbors then stay what they were.
 */
export function createNeighbors() {
  let last: { id: string; previous: string | undefined; next: string | undefined } | null = null;
  return {
    of(items: readonly Generation[], id: string): Neighbors {
      const index = items.findIndex((item) => item.id === id);
      if (index >= 0) last = { id, previous: items[index - 1]?.id, next: items[index + 1]?.id };
      else if (last?.id !== id) last = null;
      const find = (wanted: string | undefined) => items.find((item) => item.id === wanted);
      return { previous: find(last?.previous), next: find(last?.next) };
    },
  };
}

/** The neighbors of an image in the page under it: in the gallery's list (null until the gallery is loaded), or in the feed. */
export function useNeighbors(id: string): Neighbors & { list: ImageList | null } {
  const { list, items } = useItems();
  const neighbors = useRef(createNeighbors()).current;
  const index = items.findIndex((item) => item.id === id);
  useEffect(() => {
    if (!list || items.length - index > LOAD_MORE_BEFORE_END) return;
    if (list.state.peek() !== "failed") void list.loadMore();
  }, [index, items.length, list]);
  return { list, ...neighbors.of(items, id) };
}

function useItems(): { list: ImageList | null; items: readonly Generation[] } {
  const { page, search } = usePart(routerPart).route.value;
  const feed = usePart(feedPart);
  const generations = usePart(generationsPart);
  const { lists } = usePart(galleryStatePart);
  if (page === "gallery") {
    const list = lists.value?.listFor(search) ?? null;
    return { list, items: list?.shown.value ?? [] };
  }
  const hidden = generations.hidden.value;
  const items = feed.entries.value
    .map(feed.generationOf)
    .filter((generation) => generation.status === "succeeded" && !hidden.has(generation.id));
  return { list: null, items };
}

/** One image of a generation. */
export type Step = { generation: Generation; output: number };

/** The images before and after an output: first those of its generation, if that is known, then those of the neighbors. */
export function stepsFrom(
  generation: Generation | undefined,
  output: number,
  neighbors: Neighbors,
): { previous: Step | undefined; next: Step | undefined } {
  const last = ({ outputs }: Generation) => Math.max(0, outputs.length - 1);
  const at = (target: Generation | undefined, index: number) =>
    target && { generation: target, output: index };
  const { previous, next } = neighbors;
  return {
    previous:
      generation && output > 0 ? at(generation, output - 1) : at(previous, previous ? last(previous) : 0),
    next: generation && output < last(generation) ? at(generation, output + 1) : at(next, 0),
  };
}

/** So that the next step shows its image at once; not where the user wants to save data. */
export function preloadImages(steps: (Step | undefined)[]): void {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  if (connection?.saveData) return;
  for (const step of steps) {
    const url = step?.generation.outputs[step.output]?.url;
    if (url) new Image().src = url;
  }
}
