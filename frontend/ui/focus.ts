/** Where the focus goes from a removed element: to the element with the lowest `data-focus-fallback`. */
const ATTRIBUTE = "data-focus-fallback";

/** Moves the focus there after the next render, unless something else has it by then. */
export function focusFallback(): void {
  setTimeout(() => {
    if (document.activeElement === null || document.activeElement === document.body)
      findFallback()?.focus({ preventScroll: true });
  });
}

/** Of several with the same number the last one. `removed`: what is about to leave the page, with all in it. */
export function findFallback(removed?: Element | null): HTMLElement | null {
  const candidates = [...document.querySelectorAll<HTMLElement>(`[${ATTRIBUTE}]`)];
  const rank = (element: HTMLElement) => Number(element.getAttribute(ATTRIBUTE));
  return candidates
    .filter((element) => !removed?.contains(element))
    .reduce<HTMLElement | null>(
      (best, element) => (best === null || rank(element) <= rank(best) ? element : best),
      null,
    );
}
