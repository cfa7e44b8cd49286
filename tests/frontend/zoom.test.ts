import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Bounds,
  boundsOf,
  clampView,
  FIT,
  shownScale,
  toggleZoom,
  zoomAt,
} from "../../frontend/image/zoom.ts";

const STAGE = { width: 1_000, height: 500 };
const large: Bounds = boundsOf(STAGE, { width: 4_000, height: 1_000 }, 1);
const point = fc.record({ x: fc.integer({ min: -500, max: 500 }), y: fc.integer({ min: -250, max: 250 }) });

test("fits: as large as there is room, and says how large that is", () => {
  expect(large.fit).toEqual({ width: 1_000, height: 250 });
  expect(shownScale(FIT, large)).toBe(0.25);
  expect(shownScale(FIT, boundsOf(STAGE, { width: 1_000, height: 500 }, 2)), "on a fine screen").toBe(2);
});

test("a double click goes to the picture's own pixels, and back", () => {
  const close = toggleZoom(FIT, { x: 0, y: 0 }, large);
  expect(shownScale(close, large)).toBe(1);
  expect(toggleZoom(close, { x: 90, y: 10 }, large)).toEqual(FIT);
});

test("where those fit anyway, it goes to twice the size", () => {
  const same = boundsOf(STAGE, { width: 1_000, height: 500 }, 1);
  expect(toggleZoom(FIT, { x: 0, y: 0 }, same).scale).toBe(2);
});

describe("however one zooms and pans", () => {
  test("what is under the finger stays there, unless the picture's edge would leave the stage", () => {
    const at = { x: 100, y: 20 };
    const before = zoomAt(FIT, 3, { x: 0, y: 0 }, large);
    const after = zoomAt(before, 1.2, at, large);
    const under = (view: typeof FIT) => [(at.x - view.x) / view.scale, (at.y - view.y) / view.scale];
    expect(under(after)[0]).toBeCloseTo(under(before)[0] ?? 0, 6);
    expect(under(after)[1]).toBeCloseTo(under(before)[1] ?? 0, 6);
  });

  test("no gap opens that the picture could fill, and it can always come back to fit", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0.05, max: 20, noNaN: true }), point), { maxLength: 12 }),
        (steps) => {
          let view = FIT;
          for (const [factor, at] of steps) {
            view = zoomAt(
              clampView({ ...view, x: view.x + at.x, y: view.y + at.y }, large),
              factor,
              at,
              large,
            );
            const room = {
              x: Math.max(0, (large.fit.width * view.scale - STAGE.width) / 2),
              y: Math.max(0, (large.fit.height * view.scale - STAGE.height) / 2),
            };
            expect(Math.abs(view.x)).toBeLessThanOrEqual(room.x + 1e-6);
            expect(Math.abs(view.y)).toBeLessThanOrEqual(room.y + 1e-6);
          }
          expect(zoomAt(view, 1 / view.scale, { x: 0, y: 0 }, large)).toEqual(FIT);
        },
      ),
    );
  });
});
