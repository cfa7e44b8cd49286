import type { Generation } from "../../worker/contract.ts";
import { dayBefore } from "../state/filters.ts";
import type { Gallery } from "../state/gallery.ts";
import type { Studio } from "../state/studio.ts";
import type { Target } from "../state/zip.ts";
import { pictureText } from "../text/pictures.ts";

const packer = () => import("../state/zip.ts");

/** Ahead of the click; one that fails is tried again with it. */
export const preloadZip = () => void packer().catch(() => {});

/** Saves these pictures as one file and says how it went; does nothing while another one is under way. */
export async function downloadZip(
  studio: Studio,
  { zip }: Pick<Gallery, "zip">,
  generations: readonly Generation[],
): Promise<void> {
  if (zip.peek()) return;
  const ending = new AbortController();
  // Before anything is awaited: of a double click the second finds it.
  zip.value = {
    done: 0,
    of: generations.reduce((sum, { outputs }) => sum + outputs.length, 0),
    cancel: () => ending.abort(),
  };
  const name = `pictures-${dayBefore(Date.now(), 0)}.zip`;
  let target: Target | null = null;
  let part: Awaited<ReturnType<typeof packer>> | undefined;
  try {
    // First of all: a browser opens its dialog for a click only, and forgets that there was one.
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
    if (held) offer(held, name);
    const missing = packing.missing();
    const saved = packing.count - missing;
    studio.notify(missing > 0 ? pictureText.packedWithout(saved, missing) : pictureText.packed(saved));
  } catch (error) {
    if (part && error instanceof part.TooLarge) {
      studio.notify(pictureText.packTooLarge(part.MAX_HELD_BYTES));
    }
    // Given up by the user, in the browser's own dialog or here: nothing to tell.
    else if (!(error instanceof DOMException && error.name === "AbortError")) {
      studio.notify(pictureText.notPacked);
    }
    ending.abort();
    // Still open where it came to nothing before the first byte.
    target?.abort().catch(() => {});
  } finally {
    zip.value = null;
  }
}

/** Asks where to save; null where the browser cannot write to disk. Throws an AbortError where the user would not. */
async function chooseTarget(name: string): Promise<Target | null> {
  type Picker = (options: object) => Promise<FileSystemFileHandle>;
  const picker = (globalThis as { showSaveFilePicker?: Picker }).showSaveFilePicker;
  if (!picker) return null;
  const types = [{ accept: { "application/zip": [".zip"] } }];
  return (await picker({ suggestedName: name, types })).createWritable() as Promise<Target>;
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
