/** Many pictures as one file: one at a time, known to the gallery for as long as it is under way. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { downloadZip } from "../../frontend/gallery/zip-download.ts";
import { createGallery } from "../../frontend/studio/image-lists.ts";
import { pictureText } from "../../frontend/text/gallery.ts";
import { entriesOf } from "../zip.ts";
import { generation, later, setUp } from "./support.ts";

const pictures = ["a", "b"].map((id) => generation(id, { status: "succeeded", prompt: `picture ${id}` }));

/** A file on disk, which the user chooses with this. */
function disk() {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const aborted = vi.fn();
  const createWritable = async () =>
    new WritableStream<Uint8Array<ArrayBuffer>>({
      write: (chunk) => void chunks.push(chunk),
      abort: aborted,
    });
  return {
    aborted,
    picker: vi.fn(async () => ({ createWritable })),
    written: () => new Uint8Array(chunks.flatMap((chunk) => [...chunk])),
  };
}

function open() {
  const { studio } = setUp();
  const gallery = createGallery(studio);
  return { studio, gallery, download: () => downloadZip(studio, gallery, pictures) };
}

const answer = () => new Response("pixels", { headers: { "Content-Type": "image/png" } });
const fetched = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();

beforeEach(() => {
  fetched.mockReset().mockImplementation(async () => answer());
  vi.stubGlobal("fetch", fetched);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

test("of two clicks one is a file", async () => {
  const { picker, written } = disk();
  vi.stubGlobal("showSaveFilePicker", picker);
  const { studio, gallery, download } = open();
  const both = [download(), download()];
  expect(gallery.zip.value, "from the first moment on").toMatchObject({ done: 0, of: 2 });
  await Promise.all(both);
  expect(picker).toHaveBeenCalledOnce();
  expect(fetched).toHaveBeenCalledTimes(2);
  expect(entriesOf(written())).toHaveLength(2);
  expect(studio.toasts.value.at(-1)?.text).toBe(pictureText.packed(2));
  expect(gallery.zip.value).toBeNull();
});

test("the file is chosen in the click itself, whatever has yet to be loaded", async () => {
  const { picker } = disk();
  vi.stubGlobal("showSaveFilePicker", picker);
  const { download } = open();
  const done = download();
  expect(picker).toHaveBeenCalledOnce();
  await done;
});

test("the gallery tells how far it is, and ends it", async () => {
  const { picker, aborted } = disk();
  vi.stubGlobal("showSaveFilePicker", picker);
  const { studio, gallery, download } = open();
  const second = later<Response>();
  fetched.mockResolvedValueOnce(answer()).mockImplementationOnce(async (_, { signal }) => {
    signal?.addEventListener("abort", () => second.resolve(Promise.reject(signal.reason) as never));
    return second.promise;
  });
  const done = download();
  await expect.poll(() => gallery.zip.value?.done).toBe(1);
  gallery.zip.value?.cancel();
  await done;
  expect(gallery.zip.value).toBeNull();
  expect(aborted).toHaveBeenCalledOnce();
  expect(studio.toasts.value).toEqual([]);
});

test("ended while the file is being chosen: nothing is fetched, and the file is let go", async () => {
  const { picker, aborted } = disk();
  const choice = later<Awaited<ReturnType<typeof picker>>>();
  vi.stubGlobal("showSaveFilePicker", () => choice.promise);
  const { studio, gallery, download } = open();
  const done = download();
  gallery.zip.value?.cancel();
  choice.resolve(await picker());
  await done;
  expect(fetched).not.toHaveBeenCalled();
  expect(aborted).toHaveBeenCalledOnce();
  expect(studio.toasts.value).toEqual([]);
  expect(gallery.zip.value).toBeNull();
});

test("who does not choose a file gets none, and can ask again", async () => {
  const { picker } = disk();
  picker.mockRejectedValueOnce(new DOMException("", "AbortError"));
  vi.stubGlobal("showSaveFilePicker", picker);
  const { studio, download } = open();
  await download();
  expect([studio.toasts.value, fetched.mock.calls.length]).toEqual([[], 0]);
  await download();
  expect(studio.toasts.value.at(-1)?.text).toBe(pictureText.packed(2));
});
