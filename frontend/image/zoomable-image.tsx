import { type Signal, useSignal } from "@preact/signals";
import maximize from "lucide-static/icons/maximize.svg?raw";
import zoomIn from "lucide-static/icons/zoom-in.svg?raw";
import zoomOut from "lucide-static/icons/zoom-out.svg?raw";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Output } from "../../worker/api/schemas/generation.ts";
import { imageText } from "../text/image.ts";
import { Icon } from "../ui/icon.tsx";
import { listenToGestures } from "./gestures.ts";
import {
  type Bounds,
  boundsOf,
  clampTransform,
  displayScale,
  FIT,
  isOnImage,
  type Point,
  type Transform,
  toggleZoom,
  zoomAt,
} from "./zoom.ts";

/** One step of the keys and buttons. */
export const ZOOM_STEP = 1.5;
const PAN_PX = 80;
const CENTER: Point = { x: 0, y: 0 };

/** What the page's keys do to the image; set while there is one. */
export type ZoomControls = {
  zoom: (factor: number) => void;
  toggle: () => void;
  pan: (x: number, y: number) => void;
};

type Props = {
  output: Output;
  alt: string;
  controls: Signal<ZoomControls | null>;
  onSwipe: (direction: -1 | 1) => void;
  /** Whether the page around the stage is at its top: a finger that moves down has nothing to scroll. */
  canSwipeDown: () => boolean;
  /** A click beside the image, or a swipe down. */
  onClose: () => void;
  onLoaded: () => void;
  /** The first failure to load; the image is then retried automatically. */
  onLoadError: () => void;
};

/** An image that fills its stage and can be enlarged. Its thumbnail is visible until the original has loaded. */
export function ZoomableImage(props: Props) {
  const { output, alt, controls, onLoaded, onLoadError } = props;
  const { url, thumbnailUrl, width, height } = output;
  const stage = useRef<HTMLDivElement>(null);
  const transform = useSignal<Transform>(FIT);
  const bounds = useSignal<Bounds | null>(null);
  const drag = useSignal<Point>(CENTER);
  const hasFailed = useRef(false);
  const latest = useRef(props);
  latest.current = props;

  const change = (next: (transform: Transform, bounds: Bounds) => Transform) => {
    const within = bounds.peek();
    if (within) transform.value = next(transform.peek(), within);
  };
  const zoom = (factor: number, at = CENTER) => change((now, within) => zoomAt(now, factor, at, within));
  const toggle = (at = CENTER) => change((now, within) => toggleZoom(now, at, within));

  // Before the browser paints, so that a quick finger finds the listeners.
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
      change(clampTransform);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    const stop = listenToGestures(element, {
      transform: () => transform.peek(),
      move: (to) => change((_, within) => clampTransform(to, within)),
      zoom,
      toggle,
      drag: (offset) => {
        drag.value = offset;
      },
      swipe: (direction) => latest.current.onSwipe(direction),
      canSwipeDown: () => transform.peek().scale <= 1 && latest.current.canSwipeDown(),
      swipeDown: () => latest.current.onClose(),
      click: (at) => {
        const within = bounds.peek();
        const now = transform.peek();
        if (within && now.scale === 1 && !isOnImage(at, now, within)) latest.current.onClose();
      },
    });
    controls.value = {
      zoom,
      toggle: () => toggle(),
      pan: (x, y) =>
        change((now, within) =>
          clampTransform({ ...now, x: now.x + x * PAN_PX, y: now.y + y * PAN_PX }, within),
        ),
    };
    return () => {
      observer.disconnect();
      stop();
      controls.value = null;
    };
  }, [url]);

  const { scale, x, y } = transform.value;
  const isFitting = scale === 1;
  const offset = isFitting ? drag.value : CENTER;
  const image = {
    width,
    height,
    draggable: false,
    "data-viewer-image": "",
    // The box has the size of the displayed image: a view transition animates it from and to the tile.
    class: `col-start-1 row-start-1 aspect-(--ratio) h-auto w-[min(100cqi,100cqb*var(--ratio))] max-w-none place-self-center ${isFitting ? "cursor-zoom-in" : ""}`,
  };
  return (
    <>
      <div
        ref={stage}
        data-zoomed={!isFitting || undefined}
        class={`absolute inset-0 select-none lg:p-6 ${isFitting ? "[touch-action:pan-y]" : "cursor-grab touch-none active:cursor-grabbing"}`}
      >
        <div
          class="grid size-full [container-type:size]"
          style={{
            "--ratio": width / height,
            transform: `translate(${x + offset.x}px, ${y + offset.y}px) scale(${scale})`,
          }}
        >
          <img {...image} src={thumbnailUrl} alt="" />
          <img
            {...image}
            src={url}
            alt={alt}
            onLoad={onLoaded}
            onError={() => {
              if (!hasFailed.current) onLoadError();
              hasFailed.current = true;
            }}
          />
        </div>
      </div>
      <ZoomButtons
        scale={bounds.value && displayScale(transform.value, bounds.value)}
        isFitting={isFitting}
        onZoom={zoom}
        onToggle={() => toggle()}
      />
    </>
  );
}

type ZoomButtonsProps = {
  /** null until the stage has been measured. */
  scale: number | null;
  isFitting: boolean;
  onZoom: (factor: number) => void;
  onToggle: () => void;
};

function ZoomButtons({ scale, isFitting, onZoom, onToggle }: ZoomButtonsProps) {
  const toggleLabel = isFitting ? imageText.zoomFull() : imageText.zoomFit;
  return (
    <div class="absolute end-gutter bottom-3 flex gap-1.5">
      <StepButton label={imageText.zoomOut} icon={zoomOut} onClick={() => onZoom(1 / ZOOM_STEP)} />
      <button type="button" class="button small glass" title={toggleLabel} onClick={onToggle}>
        <Icon svg={maximize} />
        <span class="nums">{scale === null ? "" : imageText.zoom(scale)}</span>
        <span class="sr-only">{toggleLabel}</span>
      </button>
      <StepButton label={imageText.zoomIn} icon={zoomIn} onClick={() => onZoom(ZOOM_STEP)} />
    </div>
  );
}

/** Not on touch screens, where two fingers zoom. */
function StepButton({ label, icon, onClick }: { label: string; icon: string; onClick: () => void }) {
  return (
    <button
      type="button"
      class="button round small glass touch:hidden"
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Icon svg={icon} />
    </button>
  );
}
