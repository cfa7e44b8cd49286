import type { ToPage } from "./messages.ts";

/** An open page of the studio, as the service worker sees it. */
export type OpenPage = {
  visibilityState: string;
  postMessage: (message: ToPage) => void;
  focus: () => Promise<unknown>;
};

/** Shows `path` in an open page, preferably the visible one; without any in a new window. */
export async function showPage(
  path: string,
  pages: readonly OpenPage[],
  openWindow: (path: string) => Promise<unknown>,
): Promise<void> {
  const page = pages.find(({ visibilityState }) => visibilityState === "visible") ?? pages[0];
  if (!page) {
    await openWindow(path);
    return;
  }
  page.postMessage({ open: path });
  await page.focus();
}
