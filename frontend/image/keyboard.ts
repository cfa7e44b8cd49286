import type { Generation } from "../../worker/contract.ts";
import { toggleFavorite } from "../studio/favorites.ts";
import type { Studio } from "../studio/studio.ts";
import { isComposing } from "../browser/composition.ts";
import { keyOf } from "../browser/keys.ts";
import { singleKeysOn } from "../studio/shortcuts.ts";
import { downloadPicture } from "./download.ts";
import type { StageControls } from "./zoomable-image.tsx";

const ZOOM_STEP = 1.5;
/** Any other held key acts once: a held Delete would delete one image after the other. */
const MAY_BE_HELD = /^(Arrow|[-+=]$)/;

type Where = {
  studio: Studio;
  generation: Generation | null;
  /** Which of its pictures is on the stage. */
  output: number;
  controls: StageControls | null;
  previous: () => void;
  next: () => void;
  remove: () => void;
};

/** Handles the keys of an image's page; the browser handles all others. */
export function onPictureKey(event: KeyboardEvent, where: Where): void {
  const { studio, generation, controls } = where;
  if (event.target instanceof HTMLInputElement || isComposing(event)) return;
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const key = keyOf(event);
  if (event.repeat && !MAY_BE_HELD.test(key)) return;
  if (key.length === 1 && !singleKeysOn(studio.store)) return;
  const rtl = document.documentElement.dir === "rtl";
  if (event.shiftKey && key.startsWith("Arrow")) {
    const pan = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[key];
    if (pan) controls?.pan(pan[0] ?? 0, pan[1] ?? 0);
  } else if (key === "ArrowLeft") (rtl ? where.next : where.previous)();
  else if (key === "ArrowRight") (rtl ? where.previous : where.next)();
  else if (key === "z") controls?.toggle();
  else if (key === "+" || key === "=") controls?.zoom(ZOOM_STEP);
  else if (key === "-") controls?.zoom(1 / ZOOM_STEP);
  else if (key === "Delete" || key === "Backspace") where.remove();
  else if (generation?.status !== "succeeded") return;
  else if (key === "f") void toggleFavorite(studio, generation);
  else if (key === "d") downloadPicture(generation, where.output);
  else if (key === "s") studio.sharing.value = generation;
  else return;
  event.preventDefault();
}
