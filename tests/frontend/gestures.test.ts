// What pointers on the viewer's stage do: swipes, taps and clicks.
import { expect, test, vi } from "vitest";
import { listenToGestures } from "../../frontend/image/gestures.ts";
import { boundsOf, FIT, isOnImage, type Point } from "../../frontend/image/zoom.ts";

function setUpStage({ canSwipeDown = true } = {}) {
  const stage = document.createElement("div");
  stage.getBoundingClientRect = () => new DOMRect(0, 0, 400, 800);
  stage.setPointerCapture = () => {};
  const gestures = {
    transform: () => FIT,
    move: vi.fn(),
    zoom: vi.fn(),
    toggle: vi.fn(),
    drag: vi.fn(),
    swipe: vi.fn(),
    canSwipeDown: () => canSwipeDown,
    swipeDown: vi.fn(),
    click: vi.fn<(at: Point) => void>(),
  };
  listenToGestures(stage, gestures);
  const pointer = (type: string, [x, y]: [number, number], pointerType = "touch") =>
    stage.dispatchEvent(
      Object.assign(new MouseEvent(type, { clientX: x, clientY: y }), { pointerId: 1, pointerType }),
    );
  return {
    ...gestures,
    stage,
    move(from: [number, number], to: [number, number]) {
      pointer("pointerdown", from);
      pointer("pointermove", to);
      pointer("pointerup", to);
    },
    /** A click as a mouse makes it; `count`: 2 for the second of a double click. */
    clickAt(at: [number, number], count = 1) {
      pointer("pointerdown", at, "mouse");
      pointer("pointerup", at, "mouse");
      stage.dispatchEvent(new MouseEvent("click", { clientX: at[0], clientY: at[1], detail: count }));
    },
  };
}

/** The browser leaves a touch that moves like this to the page, or scrolls. */
function isScrolled(stage: HTMLElement, to: { x: number; y: number }): boolean {
  const touches = (x: number, y: number) => ({ touches: [{ clientX: x, clientY: y }] });
  stage.dispatchEvent(Object.assign(new Event("touchstart"), touches(200, 200)));
  const move = Object.assign(new Event("touchmove", { cancelable: true }), touches(to.x, to.y));
  stage.dispatchEvent(move);
  return !move.defaultPrevented;
}

test("a swipe down closes; a short one, or one that is sideways, does not", () => {
  const { move, swipeDown, swipe } = setUpStage();
  move([200, 200], [205, 260]);
  move([200, 200], [330, 300]);
  expect(swipeDown).not.toHaveBeenCalled();
  move([200, 200], [205, 340]);
  expect(swipeDown).toHaveBeenCalledOnce();
  expect(swipe).not.toHaveBeenCalled();
});

test("a swipe down where the page is scrolled scrolls it back", () => {
  const scrolled = setUpStage({ canSwipeDown: false });
  scrolled.move([200, 200], [205, 340]);
  expect(scrolled.swipeDown).not.toHaveBeenCalled();
  expect(isScrolled(scrolled.stage, { x: 200, y: 240 })).toBe(true);
});

test("only a touch that moves down is taken from the browser's scrolling", () => {
  const { stage } = setUpStage();
  expect(isScrolled(stage, { x: 200, y: 240 })).toBe(false);
  expect(isScrolled(stage, { x: 200, y: 160 })).toBe(true);
});

test("reports a click with its distance from the center; not the end of a drag, not a second click", () => {
  const { clickAt, move, stage, click } = setUpStage();
  clickAt([10, 400]);
  expect(click.mock.calls).toEqual([[{ x: -190, y: 0 }]]);
  clickAt([10, 400], 2);
  move([200, 400], [300, 400]);
  stage.dispatchEvent(new MouseEvent("click", { clientX: 300, clientY: 400, detail: 1 }));
  expect(click).toHaveBeenCalledOnce();
});

test("tells a point on the image from one beside it", () => {
  const bounds = boundsOf({ width: 400, height: 800 }, { width: 1_000, height: 1_000 }, 1);
  expect(isOnImage({ x: 199, y: 199 }, FIT, bounds)).toBe(true);
  expect(isOnImage({ x: 0, y: 201 }, FIT, bounds)).toBe(false);
});
