/** Lets the user drag an image out of the page as a file with its download name. */
import { fileNameOf } from "../../worker/shared/file-name.ts";
import { downloadUrl } from "./file-metadata.ts";
import type { KeyValueStore } from "./storage.ts";

type DraggedImage = { id: string; prompt: string; url: string; n: number };

/** By URL. The file's name needs it when the drag starts, and that event cannot wait for a response. */
const mediaTypes = new Map<string, string>();

/** Without a response in time, the browser's own drag gives the file the last part of its URL as name. */
async function learnMediaType(url: string): Promise<void> {
  if (mediaTypes.has(url)) return;
  mediaTypes.set(url, "");
  try {
    const { ok, headers } = await fetch(url, { method: "HEAD" });
    if (ok) mediaTypes.set(url, headers.get("Content-Type") ?? "");
  } catch {
    mediaTypes.delete(url);
  }
}

/** `find`: the image at an element, null where there is none. Only Chromium knows `DownloadURL`. */
export function offerFileDrags(store: KeyValueStore, find: (element: Element) => DraggedImage | null): void {
  document.addEventListener("pointerdown", ({ target, pointerType, button }) => {
    if (pointerType !== "mouse" || button !== 0 || !("userAgentData" in navigator)) return;
    const image = target instanceof Element ? find(target) : null;
    if (image) void learnMediaType(image.url);
  });
  document.addEventListener("dragstart", ({ target, dataTransfer }) => {
    const image = target instanceof Element ? find(target) : null;
    const mediaType = image ? mediaTypes.get(image.url) : "";
    if (!image || !mediaType) return;
    const name = fileNameOf(image, image.n, mediaType);
    const url = new URL(downloadUrl(store, image.url), location.href).href;
    dataTransfer?.setData("DownloadURL", `${mediaType}:${name}:${url}`);
  });
}
