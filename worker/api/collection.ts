/** The stored form of a collection, and its form in the API. */
import { thumbnailUrlOf } from "./generation.ts";
import type { Collection } from "./schemas/collection.ts";

export type CollectionRecord = {
  id: string;
  name: string;
  itemCount: number;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** The image to show for it: output `n` of a generation. */
  cover: { generationId: string; n: number } | null;
};

export function presentCollection({ id, name, itemCount, createdAt, cover }: CollectionRecord): Collection {
  return {
    id,
    name,
    count: itemCount,
    ...(cover && { cover: thumbnailUrlOf(cover.generationId, cover.n) }),
    createdAt: new Date(createdAt).toISOString(),
  };
}
