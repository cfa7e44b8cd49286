import { type Signal, useComputed, useSignal } from "@preact/signals";
import heart from "lucide-static/icons/heart.svg?raw";
import maximize from "lucide-static/icons/maximize-2.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Generation, Output } from "../../worker/api/schemas/generation.ts";
import { isComposing } from "../browser/composition.ts";
import { keyOf } from "../browser/keys.ts";
import { imagePath } from "../browser/router.ts";
import { dialogsPart } from "../studio/dialogs.ts";
import { favoritesPart } from "../studio/images/favorites.ts";
import { generationsPart } from "../studio/images/generations.ts";
import { shortcutsPart } from "../studio/shortcuts.ts";
import { commonText } from "../text/common.ts";
import { imageText } from "../text/image.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { usePart } from "../ui/parts.ts";
import { panByKey } from "./keyboard.ts";
import { useZoom, ZOOM_STEP, type ZoomControls } from "./use-zoom.ts";
import { FIT, type View } from "./zoom.ts";
import { ScaledImage, ZoomButtons } from "./zoomable-image.tsx";

/** Side by side; below each other in a window that is higher than wide. Four are always two by two. */
const COLUMNS: Record<number, string> = {
  2: "grid-cols-2 portrait:grid-cols-1",
  3: "grid-cols-3 portrait:grid-cols-1",
  4: "grid-cols-2",
};

/** `toasts`: the toasts, rendered inside because a modal dialog covers all else. */
type Props = { ids: readonly string[]; toasts: ComponentChildren };

/** Two to four images next to each other, which zoom and pan together. */
export function CompareDialog({ ids, toasts }: Props) {
  const dialogs = usePart(dialogsPart);
  const favorites = usePart(favoritesPart);
  const generations = usePart(generationsPart);
  const { isEnabled: areSingleKeysOn } = usePart(shortcutsPart);
  const view = useSignal(FIT);
  const controls = useSignal<ZoomControls | null>(null);
  const shown = useComputed(() =>
    ids.flatMap((id) => (generations.hidden.value.has(id) ? [] : (generations.get(id)?.value ?? []))),
  ).value;
  const close = () => {
    dialogs.compare.value = null;
  };
  useLayoutEffect(() => close, []);
  const isEmpty = shown.length === 0;
  useEffect(() => {
    if (isEmpty) close();
  }, [isEmpty]);

  function onKeyDown(event: KeyboardEvent) {
    if (event.altKey || event.ctrlKey || event.metaKey || isComposing(event)) return;
    const key = keyOf(event);
    const zoom = controls.peek();
    if (!zoom || (key.length === 1 && !areSingleKeysOn.peek())) return;
    if (key.startsWith("Arrow")) panByKey(key, zoom);
    else if (key === "+" || key === "=") zoom.zoom(ZOOM_STEP);
    else if (key === "-") zoom.zoom(1 / ZOOM_STEP);
    else if (key === "z" && !event.repeat) zoom.toggle();
    else if (key === "f" && !event.repeat) {
      const id = event.target instanceof Element && event.target.closest("li")?.dataset["id"];
      if (id) void favorites.toggle(id);
    } else return;
    event.preventDefault();
  }

  return (
    <Dialog
      label={imageText.compare(shown.length)}
      class="size-full max-h-full max-w-full overflow-hidden border-0 bg-canvas text-ink"
      isFullscreen
      onClose={close}
    >
      {/* Takes the focus at first and on every click beside a control, so that the keys work. */}
      <div class="flex h-full flex-col outline-none" tabIndex={-1} data-compare onKeyDown={onKeyDown}>
        <div class="flex flex-none items-center gap-3 px-gutter pt-safe-top pb-2">
          <button
            type="button"
            class="button round quiet -ms-2"
            aria-label={imageText.close}
            title={imageText.close}
            onClick={close}
          >
            <Icon svg={x} />
          </button>
          <h1 class="flex-1 truncate font-semibold">{imageText.compare(shown.length)}</h1>
          <ZoomButtons scale={null} isFitting={view.value.scale === 1} controls={controls} />
        </div>
        <ul class={`grid min-h-0 flex-1 auto-rows-fr gap-px bg-line ${COLUMNS[shown.length] ?? ""}`}>
          {shown.map((generation) => (
            <Pane key={generation.id} generation={generation} view={view} controls={controls} />
          ))}
        </ul>
      </div>
      {toasts}
    </Dialog>
  );
}

type PaneProps = { generation: Generation; view: Signal<View>; controls: Signal<ZoomControls | null> };

function Pane({ generation, view, controls }: PaneProps) {
  const favorites = usePart(favoritesPart);
  const { id, prompt, model, favorite, outputs } = generation;
  const [output] = outputs;
  return (
    <li class="flex min-h-0 min-w-0 flex-col bg-canvas" data-id={id}>
      <div class="relative min-h-0 flex-1 overflow-hidden bg-sunken">
        {output && <Stage output={output} alt={prompt} view={view} controls={controls} />}
      </div>
      <div class="flex flex-none items-center gap-1 ps-3 pe-1">
        <p class="min-w-0 flex-1 text-sm">
          {/* As a block it ends, not begins, with the ellipsis in either direction. */}
          <span class="flex">
            <bdi class="truncate">{prompt}</bdi>
          </span>
          <span class="block truncate text-xs text-muted">{commonText.model(model)}</span>
        </p>
        <button
          type="button"
          class="button round quiet favorite"
          aria-label={imageText.favorite}
          title={imageText.favorite}
          aria-pressed={favorite}
          onClick={() => void favorites.toggle(id)}
        >
          <Icon svg={heart} />
        </button>
        <a
          class="button round quiet"
          href={imagePath(id)}
          aria-label={imageText.open(prompt)}
          title={imageText.openShort}
        >
          <Icon svg={maximize} />
        </a>
      </div>
    </li>
  );
}

type StageProps = Pick<PaneProps, "view" | "controls"> & { output: Output; alt: string };

function Stage({ output, alt, view, controls }: StageProps) {
  const stage = useRef<HTMLDivElement>(null);
  const { transform } = useZoom({ stage, output, view, controls });
  const isFitting = transform.value.scale === 1;
  return (
    <div
      ref={stage}
      class={`absolute inset-0 touch-none select-none ${isFitting ? "" : "cursor-grab active:cursor-grabbing"}`}
    >
      <ScaledImage output={output} alt={alt} transform={transform.value} />
    </div>
  );
}
