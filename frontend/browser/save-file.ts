/**
 * Saves a file on the user's device. In a home-screen app on iOS a download replaces the app with the file, without a way
 * back: there the file goes to the share sheet, which can save it.
 */
import { actionsText } from "../text/actions.ts";

/** Shows a toast, with a button if `action` is given. */
type ShowToast = (text: string, action?: { label: string; run: () => void }) => unknown;

type IosNavigator = Navigator & { standalone?: boolean };

/** iPadOS calls itself a Mac; a Mac has no touch screen. */
function isIos({ userAgent, maxTouchPoints }: Navigator): boolean {
  return /\biP(?:hone|ad|od)\b/.test(userAgent) || (/\bMacintosh\b/.test(userAgent) && maxTouchPoints > 1);
}

export function isHomeScreenApp(): boolean {
  const { standalone } = navigator as IosNavigator;
  return standalone === true || (isIos(navigator) && matchMedia("(display-mode: standalone)").matches);
}

export async function saveFile(show: ShowToast, file: File): Promise<void> {
  if (isHomeScreenApp()) return shareFile(show, file);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  // The browser reads the file within that time.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function shareFile(show: ShowToast, file: File, isRetry = false): Promise<void> {
  try {
    await navigator.share({ files: [file] });
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    // The user closed the sheet.
    if (name === "AbortError") return;
    // A click counts for a few seconds only, and fetching the file may take longer: ask for another one.
    if (name === "NotAllowedError" && !isRetry) {
      const run = () => void shareFile(show, file, true);
      show(actionsText.fileReady, { label: actionsText.saveFile, run });
    } else {
      show(actionsText.notSaved);
    }
  }
}

let isFetching = false;

/** Fetches the file at `url` and shares it under the name that the Worker gives it. One at a time. */
async function saveFrom(show: ShowToast, url: string): Promise<void> {
  if (isFetching) return;
  isFetching = true;
  try {
    show(actionsText.fetchingFile);
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    const blob = await response.blob();
    const name = nameIn(response.headers.get("Content-Disposition") ?? "");
    void shareFile(show, new File([blob], name, { type: blob.type }));
  } catch {
    show(actionsText.notSaved);
  } finally {
    isFetching = false;
  }
}

function nameIn(disposition: string): string {
  const encoded = /filename\*=UTF-8''([^;]+)/.exec(disposition)?.[1];
  return encoded ? decodeURIComponent(encoded) : (/filename="([^"]+)"/.exec(disposition)?.[1] ?? "image");
}

let showToast: ShowToast | null = null;

function onClick(event: MouseEvent): void {
  const link =
    event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[download]") : null;
  if (!link || !showToast || event.defaultPrevented || link.protocol === "blob:") return;
  event.preventDefault();
  void saveFrom(showToast, link.href);
}

/** In a home-screen app on iOS, `<a download>` opens the share sheet from now on. May be called again. */
export function takeOverDownloads(show: ShowToast): void {
  showToast = isHomeScreenApp() ? show : null;
  if (showToast) document.addEventListener("click", onClick);
}
