/** A picture grows out of its tile when it is opened and shrinks back into it: one sees where it came from. */
import { picturePath, type Route } from "./router.ts";

const NAME = "picture";

/** Carries out a move between pages; where a picture opens or closes over the page that shows it, it is seen to move. */
export function fly(move: () => void, from: Route, to: Route): void {
  const id = from.picture ?? to.picture;
  const crosses = from.page === to.page && (from.picture === null) !== (to.picture === null);
  const start = crosses && id !== null && mayMove() ? shownPicture(id, from.picture !== null) : null;
  if (!start || id === null) return move();
  let end: HTMLElement | null = null;
  start.style.viewTransitionName = NAME;
  const transition = document.startViewTransition(async () => {
    start.style.viewTransitionName = "";
    move();
    // By then it is drawn.
    await new Promise((resolve) => setTimeout(resolve));
    end = shownPicture(id, to.picture !== null);
    if (end) end.style.viewTransitionName = NAME;
  });
  // Skipped, as in a tab that nobody sees: the page is the new one all the same.
  transition.ready.catch(() => {});
  void transition.finished.finally(() => {
    if (end) end.style.viewTransitionName = "";
  });
}

const mayMove = () =>
  "startViewTransition" in document && !matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The picture as it is on the screen now, large or in its tile; null where it is not, or has no pixels yet. */
function shownPicture(id: string, large: boolean): HTMLElement | null {
  const place = large ? ".stage-photo" : `a[href="${CSS.escape(picturePath(id))}"] img`;
  const pictures = [...document.querySelectorAll<HTMLImageElement>(place)];
  const picture = pictures.findLast(({ complete, naturalWidth }) => complete && naturalWidth > 0);
  const { top = 0, bottom = 0 } = picture?.getBoundingClientRect() ?? {};
  return picture && bottom > 0 && top < innerHeight ? picture : null;
}
