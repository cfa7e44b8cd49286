import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { takeInlinePage } from "../browser/inline-page.ts";
import { storePart } from "../browser/storage.ts";
import { apiPart } from "../studio/api-part.ts";
import { galleryStatePart } from "../studio/images/gallery-state.ts";
import { generationsPart } from "../studio/images/generations.ts";
import { createImageLists, type ImageLists } from "../studio/images/image-lists.ts";
import { connectionPart } from "../studio/session/connection.ts";
import { usePart } from "../ui/parts.ts";

/** In this browser's storage while images are grouped. */
export const GROUPING = "group-prompts";

/** The lists of the gallery. They stay while other pages are shown. */
export function useImageLists(): ImageLists {
  const { lists } = usePart(galleryStatePart);
  const api = usePart(apiPart);
  const generations = usePart(generationsPart);
  const { isConnected } = usePart(connectionPart);
  const store = usePart(storePart);
  return useMemo(() => {
    const isGrouped = signal(store.get(GROUPING) !== null);
    const dependencies = { api, generations, connected: isConnected, isGrouped, takeInlinePage };
    const opened = lists.peek() ?? createImageLists(dependencies);
    lists.value = opened;
    return opened;
  }, []);
}
