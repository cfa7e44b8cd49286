/** An image grows out of its tile when it is opened, and shrinks back into it when it is closed (view transitions). */
import { outputIn, outputPath } from "../../worker/shared/output-path.ts";
import type { Route } from "./router.ts";

const NAME = "image";

/** Runs `move`, a navigation. If it opens or closes a visible image over the same page, animates that image. */
export function transitionImage(move: () => void, from: Route, to: Route): void {
  const route = from.imageId === null ? to : from;
  const id = route.imageId;
  const opensOrCloses = from.page === to.page && (from.imageId === null) !== (to.imageId === null);
  if (!opensOrCloses || id === null || !canAnimate()) return move();
  const path = outputPath(id, outputIn(route.imageSearch));
  const start = findImage(path, from.imageId !== null);
  if (!start) return move();
  let end: HTMLElement | null = null;
  start.style.viewTransitionName = NAME;
  const transition = document.startViewTransition(async () => {
    start.style.viewTransitionName = "";
    move();
    // The new page is rendered in a microtask.
    await new Promise((resolve) => setTimeout(resolve));
    end = findImage(path, to.imageId !== null);
    if (end) end.style.viewTransitionName = NAME;
  });
  // Rejects when the browser skips the animation, as in a hidden tab. The navigation has happened all the same.
  transition.ready.catch(() => {});
  void transition.finished.finally(() => {
    if (end) end.style.viewTransitionName = "";
  });
}

/** Not while the comparison is open, because it covers the tiles. */
const canAnimate = () =>
  "startViewTransition" in document &&
  document.querySelector("[data-compare]") === null &&
  !matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The loaded image in the viewer, or in the tile that links to `path`, if it is in the window. */
function findImage(path: string, isInViewer: boolean): HTMLElement | null {
  const selector = isInViewer ? "[data-viewer-image]" : `a[href="${CSS.escape(path)}"] img`;
  const images = [...document.querySelectorAll<HTMLImageElement>(selector)];
  const image = images.findLast(({ complete, naturalWidth }) => complete && naturalWidth > 0);
  const { top = 0, bottom = 0 } = image?.getBoundingClientRect() ?? {};
  return image && bottom > 0 && top < innerHeight ? image : null;
}
