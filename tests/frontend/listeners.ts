import { onTestFinished } from "vitest";

/** Removes the listeners that `start` adds to the page when the test is over. */
export function withListeners<T>(start: () => T): T {
  const end = new AbortController();
  onTestFinished(() => end.abort());
  const originals = [window, document].map((target) => [target, target.addEventListener] as const);
  for (const [target, original] of originals) {
    target.addEventListener = (type: string, listener: EventListener, options?: unknown) => {
      const given = typeof options === "object" ? options : { capture: options === true };
      original.call(target, type, listener, { ...given, signal: end.signal });
    };
  }
  try {
    return start();
  } finally {
    for (const [target, original] of originals) target.addEventListener = original;
  }
}
