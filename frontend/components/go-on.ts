/**
 * Where the focus goes from what is there no longer: to the grid; where that is empty, to the way back; else to what
 * stands in the grid's place.
 */
const WAYS_ON = ['.gallery-grid a[tabindex="0"]', ".toast-action", ".invitation :is(a, button)"];

/** Takes the focus there, once that is drawn, unless something else has it by then. */
export function goOn(): void {
  setTimeout(() => {
    if (document.activeElement !== null && document.activeElement !== document.body) return;
    const ways = WAYS_ON.map((way) => document.querySelector<HTMLElement>(way));
    ways.find((way) => way !== null)?.focus({ preventScroll: true });
  });
}
