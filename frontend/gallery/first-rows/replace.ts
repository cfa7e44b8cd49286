/** Replaces the rows that the document shows before the studio has started (script.ts). */

export const FIRST_ROWS_ID = "first-rows";
/** A new element for a loaded image is decoded within a frame or two. One that is still loading is not waited for. */
const DECODE_TIMEOUT_MS = 300;

export const hasFirstRows = () => document.getElementById(FIRST_ROWS_ID) !== null;

export const removeFirstRows = () => document.getElementById(FIRST_ROWS_ID)?.remove();

/**
 * Removes them once `grid` shows the same images, so that no image is missing for a frame. Returns the id of the image
 * whose link has the focus.
 */
export function replaceFirstRows(grid: HTMLElement): string | null {
  const rows = document.getElementById(FIRST_ROWS_ID);
  if (!rows) return null;
  rows.style.pointerEvents = "none";
  const decoded = [...grid.querySelectorAll("img")].map((image) => image.decode());
  const timeout = new Promise((resolve) => {
    setTimeout(resolve, DECODE_TIMEOUT_MS);
  });
  void Promise.race([Promise.allSettled(decoded), timeout]).then(() => rows.remove());
  const focused = rows.contains(document.activeElement) ? document.activeElement : null;
  return focused?.closest("li")?.dataset["id"] ?? null;
}
