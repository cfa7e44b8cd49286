import type { Generation } from "../../worker/contract.ts";
import { dayBefore } from "../studio/filters.ts";
import type { Gallery } from "../studio/image-lists.ts";
import type { Studio } from "../studio/studio.ts";
import type { Target } from "./zip.ts";
import { pictureText } from "../text/gallery.ts";
import { saveFile } from "../browser/save-file.ts";

const packer = () => import("./zip.ts");

/** Loads the code before the click; a failed load is retried with the click. */
export const preloadZip = () => void packer().catch(() => {});

/** Saves these images as one file and reports the result; does nothing while another download runs. */
export async function downloadZip(
  studio: Studio,
  { zip }: Pick<Gallery, "zip">,
  generations: readonly Generation[],
): Promise<void> {
  if (zip.peek()) return;
  const ending = new AbortController();
  // Set before the first await, so that the second click of a double click finds it.
  zip.value = {
    done: 0,
    of: generations.reduce((sum, { outputs }) => sum + outputs.length, 0),
    cancel: () => ending.abort(),
  };
  const name = `pictures-${dayBefore(Date.now(), 0)}.zip`;
  let target: Target | null = null;
  let part: Awaited<ReturnType<typeof packer>> | undefined;
  try {
    // First: the browser opens its dialog only right after a click.
    target = await chooseTarget(name);
    part = await packer();
    ending.signal.throwIfAborted();
    const packing = part.packPictures(generations, {
      fetch: (path, init) => fetch(path, init),
      signal: ending.signal,
      onProgress(done) {
        if (zip.value) zip.value = { ...zip.value, done };
      },
    });
    const held = await part.saveZip(packing, target, ending.signal);
    if (held) await saveFile(studio.notify, new File([held], name, { type: held.type }));
    const missing = packing.missing();
    const saved = packing.count - missing;
    studio.notify(missing > 0 ? pictureText.packedWithout(saved, missing) : pictureText.packed(saved));
  } catch (error) {
    if (part && error instanceof part.TooLarge) {
      studio.notify(pictureText.packTooLarge(part.MAX_HELD_BYTES));
    }
    // The user canceled, here or in the browser's dialog.
    else if (!(error instanceof DOMException && error.name === "AbortError")) {
      studio.notify(pictureText.notPacked);
    }
    ending.abort();
    // Still open if it failed before the first byte.
    target?.abort().catch(() => {});
  } finally {
    zip.value = null;
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
