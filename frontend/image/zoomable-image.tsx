import { type Signal, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import maximize from "lucide-static/icons/maximize.svg?raw";
import zoomIn from "lucide-static/icons/zoom-in.svg?raw";
import zoomOut from "lucide-static/icons/zoom-out.svg?raw";
import type { Output } from "../../worker/contract.ts";
import { type Bounds, boundsOf, clampView, FIT, shownScale, toggleZoom, type View, zoomAt } from "./zoom.ts";
import { pictureText } from "../text/gallery.ts";
import { listenToGestures } from "./gestures.ts";
import { Icon } from "../ui/icon.tsx";

/** One step of the keys and buttons. */
const ZOOM_STEP = 1.5;
const PAN_PX = 80;
const MIDDLE = { x: 0, y: 0 };

/** What the page's keys do to the stage; filled while a picture is on it. */
export type StageControls = {
  zoom: (factor: number) => void;
  toggle: () => void;
  pan: (x: number, y: number) => void;
};

type Props = {
  output: Output;
  alt: string;
  controls: Signal<StageControls | null>;
  onSwipe: (direction: -1 | 1) => void;
  onLoaded: () => void;
  /** Could not be fetched, for the first time; it is fetched again by itself. */
  onLost: () => void;
};

/** A picture as large as there is room, to be looked at closely. The thumbnail is here already; the original comes over it. */
export function Stage({ output, alt, controls, onSwipe, onLoaded, onLost }: Props) {
  const { url, thumbnailUrl, width, height } = output;
  const stage = useRef<HTMLDivElement>(null);
  const view = useSignal<View>(FIT);
  const bounds = useSignal<Bounds | null>(null);
  const drag = useSignal(0);
  const isLost = useRef(false);
  const latest = useRef({ onSwipe });
  latest.current = { onSwipe };

  const change = (make: (view: View, bounds: Bounds) => View) => {
    if (bounds.peek()) view.value = make(view.peek(), bounds.peek() as Bounds);
  };
  const zoom = (factor: number, at = MIDDLE) => change((now, within) => zoomAt(now, factor, at, within));
  const toggle = (at = MIDDLE) => change((now, within) => toggleZoom(now, at, within));

  // Before it is drawn: a finger that is quick finds it listening.
  useLayoutEffect(() => {
    const element = stage.current;
    if (!element) return;
    const measure = () => {
      const { paddingInlineStart, paddingBlockStart } = getComputedStyle(element);
      const room = {
        width: element.clientWidth - 2 * Number.parseFloat(paddingInlineStart || "0"),
        height: element.clientHeight - 2 * Number.parseFloat(paddingBlockStart || "0"),
      };
      if (room.width <= 0 || room.height <= 0) return;
      bounds.value = boundsOf(room, { width, height }, devicePixelRatio);
      change(clampView);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    const stop = listenToGestures(element, {
      view: () => view.peek(),
      move: (to) => change((_, within) => clampView(to, within)),
      zoom,
      toggle,
      drag: (distance) => {
        drag.value = distance;
      },
      swipe: (direction) => latest.current.onSwipe(direction),
    });
    controls.value = {
      zoom,
      toggle: () => toggle(),
      pan: (x, y) =>
        change((now, within) => clampView({ ...now, x: now.x + x * PAN_PX, y: now.y + y * PAN_PX }, within)),
    };
    return () => {
      observer.disconnect();
      stop();
      controls.value = null;
    };
  }, [url]);

  const { scale, x, y } = view.value;
  const fits = scale === 1;
  return (
    <>
      <div ref={stage} class="stage" data-zoomed={!fits || undefined}>
        <div
          class="stage-picture"
          style={{
            "--ratio": width / height,
            transform: `translate(${x + (fits ? drag.value : 0)}px, ${y}px) scale(${scale})`,
          }}
        >
          <img
            class="stage-photo"
            src={thumbnailUrl}
            width={width}
            height={height}
            alt=""
            draggable={false}
          />
          <img
            class="stage-photo"
            src={url}
            width={width}
            height={height}
            alt={alt}
            draggable={false}
            onLoad={onLoaded}
            onError={() => {
              if (!isLost.current) onLost();
              isLost.current = true;
            }}
          />
        </div>
      </div>
      <div class="zoom-controls">
        <button
          type="button"
          class="button round small glass zoom-step"
          aria-label={pictureText.zoomOut}
          title={pictureText.zoomOut}
          onClick={() => zoom(1 / ZOOM_STEP)}
        >
          <Icon svg={zoomOut} />
        </button>
        <button
          type="button"
          class="button small glass"
          title={fits ? pictureText.zoomFull() : pictureText.zoomFit}
          onClick={() => toggle()}
        >
          <Icon svg={maximize} />
          <span class="tabular-nums">
            {bounds.value ? pictureText.zoom(shownScale(view.value, bounds.value)) : ""}
          </span>
          <span class="sr-only">{fits ? pictureText.zoomFull() : pictureText.zoomFit}</span>
        </button>
        <button
          type="button"
          class="button round small glass zoom-step"
          aria-label={pictureText.zoomIn}
          title={pictureText.zoomIn}
          onClick={() => zoom(ZOOM_STEP)}
        >
          <Icon svg={zoomIn} />
        </button>
      </div>
    </>
  );
}
