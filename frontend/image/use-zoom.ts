import { type ReadonlySignal, type Signal, useComputed, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Output } from "../../worker/api/schemas/generation.ts";
import { type Gestures, listenToGestures } from "./gestures.ts";
import {
  type Bounds,
  boundsOf,
  clampTransform,
  isOnImage,
  type Point,
  type Transform,
  toggleZoom,
  transformOf,
  type View,
  viewOf,
  zoomAt,
} from "./zoom.ts";

/** One step of the keys and buttons. */
export const ZOOM_STEP = 1.5;
const PAN_PX = 80;
const CENTER: Point = { x: 0, y: 0 };

/** What the page's keys and buttons do to the image; set while there is one. */
export type ZoomControls = {
  zoom: (factor: number) => void;
  toggle: () => void;
  pan: (x: number, y: number) => void;
};

type Options = Partial<Pick<Gestures, "drag" | "swipe" | "canSwipeDown">> & {
  stage: RefObject<HTMLElement | null>;
  output: Output;
  /** Images that share a view move together. */
  view: Signal<View>;
  controls: Signal<ZoomControls | null>;
  /** A swipe down, or a click beside the image. */
  onClose?: () => void;
};

/** Zooms and pans one image: measures its stage, listens to gestures, and keeps the image within the stage. */
export function useZoom(options: Options): {
  transform: ReadonlySignal<Transform>;
  /** null until the stage is measured. */
  bounds: ReadonlySignal<Bounds | null>;
} {
  const { stage, output, view, controls } = options;
  const { url, width, height } = output;
  const bounds = useSignal<Bounds | null>(null);
  const transform = useComputed(() => transformOf(view.value, bounds.value));
  const latest = useRef(options);
  latest.current = options;

  // Before the browser paints, so that a quick finger finds the listeners.
  useLayoutEffect(() => {
    const element = stage.current;
    if (!element) return;
    const change = (next: (transform: Transform, bounds: Bounds) => Transform) => {
      const within = bounds.peek();
      if (within) view.value = viewOf(next(transform.peek(), within), within);
    };
    const zoom = (factor: number, at = CENTER) => change((now, within) => zoomAt(now, factor, at, within));
    const toggle = (at = CENTER) => change((now, within) => toggleZoom(now, at, within));
    const measure = () => {
      const { paddingInlineStart, paddingBlockStart } = getComputedStyle(element);
      const room = {
        width: element.clientWidth - 2 * Number.parseFloat(paddingInlineStart || "0"),
        height: element.clientHeight - 2 * Number.parseFloat(paddingBlockStart || "0"),
      };
      if (room.width <= 0 || room.height <= 0) return;
      bounds.value = boundsOf(room, { width, height }, devicePixelRatio);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    const stop = listenToGestures(element, {
      transform: () => transform.peek(),
      move: (to) => change((_, within) => clampTransform(to, within)),
      zoom,
      toggle,
      drag: (offset) => latest.current.drag?.(offset),
      swipe: (direction) => latest.current.swipe?.(direction),
      canSwipeDown: () => transform.peek().scale <= 1 && (latest.current.canSwipeDown?.() ?? false),
      swipeDown: () => latest.current.onClose?.(),
      click: (at) => {
        const within = bounds.peek();
        const now = transform.peek();
        if (within && now.scale === 1 && !isOnImage(at, now, within)) latest.current.onClose?.();
      },
    });
    const own: ZoomControls = {
      zoom,
      toggle: () => toggle(),
      pan: (x, y) =>
        change((now, within) =>
          clampTransform({ ...now, x: now.x + x * PAN_PX, y: now.y + y * PAN_PX }, within),
        ),
    };
    controls.value = own;
    return () => {
      observer.disconnect();
      stop();
      if (controls.peek() === own) controls.value = null;
    };
  }, [url]);

  return { transform, bounds };
}
