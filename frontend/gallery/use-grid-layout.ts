import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import type { TileSize } from "../../worker/shared/tile-image.ts";
import { ratioOf } from "../studio/images/generation.ts";
import type { ImageList } from "../studio/images/image-list.ts";
import { groupByDay } from "./days.ts";
import { bottomOf, type LayoutOptions, layoutRows, type Row } from "./justified-rows.ts";

/** In pixels, if the stylesheet sets none. */
const ROW_HEIGHT = 208;
const FONT_SIZE = 16;
/** The height of a day's heading, in font sizes: it grows with the user's text. */
const HEADING_EM = 2.5;

/** With the height of a day's heading. */
export type GridOptions = LayoutOptions & { heading: number };

/** Measures the grid: its row height and gap come from the stylesheet (`grid-auto-rows`, `row-gap`). */
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
      const { rowGap, gridAutoRows, fontSize } = getComputedStyle(element);
      const next = {
        width: element.clientWidth,
        rowHeight: Number.parseFloat(gridAutoRows) || ROW_HEIGHT,
        gap: Number.parseFloat(rowGap) || 0,
        heading: Math.round(HEADING_EM * (Number.parseFloat(fontSize) || FONT_SIZE)),
      };
      if (JSON.stringify(next) !== JSON.stringify(options.peek())) options.value = next;
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [size]);
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

/** `day`: the midnight at which its day began; on the first row of a day, which has the day's heading above it. */
export type TileRow = Row & { day?: number };
export type TileLayout = { ratios: number[]; rows: TileRow[]; gap: number; heading: number; height: number };

/**
 * Positions every image of a list, day by day. Images that were added after the list was read get their own rows on
 * top, so that the rows below them stay the same.
 */
function layoutTiles(
  { shown: { value: shown }, tiles: { value: tiles }, newCount, state }: ImageList,
  options: GridOptions,
): TileLayout {
  const { gap, heading } = options;
  const ratios = tiles.map((generation) => tileRatio(generation, options.rowHeight));
  // Where images are grouped, a new one can belong to a tile below: no rows of their own.
  const added = tiles === shown ? Math.min(newCount.value, shown.length) : 0;
  const isComplete = state.value === "end" || state.value === "failed";
  const rows: TileRow[] = [];
  let bottom = 0;
  let day: number | undefined;
  const addDays = (from: number, to: number, isOpen: boolean) => {
    const groups = groupByDay(tiles.slice(from, to));
    for (const [index, group] of groups.entries()) {
      // The images that were added may be of the same day as those below them: one heading for both.
      const isNewDay = group.start !== day;
      const top = bottom + (rows.length > 0 ? gap : 0) + (isNewDay ? heading : 0);
      const range = { start: from + group.from, end: from + group.to, top };
      const [first, ...others] = layoutRows(ratios, options, {
        ...range,
        isOpen: isOpen && index === groups.length - 1,
      });
      if (!first) continue;
      rows.push(isNewDay ? { ...first, day: group.start } : first, ...others);
      bottom = bottomOf(rows);
      day = group.start;
    }
  };
  addDays(0, added, false);
  addDays(added, tiles.length, !isComplete);
  return { ratios, rows, gap, heading, height: bottom };
}
