import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import type { TileSize } from "../../worker/shared/tile-image.ts";
import type { ImageList } from "../studio/images/image-list.ts";
import { type GridOptions, layoutDays, measureGrid, type TileLayout } from "./day-rows.ts";

/** Measures the grid, and positions its images again when its size or the list changes. */
export function useGridLayout(
  grid: RefObject<HTMLElement | null>,
  list: ImageList,
  size: TileSize,
): { options: ReadonlySignal<GridOptions | null>; layout: ReadonlySignal<TileLayout | null> } {
  const options = useSignal<GridOptions | null>(null);
  useLayoutEffect(() => {
    const element = grid.current;
    if (!element) return;
    const measure = () => {
      const next = measureGrid(element);
      if (JSON.stringify(next) !== JSON.stringify(options.peek())) options.value = next;
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [size]);
  const layout = useComputed(() => options.value && layoutList(list, options.value));
  return { options, layout };
}

function layoutList(list: ImageList, options: GridOptions): TileLayout {
  const tiles = list.tiles.value;
  // Where images are grouped, a new one can belong to a tile below: no rows of their own.
  const added = tiles === list.shown.value ? Math.min(list.newCount.value, tiles.length) : 0;
  const isComplete = list.state.value === "end" || list.state.value === "failed";
  return layoutDays(tiles, options, { added, isComplete });
}
