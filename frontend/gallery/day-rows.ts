/** Positions the images of a gallery: justified rows under the headings of days. Pure, except for the measuring. */
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { ratioOf } from "../studio/images/generation.ts";
import { groupByDay } from "./days.ts";
import { bottomOf, type LayoutOptions, layoutRows, type Row } from "./justified-rows.ts";

/** In pixels, if the stylesheet sets none. */
const ROW_HEIGHT = 208;
const FONT_SIZE = 16;
/** The height of a day's heading, in font sizes: it grows with the user's text. */
const HEADING_EM = 2.5;

/** With the height of a day's heading. */
export type GridOptions = LayoutOptions & { heading: number };

/** The row height and the gap come from the stylesheet (`grid-auto-rows`, `row-gap`). */
export function measureGrid(element: Element): GridOptions {
  const { rowGap, gridAutoRows, fontSize } = getComputedStyle(element);
  return {
    width: element.clientWidth,
    rowHeight: Number.parseFloat(gridAutoRows) || ROW_HEIGHT,
    gap: Number.parseFloat(rowGap) || 0,
    heading: Math.round(HEADING_EM * (Number.parseFloat(fontSize) || FONT_SIZE)),
  };
}

type Tile = Pick<Generation, "status" | "width" | "height" | "options" | "createdAt">;

/** A tile without an image holds a sentence. In pixels. */
const MESSAGE_WIDTH = 300;
/** Beyond these ratios a tile crops its image, which would be too thin to recognize. */
const MIN_RATIO = 0.4;
const MAX_RATIO = 4;

/** The aspect ratio of a tile, width over height. */
function tileRatio(generation: Tile, rowHeight: number): number {
  if (generation.status !== "succeeded") return Math.max(1.5, MESSAGE_WIDTH / rowHeight);
  return Math.min(MAX_RATIO, Math.max(MIN_RATIO, ratioOf(generation)));
}

/** `day`: the midnight at which its day began; on the first row of a day, which has the day's heading above it. */
export type TileRow = Row & { day?: number };
export type TileLayout = { ratios: number[]; rows: TileRow[]; gap: number; heading: number; height: number };

type Extent = {
  /** How many images at the top were added after the list was read. */
  added: number;
  /** No more images follow. */
  isComplete: boolean;
};

/**
 * Positions every image of a list, day by day. Images that were added after the list was read get their own rows on
 * top, so that the rows below them stay the same.
 */
export function layoutDays(
  tiles: readonly Tile[],
  options: GridOptions,
  { added, isComplete }: Extent,
): TileLayout {
  const { gap, heading } = options;
  const ratios = tiles.map((generation) => tileRatio(generation, options.rowHeight));
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
