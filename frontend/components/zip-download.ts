import type { Signal } from "@preact/signals";
import type { Generation } from "../../worker/contract.ts";
import { dayBefore } from "../state/filters.ts";
import type { Studio } from "../state/studio.ts";
import { pictureText } from "../text/pictures.ts";

/** A zip file under way. */
export type ZipProgress = { done: number; of: number; cancel: () => void };

/** Saves these pictures as one file and says how it went. `progress` is null before and after. */
export async function downloadZip(
  studio: Studio,
  generations: readonly Generation[],
  progress: Signal<ZipProgress | null>,
): Promise<void> {
  if (progress.value) return;
  const { chooseTarget, MAX_HELD_BYTES, packPictures, saveZip, TooLarge } = await import("../state/zip.ts");
  const name = `pictures-${dayBefore(Date.now(), 0)}.zip`;
  const ending = new AbortController();
  try {
    const target = await chooseTarget(name);
    const packing = packPictures(generations, {
      fetch: (path, init) => fetch(path, init),
      signal: ending.signal,
      onProgress(done) {
        if (progress.value) progress.value = { ...progress.value, done };
      },
    });
    progress.value = { done: 0, of: packing.count, cancel: () => ending.abort() };
    const held = await saveZip(packing, target, ending.signal);
    if (held) offer(held, name);
    const missing = packing.missing();
    const saved = packing.count - missing;
    studio.toast.value = missing > 0 ? pictureText.packedWithout(saved, missing) : pictureText.packed(saved);
  } catch (error) {
    if (error instanceof TooLarge) studio.toast.value = pictureText.packTooLarge(MAX_HELD_BYTES);
    // Given up by the user, in the browser's own dialog or here: nothing to tell.
    else if (!(error instanceof DOMException && error.name === "AbortError")) {
      studio.toast.value = pictureText.notPacked;
    }
    ending.abort();
  } finally {
    progress.value = null;
  }
}

/** Gives a file that the browser holds to whoever asked for it. */
export function offer(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The download has its own hold on it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
