import { useMemo } from "preact/hooks";
import { pathOf, routerPart } from "../../browser/router.ts";
import { apiPart } from "../../studio/api-part.ts";
import { type Collections, createCollections } from "../../studio/images/collections.ts";
import { NO_FILTERS, writeFilters } from "../../studio/images/filters.ts";
import { galleryStatePart } from "../../studio/images/gallery-state.ts";
import { sessionPart } from "../../studio/session/session.ts";
import { toastsPart } from "../../studio/toasts.ts";
import { usePart } from "../../ui/parts.ts";

/** The user's collections. They stay while other pages are shown. */
export function useCollections(): Collections {
  const { lists, collections } = usePart(galleryStatePart);
  const api = usePart(apiPart);
  const router = usePart(routerPart);
  const session = usePart(sessionPart);
  const toasts = usePart(toastsPart);
  return useMemo(() => {
    const opened =
      collections.peek() ??
      createCollections({
        api,
        session,
        toasts,
        listsOf: (id) => lists.peek()?.listsOf(id) ?? [],
        open: (id) => router.go(pathOf("gallery") + writeFilters({ ...NO_FILTERS, collection: id })),
      });
    collections.value = opened;
    return opened;
  }, []);
}
