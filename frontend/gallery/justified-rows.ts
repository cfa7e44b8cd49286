/** Rows of pictures in their true shapes, filled from edge to edge: where each one stands, in pixels. Pure. */

/** Pictures `start` to `end` (not included) stand in it. */
export type Row = { start: number; end: number; top: number; height: number };

export type Frame = {
  width: number;
  /** What a row's height should be about. */
  rowHeight: number;
  gap: number;
};

/** How much higher than asked for a row may get for being filled by fewer pictures. */
const STRETCH = 1.4;

export type Stretch = {
  start: number;
  end: number;
  top: number;
  /** More is to come behind it: a row that is not full is left out until it is, so that nothing moves then. */
  open: boolean;
};

/** Breaks pictures `start` to `end` into rows, downward from `top`. `ratios` are widths over heights. */
export function layRows(ratios: readonly number[], { width, rowHeight, gap }: Frame, part: Stretch): Row[] {
  const rows: Row[] = [];
  let { start } = part;
  let top = Math.round(part.top);
  let sum = 0;
  const heightOf = (ratio: number, count: number) => (width - gap * (count - 1)) / ratio;
  const close = (end: number, height: number) => {
    rows.push({ start, end, top, height });
    // Whole pixels, as one scrolls: a row that moves and is scrolled after is then where it was.
    top = Math.round(top + height + gap);
    start = end;
    sum = 0;
  };
  for (let index = start; index < part.end; index += 1) {
    const ratio = ratios[index] ?? 1;
    const count = index - start + 1;
    const full = heightOf(sum + ratio, count);
    if (full <= rowHeight && count > 1) {
      // Full with this one; perhaps it comes closer to what was asked for without it.
      const without = heightOf(sum, count - 1);
      if (without <= rowHeight * STRETCH && without - rowHeight < rowHeight - full) close(index, without);
    }
    sum += ratio;
    const height = heightOf(sum, index - start + 1);
    if (height <= rowHeight) close(index + 1, height);
  }
  if (start < part.end && !part.open) close(part.end, Math.min(rowHeight, heightOf(sum, part.end - start)));
  return rows;
}

/** Where the rows end. */
export function bottomOf(rows: readonly Row[]): number {
  const last = rows.at(-1);
  return last ? last.top + last.height : 0;
}

/** The rows that lie between two heights, as [first, after the last]. */
export function rowsWithin(rows: readonly Row[], from: number, to: number): [number, number] {
  const first = firstWhere(rows, ({ top, height }) => top + height > from);
  return [
    first,
    Math.max(
      first,
      firstWhere(rows, ({ top }) => top >= to),
    ),
  ];
}

/** The place of the row in which this picture stands; -1 where it stands in none. */
export function rowOf(rows: readonly Row[], index: number): number {
  const row = firstWhere(rows, ({ end }) => end > index);
  return rows[row] && index >= 0 ? row : -1;
}

/** Where a row's pictures stand in it: their distances from its start, and their widths. */
export function boxesOf(
  { start, end, height }: Row,
  ratios: readonly number[],
  gap: number,
): { offset: number; width: number }[] {
  let offset = 0;
  return ratios.slice(start, end).map((ratio) => {
    const box = { offset, width: ratio * height };
    offset += box.width + gap;
    return box;
  });
}

/** The rows are in order, so that halving finds it. */
function firstWhere(rows: readonly Row[], test: (row: Row) => boolean): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row && test(row)) high = middle;
    else low = middle + 1;
  }
  return low;
}
