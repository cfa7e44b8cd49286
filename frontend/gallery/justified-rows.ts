/** Justified layout: rows of items in their own aspect ratios, filled from edge to edge. All lengths in pixels. */

/** Holds the items from `start` up to, but not including, `end`. */
export type Row = { start: number; end: number; top: number; height: number };

export type LayoutOptions = {
  width: number;
  /** The height that rows come close to. */
  rowHeight: number;
  gap: number;
};

/** A row may become this much higher than `rowHeight` so that it is filled by fewer items. */
const MAX_STRETCH = 1.4;

export type RowRange = {
  start: number;
  end: number;
  top: number;
  /** More items will follow: an incomplete last row is left out, because they would move it. */
  isOpen: boolean;
};

/** Breaks the items of a range into rows, downward from `top`. `ratios` are widths over heights. */
export function layoutRows(
  ratios: readonly number[],
  { width, rowHeight, gap }: LayoutOptions,
  range: RowRange,
): Row[] {
  const rows: Row[] = [];
  let { start } = range;
  let top = Math.round(range.top);
  let sum = 0;
  const heightOf = (ratio: number, count: number) => (width - gap * (count - 1)) / ratio;
  const addRow = (end: number, height: number) => {
    rows.push({ start, end, top, height });
    // Whole pixels, like scroll positions: the page can follow a row that moves exactly.
    top = Math.round(top + height + gap);
    start = end;
    sum = 0;
  };
  for (let index = start; index < range.end; index += 1) {
    const ratio = ratios[index] ?? 1;
    const count = index - start + 1;
    const full = heightOf(sum + ratio, count);
    if (full <= rowHeight && count > 1) {
      // The row is full with this item; without it the height may be closer to `rowHeight`.
      const without = heightOf(sum, count - 1);
      if (without <= rowHeight * MAX_STRETCH && without - rowHeight < rowHeight - full) {
        addRow(index, without);
      }
    }
    sum += ratio;
    const height = heightOf(sum, index - start + 1);
    if (height <= rowHeight) addRow(index + 1, height);
  }
  if (start < range.end && !range.isOpen) {
    addRow(range.end, Math.min(rowHeight, heightOf(sum, range.end - start)));
  }
  return rows;
}

export function bottomOf(rows: readonly Row[]): number {
  const last = rows.at(-1);
  return last ? last.top + last.height : 0;
}

/** The rows between two heights, as [first, after the last]. */
export function rowsWithin(rows: readonly Row[], from: number, to: number): [number, number] {
  const first = firstWhere(rows, ({ top, height }) => top + height > from);
  const afterLast = firstWhere(rows, ({ top }) => top >= to);
  return [first, Math.max(first, afterLast)];
}

/** The index of the row that holds this item; -1 if none does. */
export function rowIndexOf(rows: readonly Row[], index: number): number {
  const row = firstWhere(rows, ({ end }) => end > index);
  return rows[row] && index >= 0 ? row : -1;
}

/** The items of a row: their distances from its start, and their widths. */
export function itemBoxes(
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

/** Binary search: the rows are in order. */
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
