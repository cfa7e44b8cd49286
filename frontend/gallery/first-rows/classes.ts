/** Tailwind classes that the studio's tiles and the document's first rows share, so that both look the same. */
import type { TileSize } from "../../../worker/shared/tile-image.ts";

export const GRID = "relative gap-y-tiles";

/** Row heights, which `worker/shared/tile-image.ts` has too. */
export const ROWS: Record<TileSize, string> = {
  small: "auto-rows-(--spacing-row-small)",
  medium: "auto-rows-(--spacing-row)",
  large: "auto-rows-(--spacing-row-large)",
};

/** `contain`: a change in one tile does not affect the layout of the page. */
export const FRAME =
  "absolute overflow-hidden rounded-sm bg-shade contain-strict md:rounded-md forced-colors:outline forced-colors:-outline-offset-1";

export const LINK = "ring-inside absolute inset-0 rounded-[inherit] select-none [-webkit-touch-callout:none]";

export const IMAGE = "absolute inset-0 size-full rounded-[inherit] object-cover";

/** In pixels; `offset` from the side where a line begins. */
export type Box = { top: number; offset: number; width: number; height: number };

/** Setting one attribute is faster than four properties, and there are hundreds of tiles. */
export const styleOf = ({ top, offset, width, height }: Box) =>
  `inset-block-start:${top}px;inset-inline-start:${offset}px;inline-size:${width}px;block-size:${height}px`;
