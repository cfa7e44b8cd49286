/** What the gallery keeps while other pages are shown. Its chunk creates lists and collections when it first runs. */
import { signal } from "@preact/signals";
import { definePart } from "../../ui/parts.ts";
import type { Collections } from "./collections.ts";
import type { ImageLists } from "./image-lists.ts";

export function createGalleryState() {
  return {
    lists: signal<ImageLists | null>(null),
    collections: signal<Collections | null>(null),
    /** The image that the viewer showed last: it gets the focus when the user returns to the gallery. */
    lastViewedId: signal<string | null>(null),
  };
}

export type GalleryState = ReturnType<typeof createGalleryState>;
export const galleryStatePart = definePart<GalleryState>("gallery state");
