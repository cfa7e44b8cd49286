import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Bounds,
  boundsOf,
  clampTransform,
  displayScale,
  FIT,
  toggleZoom,
  transformOf,
  viewOf,
  zoomAt,
} from "../../frontend/image/zoom.ts";

const STAGE = { width: 1_000, height: 500 };
const large: Bounds = boundsOf(STAGE, { width: 4_000, height: 1_000 }, 1);
const point = fc.record({ x: fc.integer({ min: -500, max: 500 }), y: fc.integer({ min: -250, max: 250 }) });

test("fits the stage, and computes the displayed scale", () => {
  expect(large.fit).toEqual({ width: 1_000, height: 250 });
  expect(displayScale(FIT, large)).toBe(0.25);
  expect(displayScale(FIT, boundsOf(STAGE, { width: 1_000, height: 500 }, 2)), "on a fine screen").toBe(2);
});

test("a double click shows the image's own pixels, and back", () => {
  const close = toggleZoom(FIT, { x: 0, y: 0 }, large);
  expect(displayScale(close, large)).toBe(1);
  expect(toggleZoom(close, { x: 90, y: 10 }, large)).toEqual(FIT);
});

test("a double click doubles the size if the own pixels fit anyway", () => {
  const same = boundsOf(STAGE, { width: 1_000, height: 500 }, 1);
  expect(toggleZoom(FIT, { x: 0, y: 0 }, same).scale).toBe(2);
});

test("a view shows the same part of an image of another size", () => {
  const small = boundsOf({ width: 400, height: 200 }, { width: 2_000, height: 500 }, 1);
  const zoomed = zoomAt(FIT, 3, { x: 300, y: 20 }, large);
  const other = transformOf(viewOf(zoomed, large), small);
  expect(transformOf(viewOf(zoomed, large), large)).toEqual(zoomed);
  expect(other.scale).toBe(3);
  expect(other.x / small.fit.width).toBeCloseTo(zoomed.x / large.fit.width, 9);
});

test("a view is limited by each image's own bounds", () => {
  const view = { scale: 1_000, x: 90, y: 90 };
  expect(transformOf(view, large)).toEqual(clampTransform(transformOf(view, large), large));
  expect(transformOf(view, null), "before the stage is measured").toEqual(FIT);
});

describe("after any zooming and panning", () => {
  test("the point under the finger stays there, unless the image's edge would leave the stage", () => {
    const at = { x: 100, y: 20 };
    const before = zoomAt(FIT, 3, { x: 0, y: 0 }, large);
    const after = zoomAt(before, 1.2, at, large);
    const under = (view: typeof FIT) => [(at.x - view.x) / view.scale, (at.y - view.y) / view.scale];
    expect(under(after)[0]).toBeCloseTo(under(before)[0] ?? 0, 6);
    expect(under(after)[1]).toBeCloseTo(under(before)[1] ?? 0, 6);
  });

  test("no gap opens that the image could fill, and it can fit the stage again", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0.05, max: 20, noNaN: true }), point), { maxLength: 12 }),
        (steps) => {
          let view = FIT;
          for (const [factor, at] of steps) {
            view = zoomAt(
              clampTransform({ ...view, x: view.x + at.x, y: view.y + at.y }, large),
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
