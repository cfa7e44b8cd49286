import type { Generation } from "../../worker/contract.ts";
import { toggleFavorite } from "../state/favorites.ts";
import type { Studio } from "../state/studio.ts";
import { downloadPicture } from "./picture-download.ts";
import type { StageControls } from "./stage.tsx";

const ZOOM_STEP = 1.5;
/** Of the others one press is one deed: Delete held down would take one picture after the other. */
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
  undo: () => void;
};

/** What keys do on a picture's page. Those that it does not know stay the browser's. */
export function onPictureKey(event: KeyboardEvent, where: Where): void {
  const { studio, generation, controls } = where;
  if (event.target instanceof HTMLInputElement || event.altKey) return;
  if (event.repeat && !MAY_BE_HELD.test(event.key)) return;
  const rtl = document.documentElement.dir === "rtl";
  if (event.ctrlKey || event.metaKey) {
    if (event.key !== "z") return;
    where.undo();
  } else if (event.shiftKey && event.key.startsWith("Arrow")) {
    const pan = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (pan) controls?.pan(pan[0] ?? 0, pan[1] ?? 0);
  } else if (event.key === "ArrowLeft") (rtl ? where.next : where.previous)();
  else if (event.key === "ArrowRight") (rtl ? where.previous : where.next)();
  else if (event.key === "z") controls?.toggle();
  else if (event.key === "+" || event.key === "=") controls?.zoom(ZOOM_STEP);
  else if (event.key === "-") controls?.zoom(1 / ZOOM_STEP);
  else if (event.key === "Delete") where.remove();
  else if (generation?.status !== "succeeded") return;
  else if (event.key === "f") void toggleFavorite(studio, generation);
  else if (event.key === "d") downloadPicture(generation, where.output);
  else if (event.key === "s") studio.sharing.value = generation;
  else return;
  event.preventDefault();
}
