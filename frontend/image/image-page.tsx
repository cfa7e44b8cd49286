import { useSignal } from "@preact/signals";
import chevronLeft from "lucide-static/icons/chevron-left.svg?raw";
import chevronRight from "lucide-static/icons/chevron-right.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import type { ApiError } from "../api/result.ts";
import { outputIn, outputPath } from "../../worker/shared/output-path.ts";
import { routerPart } from "../browser/router.ts";
import { apiPart } from "../studio/api-part.ts";
import { connectionPart } from "../studio/session/connection.ts";
import { ratioOf } from "../studio/images/generation.ts";
import { galleryStatePart } from "../studio/images/gallery-state.ts";
import { generationsPart } from "../studio/images/generations.ts";
import type { ImageList } from "../studio/images/image-list.ts";
import { loadGeneration } from "../studio/images/load-generation.ts";
import { toastsPart } from "../studio/toasts.ts";
import { pendingDeletionsPart } from "../studio/images/pending-deletions.ts";
import { shortcutsPart } from "../studio/shortcuts.ts";
import { errors } from "../text/errors.ts";
import { imageText } from "../text/image.ts";
import { Dialog } from "../ui/dialog.tsx";
import { focusFallback } from "../ui/focus.ts";
import { Icon } from "../ui/icon.tsx";
import { usePart } from "../ui/parts.ts";
import { useImageActions } from "./actions.ts";
import { Details } from "./details.tsx";
import { handleImageKey } from "./keyboard.ts";
import { preloadImages, type Step, stepsFrom, useNeighbors } from "./neighbors.ts";
import { Placeholder, ViewerMessage } from "./placeholder.tsx";
import type { ZoomControls } from "./use-zoom.ts";
import { ZoomableImage } from "./zoomable-image.tsx";

export { CompareDialog } from "./compare-dialog.tsx";
export { ShareDialog } from "./share-dialog.tsx";

/** `toasts`: the toasts, rendered inside because a modal dialog covers all else. */
type Props = { id: string; toasts: ComponentChildren };

/** One image in full, over the page that it was opened from. */
export function ImagePage({ id, toasts }: Props) {
  const router = usePart(routerPart);
  const { show } = usePart(toastsPart);
  const pendingDeletions = usePart(pendingDeletionsPart);
  const { isEnabled: areSingleKeysOn } = usePart(shortcutsPart);
  const actions = useImageActions();
  const { generation, error, retry } = useGeneration(id);
  const { list, ...neighbors } = useNeighbors(generation?.id ?? id);
  const zoomControls = useSignal<ZoomControls | null>(null);
  const page = useRef<HTMLDivElement>(null);
  const isStep = useIsStep(id);
  const outputs = generation?.outputs ?? [];
  const wanted = outputIn(router.route.value.imageSearch);
  const shownIndex = outputs[wanted] ? wanted : 0;
  const output = outputs[shownIndex];
  const { previous, next } = stepsFrom(generation, shownIndex, neighbors);

  useLastViewed(id);
  useFocusFallback(list);

  const open = (step: Step | undefined) =>
    step && router.go(outputPath(step.generation.id, step.output), true);

  function remove() {
    if (!generation || !pendingDeletions.add([generation.id])) return;
    const target = neighbors.next ?? neighbors.previous;
    if (target) open({ generation: target, output: 0 });
    else router.closeImage();
  }

  return (
    <Dialog
      label={imageText.dialog(generation?.prompt)}
      class="size-full max-h-full max-w-full overflow-hidden border-0 bg-canvas text-ink"
      isFullscreen
      onClose={router.closeImage}
    >
      {/* Takes the focus at first and on every click beside a control, so that the keys work. */}
      <div
        ref={page}
        class={`grid h-full grid-cols-1 overflow-auto overscroll-contain outline-none ${
          error
            ? "grid-rows-1"
            : "grid-rows-[auto_1fr] lg:grid-cols-[minmax(0,1fr)_23rem] lg:grid-rows-1 lg:overflow-visible"
        }`}
        tabIndex={-1}
        onKeyDown={(event) =>
          handleImageKey(event, {
            actions,
            generation,
            output: shownIndex,
            zoom: zoomControls.peek(),
            areSingleKeysOn: areSingleKeysOn.peek(),
            previous: () => open(previous),
            next: () => open(next),
            remove,
          })
        }
      >
        <div
          class={`relative overflow-hidden ${error ? "" : "bg-sunken max-lg:h-[clamp(14rem,100vw/var(--ratio),66dvh)]"}`}
          style={{ "--ratio": generation ? ratioOf(generation) : 1 }}
        >
          {generation && output && (
            <ZoomableImage
              key={output.url}
              output={output}
              alt={generation.prompt}
              controls={zoomControls}
              onSwipe={(direction) => {
                const forward = document.documentElement.dir === "rtl" ? -1 : 1;
                open(direction === forward ? next : previous);
              }}
              canSwipeDown={() => (page.current?.scrollTop ?? 0) <= 0}
              onClose={router.closeImage}
              onLoaded={() => preloadImages([next, previous])}
              onLoadError={() => show(imageText.loadError)}
            />
          )}
          {generation && !output && <Placeholder generation={generation} />}
          {error && <LoadError error={error} onRetry={retry} />}
          <CloseButton onClick={router.closeImage} />
          <StepButton
            target={previous}
            label={imageText.previous}
            icon={chevronLeft}
            side="start-gutter"
            onStep={open}
          />
          <StepButton
            target={next}
            label={imageText.next}
            icon={chevronRight}
            side="end-gutter"
            onStep={open}
          />
          {generation && outputs.length > 1 && (
            <OutputStrip
              generation={generation}
              index={shownIndex}
              onChoose={(index) => open({ generation, output: index })}
            />
          )}
        </div>
        {generation && (
          <Details generation={generation} outputIndex={shownIndex} actions={actions} onDelete={remove} />
        )}
      </div>
      {generation && (
        <p role="status" class="sr-only">
          {isStep ? generation.prompt : ""}
        </p>
      )}
      {toasts}
    </Dialog>
  );
}

/** The generation with this id, or why there is none. */
function useGeneration(id: string) {
  const api = usePart(apiPart);
  const connection = usePart(connectionPart);
  const generations = usePart(generationsPart);
  const loader = useMemo(
    () => loadGeneration({ api, connection, generations, random: Math.random }, id),
    [id],
  );
  useLayoutEffect(() => loader.run(), [loader]);
  return {
    generation: loader.generation.value,
    error: loader.error.value,
    retry: loader.retry,
  };
}

/** Whether the user has moved here from another image: the page's name says only the first prompt aloud. */
function useIsStep(id: string): boolean {
  const first = useRef(id);
  const hasMoved = useRef(false);
  hasMoved.current ||= id !== first.current;
  return hasMoved.current;
}

function useLastViewed(id: string): void {
  const { lastViewedId } = usePart(galleryStatePart);
  useEffect(() => {
    lastViewedId.value = id;
  }, [id]);
}

/** If the last image of the list was deleted here, its tile, which had the focus before, is gone too. */
function useFocusFallback(list: ImageList | null): void {
  const current = useRef(list);
  current.current = list;
  useLayoutEffect(
    () => () => {
      if (current.current?.shown.peek().length === 0) focusFallback();
    },
    [],
  );
}

function LoadError({ error, onRetry }: { error: ApiError; onRetry: () => void }) {
  if (error.code === "not_found") {
    return (
      <ViewerMessage title={imageText.missing}>
        <p class="text-muted">{imageText.missingWhy}</p>
        <a class="button filled mt-4" href="/gallery">
          {imageText.toGallery}
        </a>
      </ViewerMessage>
    );
  }
  return (
    <ViewerMessage title={errors.sentence(error.code)} isAlert>
      <button type="button" class="button filled mt-4" onClick={onRetry}>
        {imageText.tryAgain}
      </button>
    </ViewerMessage>
  );
}

function CloseButton({ onClick }: { onClick: () => void }) {
  return (
    <button
      type="button"
      class="button round glass absolute start-gutter top-safe-top z-mark"
      aria-label={imageText.close}
      title={imageText.close}
      onClick={onClick}
    >
      <Icon svg={x} />
    </button>
  );
}

type StepButtonProps = {
  target: Step | undefined;
  label: string;
  icon: string;
  side: "start-gutter" | "end-gutter";
  onStep: (target: Step | undefined) => void;
};

/** Invisible but there at either end, so that the focus is not lost, and on touch screens, where a finger swipes. */
function StepButton({ target, label, icon, side, onStep }: StepButtonProps) {
  return (
    <button
      type="button"
      class={`button round glass absolute inset-y-0 my-auto h-fit ${side} aria-disabled:not-focus-visible:opacity-0 touch:not-focus-visible:pointer-events-none touch:not-focus-visible:opacity-0 [[dir=rtl]_&_svg]:[scale:-1_1]`}
      aria-label={label}
      title={label}
      aria-disabled={!target}
      onClick={() => onStep(target)}
    >
      <Icon svg={icon} />
    </button>
  );
}

type OutputStripProps = { generation: Generation; index: number; onChoose: (index: number) => void };

/** The images of a generation that has several. */
function OutputStrip({ generation: { outputs }, index, onChoose }: OutputStripProps) {
  return (
    <ul
      aria-label={imageText.outputs}
      class="absolute start-gutter bottom-3 flex gap-1.5 rounded-md bg-scrim p-1.5"
    >
      {outputs.map(({ url, thumbnailUrl, width, height }, at) => (
        <li key={url}>
          <button
            type="button"
            class="block size-12 overflow-hidden rounded-sm border-2 border-transparent opacity-70 hover:opacity-100 aria-[current=true]:border-on-image aria-[current=true]:opacity-100"
            aria-label={imageText.output(at + 1, outputs.length)}
            aria-current={at === index}
            onClick={() => onChoose(at)}
          >
            <img src={thumbnailUrl} width={width} height={height} alt="" class="size-full object-cover" />
          </button>
        </li>
      ))}
    </ul>
  );
}
