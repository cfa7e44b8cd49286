import { useMemo } from "preact/hooks";
import { takeInlinePage } from "../browser/inline-page.ts";
import { apiPart } from "../studio/api-part.ts";
import { galleryStatePart } from "../studio/images/gallery-state.ts";
import { generationsPart } from "../studio/images/generations.ts";
import { createImageLists, type ImageLists } from "../studio/images/image-lists.ts";
import { connectionPart } from "../studio/session/connection.ts";
import { usePart } from "../ui/parts.ts";

/** The lists of the gallery. They stay while other pages are shown. */
export function useImageLists(): ImageLists {
  const { lists } = usePart(galleryStatePart);
  const api = usePart(apiPart);
  const generations = usePart(generationsPart);
  const { isConnected } = usePart(connectionPart);
  return useMemo(() => {
    const dependencies = { api, generations, connected: isConnected, takeInlinePage };
    const opened = lists.peek() ?? createImageLists(dependencies);
    lists.value = opened;
    return opened;
  }, []);
}
