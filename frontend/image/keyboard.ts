import type { Generation } from "../../worker/api/schemas/generation.ts";
import { isComposing } from "../browser/composition.ts";
import { keyOf } from "../browser/keys.ts";
import type { ImageActions } from "./actions.ts";
import { downloadImage } from "./download.ts";
import { ZOOM_STEP, type ZoomControls } from "./use-zoom.ts";

/** Any other held key acts once: a held Delete would delete one image after the other. */
const MAY_BE_HELD = /^(Arrow|[-+=]$)/;

type KeyboardContext = {
  actions: ImageActions;
  generation: Generation | undefined;
  /** The index of the output on the stage. */
  output: number;
  zoom: ZoomControls | null;
  /** False: the user has turned off the shortcuts without a modifier. */
  areSingleKeysOn: boolean;
  previous: () => void;
  next: () => void;
  remove: () => void;
};

/** Handles the keys of the image page; the browser handles all others. */
export function handleImageKey(event: KeyboardEvent, context: KeyboardContext): void {
  if (event.target instanceof HTMLInputElement || isComposing(event)) return;
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const key = keyOf(event);
  if (event.repeat && !MAY_BE_HELD.test(key)) return;
  if (key.length === 1 && !context.areSingleKeysOn) return;
  const isHandled =
    event.shiftKey && key.startsWith("Arrow") ? panByKey(key, context.zoom) : handleKey(key, context);
  if (isHandled) event.preventDefault();
}

export function panByKey(key: string, zoom: ZoomControls | null): boolean {
  const steps = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  const [x = 0, y = 0] = steps[key as keyof typeof steps] ?? [];
  zoom?.pan(x, y);
  return true;
}

/** Whether the key does something here. */
function handleKey(key: string, context: KeyboardContext): boolean {
  const { zoom, previous, next, remove } = context;
  const isRtl = document.documentElement.dir === "rtl";
  const handlers: Record<string, () => void> = {
    ArrowLeft: isRtl ? next : previous,
    ArrowRight: isRtl ? previous : next,
    z: () => zoom?.toggle(),
    "+": () => zoom?.zoom(ZOOM_STEP),
    "=": () => zoom?.zoom(ZOOM_STEP),
    "-": () => zoom?.zoom(1 / ZOOM_STEP),
    Delete: remove,
    Backspace: remove,
    ...actionKeys(context),
  };
  const handler = Object.hasOwn(handlers, key) ? handlers[key] : undefined;
  handler?.();
  return handler !== undefined;
}

function actionKeys({ actions, generation, output }: KeyboardContext): Record<string, () => void> {
  if (!generation) return {};
  const settings = { e: () => actions.edit(generation), r: () => actions.again(generation) };
  const shown = generation.outputs[output];
  if (generation.status !== "succeeded" || !shown) return settings;
  return {
    ...settings,
    f: () => actions.toggleFavorite(generation),
    d: () => downloadImage(shown),
    s: () => actions.share(generation, output),
  };
}
