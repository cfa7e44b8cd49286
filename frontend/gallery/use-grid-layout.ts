import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import type { ImageList } from "../studio/images/image-list.ts";
import { layoutTiles, type TileLayout } from "./grid-layout.ts";
import type { LayoutOptions } from "./justified-rows.ts";

/** In pixels, if the stylesheet sets none. */
const ROW_HEIGHT = 208;

/** Measures the grid: its row height and gap come from the stylesheet (`grid-auto-rows`, `row-gap`). */
export function useGridLayout(
  grid: RefObject<HTMLElement | null>,
  list: ImageList,
): { options: ReadonlySignal<LayoutOptions | null>; layout: ReadonlySignal<TileLayout | null> } {
  const options = useSignal<LayoutOptions | null>(null);
  useLayoutEffect(() => {
    const element = grid.current;
    if (!element) return;
    const measure = () => {
      const { rowGap, gridAutoRows } = getComputedStyle(element);
      const next = {
        width: element.clientWidth,
        rowHeight: Number.parseFloat(gridAutoRows) || ROW_HEIGHT,
        gap: Number.parseFloat(rowGap) || 0,
      };
      if (JSON.stringify(next) !== JSON.stringify(options.peek())) options.value = next;
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const layout = useComputed(() => options.value && layoutTiles(list, options.value));
  return { options, layout };
}
