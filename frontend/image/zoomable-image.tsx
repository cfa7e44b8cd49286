import { type Signal, useSignal } from "@preact/signals";
import maximize from "lucide-static/icons/maximize.svg?raw";
import zoomIn from "lucide-static/icons/zoom-in.svg?raw";
import zoomOut from "lucide-static/icons/zoom-out.svg?raw";
import { useRef } from "preact/hooks";
import type { Output } from "../../worker/api/schemas/generation.ts";
import { imageText } from "../text/image.ts";
import { Icon } from "../ui/icon.tsx";
import { useZoom, ZOOM_STEP, type ZoomControls } from "./use-zoom.ts";
import { displayScale, FIT, type Point, type Transform } from "./zoom.ts";

const CENTER: Point = { x: 0, y: 0 };

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

/** An image that fills its stage and can be enlarged, with its zoom buttons. */
export function ZoomableImage(props: Props) {
  const { output, alt, controls, onLoaded, onLoadError } = props;
  const stage = useRef<HTMLDivElement>(null);
  const view = useSignal(FIT);
  const drag = useSignal<Point>(CENTER);
  const hasFailed = useRef(false);
  const { transform, bounds } = useZoom({
    stage,
    output,
    view,
    controls,
    drag: (offset) => {
      drag.value = offset;
    },
    swipe: props.onSwipe,
    canSwipeDown: props.canSwipeDown,
    onClose: props.onClose,
  });
  const { scale, x, y } = transform.value;
  const isFitting = scale === 1;
  const offset = isFitting ? drag.value : CENTER;
  return (
    <>
      <div
        ref={stage}
        data-zoomed={!isFitting || undefined}
        class={`absolute inset-0 select-none lg:p-6 ${isFitting ? "[touch-action:pan-y]" : "cursor-grab touch-none active:cursor-grabbing"}`}
      >
        <ScaledImage
          output={output}
          alt={alt}
          transform={{ scale, x: x + offset.x, y: y + offset.y }}
          onLoad={onLoaded}
          onError={() => {
            if (!hasFailed.current) onLoadError();
            hasFailed.current = true;
          }}
        />
      </div>
      <div class="absolute end-gutter bottom-3">
        <ZoomButtons
          scale={bounds.value && displayScale(transform.value, bounds.value)}
          isFitting={isFitting}
          controls={controls}
        />
      </div>
    </>
  );
}

type ScaledImageProps = {
  output: Output;
  alt: string;
  transform: Transform;
  onLoad?: () => void;
  onError?: () => void;
};

/** An image as large as its stage allows, moved and enlarged. Its thumbnail is visible until the original has loaded. */
export function ScaledImage({ output, alt, transform, onLoad, onError }: ScaledImageProps) {
  const { url, thumbnailUrl, width, height } = output;
  const { scale, x, y } = transform;
  const image = {
    width,
    height,
    // With a mouse the fitting image can be dragged out of the page; a finger swipes, and the enlarged image is moved.
    draggable: scale === 1 && matchMedia("(hover: hover)").matches,
    "data-viewer-image": "",
    // The box has the size of the displayed image: a view transition animates it from and to the tile.
    class: `col-start-1 row-start-1 aspect-(--ratio) h-auto w-[min(100cqi,100cqb*var(--ratio))] max-w-none place-self-center ${scale === 1 ? "cursor-zoom-in" : ""}`,
  };
  return (
    <div
      class="grid size-full [container-type:size]"
      style={{ "--ratio": width / height, transform: `translate(${x}px, ${y}px) scale(${scale})` }}
    >
      <img {...image} src={thumbnailUrl} alt="" />
      <img {...image} src={url} alt={alt} onLoad={onLoad} onError={onError} />
    </div>
  );
}

type ZoomButtonsProps = {
  /** null: not shown, and until the stage has been measured. */
  scale: number | null;
  isFitting: boolean;
  controls: Signal<ZoomControls | null>;
};

export function ZoomButtons({ scale, isFitting, controls }: ZoomButtonsProps) {
  const toggleLabel = isFitting ? imageText.zoomFull() : imageText.zoomFit;
  return (
    <div class="flex gap-1.5">
      <StepButton
        label={imageText.zoomOut}
        icon={zoomOut}
        onClick={() => controls.peek()?.zoom(1 / ZOOM_STEP)}
      />
      <button
        type="button"
        class="button small glass"
        title={toggleLabel}
        onClick={() => controls.peek()?.toggle()}
      >
        <Icon svg={maximize} />
        {scale !== null && <span class="nums">{imageText.zoom(scale)}</span>}
        <span class="sr-only">{toggleLabel}</span>
      </button>
      <StepButton label={imageText.zoomIn} icon={zoomIn} onClick={() => controls.peek()?.zoom(ZOOM_STEP)} />
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
