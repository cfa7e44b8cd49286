import type { View } from "./zoom.ts";

/** So far, in pixels, sideways: a swipe to the neighbour. */
const SWIPE_PX = 56;
const DOUBLE_TAP_MS = 300;
const DOUBLE_TAP_PX = 32;

type Point = { x: number; y: number };

export type Gestures = {
  view: () => View;
  /** Puts the picture there; false while a finger is still at it. */
  move: (view: View) => void;
  /** Two fingers, or the wheel: enlarges around a point measured from the stage's middle. */
  zoom: (factor: number, at: Point) => void;
  toggle: (at: Point) => void;
  /** A finger draws the fitting picture sideways: how far, and 0 when it lets go. */
  drag: (distance: number) => void;
  /** −1 to the left neighbour, 1 to the right one. */
  swipe: (direction: -1 | 1) => void;
};

/** Makes pan, pinch, wheel, double click and swipe of what pointers do on the stage. Answers how to stop. */
export function listenToGestures(stage: HTMLElement, gestures: Gestures): () => void {
  const fingers = new Map<number, Point>();
  let start: (Point & { view: View }) | null = null;
  let spread = 0;
  let pinched = false;
  let lastTap = { time: 0, x: 0, y: 0 };

  const fromMiddle = ({ x, y }: Point): Point => {
    const { left, top, width, height } = stage.getBoundingClientRect();
    return { x: x - left - width / 2, y: y - top - height / 2 };
  };
  const pointOf = (event: MouseEvent): Point => ({ x: event.clientX, y: event.clientY });
  const pair = () => {
    const [a, b] = [...fingers.values()];
    return a && b
      ? { middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, spread: Math.hypot(a.x - b.x, a.y - b.y) }
      : null;
  };
  const begin = () => {
    const [finger] = [...fingers.values()];
    start = finger && fingers.size === 1 ? { ...finger, view: gestures.view() } : null;
    spread = pair()?.spread ?? 0;
  };

  function down(event: PointerEvent) {
    if (event.button !== 0 || (event.target as Element).closest("button, a")) return;
    stage.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, pointOf(event));
    if (fingers.size > 1) pinched = true;
    begin();
  }

  function moved(event: PointerEvent) {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, pointOf(event));
    const two = pair();
    if (two) {
      if (spread > 0) gestures.zoom(two.spread / spread, fromMiddle(two.middle));
      spread = two.spread;
    } else if (start) {
      const { view } = start;
      const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
      if (view.scale > 1) gestures.move({ ...view, x: view.x + dx, y: view.y + dy });
      else if (event.pointerType === "touch" && !pinched) gestures.drag(dx);
    }
  }

  function up(event: PointerEvent) {
    if (!fingers.delete(event.pointerId)) return;
    const from = start;
    const wasPinch = pinched;
    if (fingers.size === 0) pinched = false;
    begin();
    if (!from || wasPinch) return;
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    if (from.view.scale === 1 && event.pointerType === "touch") {
      gestures.drag(0);
      const sideways = Math.abs(dx) > SWIPE_PX && Math.abs(dx) > 1.5 * Math.abs(dy);
      if (sideways && event.type === "pointerup") return gestures.swipe(dx < 0 ? 1 : -1);
    }
    if (Math.hypot(dx, dy) > 8) return;
    const { time, x, y } = lastTap;
    const again =
      event.timeStamp - time < DOUBLE_TAP_MS &&
      Math.hypot(event.clientX - x, event.clientY - y) < DOUBLE_TAP_PX;
    lastTap = again ? { time: 0, x: 0, y: 0 } : { time: event.timeStamp, x: event.clientX, y: event.clientY };
    if (again) gestures.toggle(fromMiddle(pointOf(event)));
  }

  function wheel(event: WheelEvent) {
    event.preventDefault();
    // Lines and pages, where a mouse counts in those.
    const pixels = event.deltaY * (event.deltaMode === 0 ? 1 : event.deltaMode === 1 ? 16 : 400);
    gestures.zoom(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.002)), fromMiddle(pointOf(event)));
  }

  stage.addEventListener("pointerdown", down);
  stage.addEventListener("pointermove", moved);
  stage.addEventListener("pointerup", up);
  stage.addEventListener("pointercancel", up);
  stage.addEventListener("wheel", wheel, { passive: false });
  return () => {
    stage.removeEventListener("pointerdown", down);
    stage.removeEventListener("pointermove", moved);
    stage.removeEventListener("pointerup", up);
    stage.removeEventListener("pointercancel", up);
    stage.removeEventListener("wheel", wheel);
  };
}
