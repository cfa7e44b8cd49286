/** Downloads a selection as one zip file. One at a time: it outlasts the selection and the page that started it. */
import { signal } from "@preact/signals";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { downloadUrl, hasFileMetadata } from "../browser/file-metadata.ts";
import { saveFile } from "../browser/save-file.ts";
import type { KeyValueStore } from "../browser/storage.ts";
import { dayBefore } from "../studio/images/filters.ts";
import type { Toasts } from "../studio/toasts.ts";
import { galleryText } from "../text/gallery.ts";
import type { Target } from "./zip.ts";

export type ZipProgress = { done: number; of: number; cancel: () => void };

/** The download under way. */
export const zipProgress = signal<ZipProgress | null>(null);

const loadZip = () => import("./zip.ts");

/** Loads the code before the click; a failed load is retried with the click. */
export const preloadZip = () => void loadZip().catch(() => {});

/** Saves these images as one file and reports the result; does nothing while another download runs. */
export async function downloadZip(
  { show }: Pick<Toasts, "show">,
  store: KeyValueStore,
  generations: readonly Generation[],
): Promise<void> {
  if (zipProgress.peek()) return;
  const abort = new AbortController();
  // Set before the first await, so that the second click of a double click finds it.
  zipProgress.value = {
    done: 0,
    of: generations.reduce((sum, { outputs }) => sum + outputs.length, 0),
    cancel: () => abort.abort(),
  };
  const name = `images-${dayBefore(Date.now(), 0)}.zip`;
  let target: Target | null = null;
  let module: Awaited<ReturnType<typeof loadZip>> | undefined;
  try {
    // First: the browser opens its dialog only right after a click.
    target = await chooseTarget(name);
    module = await loadZip();
    abort.signal.throwIfAborted();
    const zip = module.zipImages(generations, {
      fetch: (path, init) => fetch(path, init),
      // Without metadata the browser may have the original in its cache.
      fileUrl: (url) => (hasFileMetadata(store) ? downloadUrl(store, url) : url),
      signal: abort.signal,
      onProgress(done) {
        const progress = zipProgress.peek();
        if (progress) zipProgress.value = { ...progress, done };
      },
    });
    const held = await module.saveZip(zip, target, abort.signal);
    if (held) await saveFile(show, new File([held], name, { type: held.type }));
    const missing = zip.missing();
    const saved = zip.count - missing;
    show(missing > 0 ? galleryText.zipSavedWithout(saved, missing) : galleryText.zipSaved(saved));
  } catch (error) {
    if (module && error instanceof module.TooLarge) {
      show(galleryText.zipTooLarge(module.MAX_HELD_BYTES));
    }
    // The user canceled, here or in the browser's dialog.
    else if (!(error instanceof DOMException && error.name === "AbortError")) {
      show(galleryText.zipFailed);
    }
    abort.abort();
    // Still open if it failed before the first byte.
    target?.abort().catch(() => {});
  } finally {
    zipProgress.value = null;
  }
}

/** Asks where to save; null where the browser cannot write to disk. Throws an AbortError if the user cancels. */
async function chooseTarget(name: string): Promise<Target | null> {
  type Picker = (options: object) => Promise<FileSystemFileHandle>;
  const picker = (globalThis as { showSaveFilePicker?: Picker }).showSaveFilePicker;
  if (!picker) return null;
  const types = [{ accept: { "application/zip": [".zip"] } }];
  return (await picker({ suggestedName: name, types })).createWritable() as Promise<Target>;
}
