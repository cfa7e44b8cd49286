/** Where the focus goes from a removed element: to the grid; if it is empty, to the latest Undo; else to what replaces the grid. */
const TARGETS = [
  '.gallery-grid a[tabindex="0"]',
  ".toast:last-child .toast-action",
  ".invitation :is(a, button)",
];

/** Moves the focus there after the next render, unless something else has it by then. */
export function goOn(): void {
  setTimeout(() => {
    if (document.activeElement !== null && document.activeElement !== document.body) return;
    const targets = TARGETS.map((selector) => document.querySelector<HTMLElement>(selector));
    targets.find((target) => target !== null)?.focus({ preventScroll: true });
  });
}
