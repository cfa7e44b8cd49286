import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bottomOf,
  itemBoxes,
  type LayoutOptions,
  layoutRows,
  rowIndexOf,
  rowsWithin,
} from "../../frontend/gallery/justified-rows.ts";

const LAYOUT: LayoutOptions = { width: 1_000, rowHeight: 200, gap: 10 };
const ratiosOf = fc.array(fc.double({ min: 0.4, max: 4, noNaN: true }), { minLength: 1, maxLength: 120 });
const all = (ratios: readonly number[], isOpen = false) =>
  layoutRows(ratios, LAYOUT, { start: 0, end: ratios.length, top: 0, isOpen });

describe("rows", () => {
  test("hold every image once, in order, each in its aspect ratio", () => {
    fc.assert(
      fc.property(ratiosOf, (ratios) => {
        const rows = all(ratios);
        expect(rows.flatMap(({ start, end }) => ratios.slice(start, end))).toEqual(ratios);
        for (const row of rows) {
          for (const [place, { width }] of itemBoxes(row, ratios, LAYOUT.gap).entries()) {
            expect(width / row.height).toBeCloseTo(ratios[row.start + place] ?? 0, 6);
          }
        }
      }),
    );
  });

  test("fill the width to the pixel, except the last one", () => {
    fc.assert(
      fc.property(ratiosOf, (ratios) => {
        const rows = all(ratios);
        for (const row of rows) {
          const last = itemBoxes(row, ratios, LAYOUT.gap).at(-1);
          const right = (last?.offset ?? 0) + (last?.width ?? 0);
          if (row === rows.at(-1)) expect(right).toBeLessThanOrEqual(LAYOUT.width + 0.001);
          else expect(right).toBeCloseTo(LAYOUT.width, 3);
        }
      }),
    );
  });

  test("follow each other with the gap between, about as high as requested", () => {
    fc.assert(
      fc.property(ratiosOf, (ratios) => {
        for (const [index, row] of all(ratios).entries()) {
          const before = all(ratios)[index - 1];
          const top = before ? before.top + before.height + LAYOUT.gap : 0;
          expect(row.top, "in whole pixels").toBe(Math.round(top));
          expect(row.height).toBeLessThanOrEqual(LAYOUT.rowHeight * 1.4);
        }
      }),
      { numRuns: 30 },
    );
  });

  test("do not move when more images follow", () => {
    fc.assert(
      fc.property(ratiosOf, ratiosOf, (ratios, more) => {
        const before = all(ratios, true);
        expect(all([...ratios, ...more], true).slice(0, before.length)).toEqual(before);
      }),
    );
  });

  test("leave out an incomplete last row while more images will follow", () => {
    expect(all([1, 1], true)).toEqual([]);
    expect(all([1, 1])).toEqual([{ start: 0, end: 2, top: 0, height: 200 }]);
    expect(bottomOf(all([1, 1]))).toBe(200);
  });
});

test("finds the visible rows as a search through all of them would", () => {
  fc.assert(
    fc.property(
      ratiosOf,
      fc.integer({ min: -500, max: 9_000 }),
      fc.integer({ min: 1, max: 3_000 }),
      (ratios, from, height) => {
        const rows = all(ratios);
        const [first, last] = rowsWithin(rows, from, from + height);
        expect(rows.slice(first, last)).toEqual(
          rows.filter((row) => row.top + row.height > from && row.top < from + height),
        );
      },
    ),
  );
});

test("finds the row of an item", () => {
  const rows = all([1, 1, 1, 1, 1, 1, 1]);
  expect([-1, 0, 4, 5, 6, 7].map((index) => rowIndexOf(rows, index))).toEqual([-1, 0, 0, 1, 1, -1]);
});
