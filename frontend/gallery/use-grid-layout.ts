import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { ratioOf } from "../studio/images/generation.ts";
import type { ImageList } from "../studio/images/image-list.ts";
import { bottomOf, type LayoutOptions, layoutRows, type Row } from "./justified-rows.ts";

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

/** A tile without an image holds a sentence. In pixels. */
const MESSAGE_WIDTH = 300;
/** Beyond these ratios a tile crops its image, which would be too thin to recognize. */
const MIN_RATIO = 0.4;
const MAX_RATIO = 4;

/** The aspect ratio of a tile, width over height. */
function tileRatio(generation: Generation, rowHeight: number): number {
  if (generation.status !== "succeeded") return Math.max(1.5, MESSAGE_WIDTH / rowHeight);
  return Math.min(MAX_RATIO, Math.max(MIN_RATIO, ratioOf(generation)));
}

export type TileLayout = { ratios: number[]; rows: Row[]; gap: number; height: number };

/**
 * Positions every image of a list. Images that were added after the list was read get their own rows on top, so that
 * the rows below them stay the same.
 */
function layoutTiles(
  { shown: { value: shown }, newCount, state }: ImageList,
  options: LayoutOptions,
): TileLayout {
  const ratios = shown.map((generation) => tileRatio(generation, options.rowHeight));
  const added = Math.min(newCount.value, shown.length);
  const addedRows = layoutRows(ratios, options, { start: 0, end: added, top: 0, isOpen: false });
  const top = addedRows.length > 0 ? bottomOf(addedRows) + options.gap : 0;
  const isOpen = state.value !== "end" && state.value !== "failed";
  const rows = addedRows.concat(
    layoutRows(ratios, options, { start: added, end: shown.length, top, isOpen }),
  );
  return { ratios, rows, gap: options.gap, height: bottomOf(rows) };
}
