/**
 * Hands a file to the user. In a home-screen app on iOS a download replaces the app by the file, without a way back:
 * there the file goes to the share sheet, which can save it.
 */
import type { Studio } from "../studio/studio.ts";
import { pictureText } from "../text/gallery.ts";

type IosNavigator = Navigator & { standalone?: boolean };

/** iPadOS calls itself a Mac; a Mac has no touch screen. */
function isIos({ userAgent, maxTouchPoints }: Navigator): boolean {
  return /\biP(?:hone|ad|od)\b/.test(userAgent) || (/\bMacintosh\b/.test(userAgent) && maxTouchPoints > 1);
}

export function isHomeScreenApp(): boolean {
  const { standalone } = navigator as IosNavigator;
  return standalone === true || (isIos(navigator) && matchMedia("(display-mode: standalone)").matches);
}

export async function saveFile(notify: Studio["notify"], file: File): Promise<void> {
  if (isHomeScreenApp()) return shareFile(notify, file);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  // The download has its own reference by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function shareFile(notify: Studio["notify"], file: File, isRetry = false): Promise<void> {
  try {
    await navigator.share({ files: [file] });
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    // The user closed the sheet.
    if (name === "AbortError") return;
    // A click counts for a few seconds only, and fetching the file may take longer: ask for another one.
    if (name === "NotAllowedError" && !isRetry) {
      const run = () => void shareFile(notify, file, true);
      notify(pictureText.fileReady, { label: pictureText.saveFile, run });
    } else {
      notify(pictureText.notSaved);
    }
  }
}

let isFetching = false;

/** Fetches the file at `url` and hands it over under the name that the Worker gives it. One at a time. */
async function saveFrom(notify: Studio["notify"], url: string): Promise<void> {
  if (isFetching) return;
  isFetching = true;
  try {
    notify(pictureText.fetchingFile);
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    const blob = await response.blob();
    const name = nameIn(response.headers.get("Content-Disposition") ?? "");
    void shareFile(notify, new File([blob], name, { type: blob.type }));
  } catch {
    notify(pictureText.notSaved);
  } finally {
    isFetching = false;
  }
}

function nameIn(disposition: string): string {
  const encoded = /filename\*=UTF-8''([^;]+)/.exec(disposition)?.[1];
  return encoded ? decodeURIComponent(encoded) : (/filename="([^"]+)"/.exec(disposition)?.[1] ?? "image");
}

let notifyStudio: Studio["notify"] | null = null;

function onClick(event: MouseEvent): void {
  const link =
    event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[download]") : null;
  if (!link || !notifyStudio || event.defaultPrevented || link.protocol === "blob:") return;
  event.preventDefault();
  void saveFrom(notifyStudio, link.href);
}

/** In a home-screen app on iOS, `<a download>` opens the share sheet from now on. May be called again. */
export function takeOverDownloads(notify: Studio["notify"]): void {
  notifyStudio = isHomeScreenApp() ? notify : null;
  if (notifyStudio) document.addEventListener("click", onClick);
}
