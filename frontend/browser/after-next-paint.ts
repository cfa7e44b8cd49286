/** Longer than a frame takes. */
const PAINT_TIMEOUT_MS = 100;

/** Resolves after the next paint, or after the timeout: a hidden tab does not paint. */
export function afterNextPaint(): Promise<void> {
  return new Promise((resolve) => {
    if (document.hidden) return resolve();
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, PAINT_TIMEOUT_MS);
  });
}
