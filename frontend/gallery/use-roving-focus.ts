/** One tile of the grid can be reached with Tab; the arrow keys move from it to the others. */
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { routerPart } from "../browser/router.ts";
import { galleryStatePart } from "../studio/images/gallery-state.ts";
import type { ImageList } from "../studio/images/image-list.ts";
import { usePart } from "../ui/parts.ts";
import type { TileLayout } from "./day-rows.ts";
import { rowIndexOf } from "./justified-rows.ts";

export function useRovingFocus(
  grid: RefObject<HTMLElement | null>,
  list: ImageList,
  layout: TileLayout | null,
  /** The image that is first in the window. */
  firstVisibleId: string | null,
) {
  const { lastViewedId } = usePart(galleryStatePart);
  const { imageId } = usePart(routerPart).route.value;
  const wantedId = useSignal<string | null>(null);
  /** Counts calls of `focus`, so that each one renders, also one for the current image. */
  const requests = useSignal(0);
  const focused = useRef(0);
  const index = list.tiles.value.findIndex(({ id }) => id === wantedId.value);
  const rowIndex = layout ? rowIndexOf(layout.rows, index) : -1;
  const currentId = rowIndex >= 0 ? wantedId.value : firstVisibleId;
  /** Stays when the list becomes empty. */
  const latestId = useRef<string | null>(null);
  latestId.current = currentId ?? latestId.current;

  /** Renders this image's row if necessary, scrolls to it and focuses it. */
  function focus(id: string) {
    wantedId.value = id;
    requests.value += 1;
  }

  useLayoutEffect(() => {
    if (focused.current === requests.value || rowIndex < 0) return;
    focused.current = requests.value;
    const link = grid.current?.querySelector<HTMLElement>("[data-focus-fallback]");
    link?.focus({ preventScroll: true });
    link?.scrollIntoView({ block: "nearest" });
  });

  // Back from the viewer: focuses the image that was viewed last.
  useEffect(() => {
    const id = lastViewedId.peek();
    if (imageId !== null || id === null) return;
    lastViewedId.value = null;
    if (list.shown.peek().some((generation) => generation.id === id)) focus(list.tileIdOf(id));
  }, [imageId]);

  useLayoutEffect(
    () => () => {
      // The list is empty. If Undo restores an image, it gets the focus.
      if (list.shown.peek().length === 0) lastViewedId.value ??= latestId.current;
    },
    [],
  );

  return {
    currentId,
    /** Of the tile that has been focused; -1 without one. Rendered even outside the window. */
    rowIndex,
    focus,
    onFocusIn({ target }: FocusEvent) {
      const id = target instanceof Element && target.closest("li")?.dataset["id"];
      if (id && id !== wantedId.peek()) wantedId.value = id;
    },
  };
}
