import type { Point, Transform } from "./zoom.ts";

const SWIPE_PX = 56;
const SWIPE_DOWN_PX = 96;
/** The most that a pointer moves in a tap. */
const TAP_PX = 8;
const DOUBLE_TAP_MS = 300;
const DOUBLE_TAP_PX = 32;

/** Points are measured from the stage's center. */
export type Gestures = {
  transform: () => Transform;
  /** One finger or the mouse moves the enlarged image. */
  move: (transform: Transform) => void;
  /** Two fingers or the wheel. */
  zoom: (factor: number, at: Point) => void;
  /** A double tap or double click. */
  toggle: (at: Point) => void;
  /** A finger moves the fitting image: how far; zero when it is lifted. */
  drag: (offset: Point) => void;
  /** −1 to the image on the left, 1 to the one on the right. */
  swipe: (direction: -1 | 1) => void;
  /** Whether a finger that moves down has nothing to scroll. */
  canSwipeDown: () => boolean;
  swipeDown: () => void;
  click: (at: Point) => void;
};

/** Recognizes pan, pinch, wheel, click, double tap and swipe on the stage until the returned function is called. */
export function listenToGestures(stage: HTMLElement, gestures: Gestures): () => void {
  const pointers = new Map<number, Point>();
  let start: (Point & { transform: Transform }) | null = null;
  let touchStart: Point | null = null;
  let spread = 0;
  let isPinch = false;
  let isTap = false;
  let lastTap = { time: 0, x: 0, y: 0 };

  const fromCenter = ({ x, y }: Point): Point => {
    const { left, top, width, height } = stage.getBoundingClientRect();
    return { x: x - left - width / 2, y: y - top - height / 2 };
  };
  const pointOf = (event: { clientX: number; clientY: number }): Point => ({
    x: event.clientX,
    y: event.clientY,
  });
  const pair = () => {
    const [a, b] = [...pointers.values()];
    return a && b
      ? { center: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, spread: Math.hypot(a.x - b.x, a.y - b.y) }
      : null;
  };
  const begin = () => {
    const [pointer] = [...pointers.values()];
    start = pointer && pointers.size === 1 ? { ...pointer, transform: gestures.transform() } : null;
    spread = pair()?.spread ?? 0;
  };

  function onDown(event: PointerEvent) {
    isTap = false;
    if (event.button !== 0 || (event.target as Element).closest("button, a")) return;
    stage.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, pointOf(event));
    if (pointers.size > 1) isPinch = true;
    begin();
  }

  function onMove(event: PointerEvent) {
    if (!pointers.has(event.pointerId)) return;
    pointers.set(event.pointerId, pointOf(event));
    const two = pair();
    if (two) {
      if (spread > 0) gestures.zoom(two.spread / spread, fromCenter(two.center));
      spread = two.spread;
    } else if (start) {
      const { transform } = start;
      const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
      if (transform.scale > 1) gestures.move({ ...transform, x: transform.x + dx, y: transform.y + dy });
      else if (event.pointerType === "touch" && !isPinch) {
        const isDown = dy > Math.abs(dx) && gestures.canSwipeDown();
        gestures.drag(isDown ? { x: 0, y: dy } : { x: dx, y: 0 });
      }
    }
  }

  function onUp(event: PointerEvent) {
    if (!pointers.delete(event.pointerId)) return;
    const from = start;
    const wasPinch = isPinch;
    if (pointers.size === 0) isPinch = false;
    begin();
    if (!from || wasPinch) return;
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    if (from.transform.scale === 1 && event.pointerType === "touch") {
      gestures.drag({ x: 0, y: 0 });
      if (event.type === "pointerup") {
        const isSideways = Math.abs(dx) > SWIPE_PX && Math.abs(dx) > 1.5 * Math.abs(dy);
        if (isSideways) return gestures.swipe(dx < 0 ? 1 : -1);
        const isDown = dy > SWIPE_DOWN_PX && dy > 1.5 * Math.abs(dx);
        if (isDown && gestures.canSwipeDown()) return gestures.swipeDown();
      }
    }
    if (Math.hypot(dx, dy) > TAP_PX || event.type !== "pointerup") return;
    isTap = true;
    const { time, x, y } = lastTap;
    const isDouble =
      event.timeStamp - time < DOUBLE_TAP_MS &&
      Math.hypot(event.clientX - x, event.clientY - y) < DOUBLE_TAP_PX;
    lastTap = isDouble
      ? { time: 0, x: 0, y: 0 }
      : { time: event.timeStamp, x: event.clientX, y: event.clientY };
    if (isDouble) gestures.toggle(fromCenter(pointOf(event)));
  }

  /** Not on pointerup: closing there would let the click reach the page under the viewer. */
  function onClick(event: MouseEvent) {
    if (isTap && event.detail < 2) gestures.click(fromCenter(pointOf(event)));
    isTap = false;
  }

  function onTouchStart({ touches }: TouchEvent) {
    const [touch] = touches;
    touchStart = touch && touches.length === 1 ? pointOf(touch) : null;
  }

  /** `touch-action: pan-y` leaves vertical movement to the browser. Down, with nothing to scroll, it is a swipe. */
  function onTouchMove(event: TouchEvent) {
    const [touch] = event.touches;
    if (!touch || !touchStart || !event.cancelable) return;
    const [dx, dy] = [touch.clientX - touchStart.x, touch.clientY - touchStart.y];
    if (dy > Math.abs(dx) && gestures.canSwipeDown()) event.preventDefault();
  }

  function onWheel(event: WheelEvent) {
    event.preventDefault();
    // A mouse may count in lines or pages.
    const pixels = event.deltaY * (event.deltaMode === 0 ? 1 : event.deltaMode === 1 ? 16 : 400);
    gestures.zoom(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.002)), fromCenter(pointOf(event)));
  }

  const ending = new AbortController();
  const { signal } = ending;
  stage.addEventListener("pointerdown", onDown, { signal });
  stage.addEventListener("pointermove", onMove, { signal });
  stage.addEventListener("pointerup", onUp, { signal });
  stage.addEventListener("pointercancel", onUp, { signal });
  stage.addEventListener("click", onClick, { signal });
  stage.addEventListener("touchstart", onTouchStart, { signal, passive: true });
  stage.addEventListener("touchmove", onTouchMove, { signal, passive: false });
  stage.addEventListener("wheel", onWheel, { signal, passive: false });
  return () => ending.abort();
}
