import type { ToPage } from "./messages.ts";

/** An open studio, as the service worker sees it. */
export type OpenStudio = {
  visibilityState: string;
  postMessage: (message: ToPage) => void;
  focus: () => Promise<unknown>;
};

/** Shows the page at `path` in a studio that is open, the one in front first; else in a new one. */
export async function showPage(
  path: string,
  studios: readonly OpenStudio[],
  openWindow: (path: string) => Promise<unknown>,
): Promise<void> {
  const studio = studios.find(({ visibilityState }) => visibilityState === "visible") ?? studios[0];
  if (!studio) {
    await openWindow(path);
    return;
  }
  studio.postMessage({ open: path });
  await studio.focus();
}
