/** Many images as one zip file. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { setFileMetadata } from "../../frontend/browser/file-metadata.ts";
import { downloadZip, zipProgress } from "../../frontend/gallery/zip-download.ts";
import { createToasts } from "../../frontend/studio/toasts.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { entriesOf } from "../zip.ts";
import { image, memoryStore } from "./support.ts";

const images = ["a", "b"].map((id) => image(id, { prompt: `image ${id}` }));

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
  const toasts = createToasts();
  const store = memoryStore();
  const texts = () => toasts.all.value.map(({ text }) => text);
  return { store, texts, download: () => downloadZip(toasts, store, images) };
}

const response = () => new Response("pixels", { headers: { "Content-Type": "image/png" } });
const fetched = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();

beforeEach(() => {
  fetched.mockReset().mockImplementation(async () => response());
  vi.stubGlobal("fetch", fetched);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

test("a double click downloads one file", async () => {
  const { picker, written } = disk();
  vi.stubGlobal("showSaveFilePicker", picker);
  const { texts, download } = open();
  const both = [download(), download()];
  expect(zipProgress.value, "at once").toMatchObject({ done: 0, of: 2 });
  await Promise.all(both);
  expect(picker).toHaveBeenCalledOnce();
  expect(fetched).toHaveBeenCalledTimes(2);
  expect(entriesOf(written())).toHaveLength(3);
  expect(texts().at(-1)).toBe(galleryText.zipSaved(2));
  expect(zipProgress.value).toBeNull();
});

test("asks for the file within the click, before the code is loaded", async () => {
  const { picker } = disk();
  vi.stubGlobal("showSaveFilePicker", picker);
  const { download } = open();
  const done = download();
  expect(picker).toHaveBeenCalledOnce();
  await done;
});

test("shows the progress, and can be canceled", async () => {
  const { picker, aborted } = disk();
  vi.stubGlobal("showSaveFilePicker", picker);
  const { texts, download } = open();
  const second = Promise.withResolvers<Response>();
  fetched.mockResolvedValueOnce(response()).mockImplementationOnce(async (_, { signal }) => {
    signal?.addEventListener("abort", () => second.resolve(Promise.reject(signal.reason) as never));
    return second.promise;
  });
  const done = download();
  await expect.poll(() => zipProgress.value?.done).toBe(1);
  zipProgress.value?.cancel();
  await done;
  expect(zipProgress.value).toBeNull();
  expect(aborted).toHaveBeenCalledOnce();
  expect(texts()).toEqual([]);
});

test("canceled while the user chooses a file: fetches nothing, and releases the file", async () => {
  const { picker, aborted } = disk();
  const choice = Promise.withResolvers<Awaited<ReturnType<typeof picker>>>();
  vi.stubGlobal("showSaveFilePicker", () => choice.promise);
  const { texts, download } = open();
  const done = download();
  zipProgress.value?.cancel();
  choice.resolve(await picker());
  await done;
  expect(fetched).not.toHaveBeenCalled();
  expect(aborted).toHaveBeenCalledOnce();
  expect(texts()).toEqual([]);
  expect(zipProgress.value).toBeNull();
});

test("without a chosen file it downloads nothing, and can be repeated", async () => {
  const { picker } = disk();
  picker.mockRejectedValueOnce(new DOMException("", "AbortError"));
  vi.stubGlobal("showSaveFilePicker", picker);
  const { texts, download } = open();
  await download();
  expect([texts(), fetched.mock.calls.length]).toEqual([[], 0]);
  await download();
  expect(texts().at(-1)).toBe(galleryText.zipSaved(2));
});

test("a JSON file beside the images says how each was made", async () => {
  const { picker, written } = disk();
  vi.stubGlobal("showSaveFilePicker", picker);
  fetched.mockImplementationOnce(async () => new Response(null, { status: 404 }));
  await open().download();
  const entries = entriesOf(written());
  expect(entries.map(({ name }) => name)).toEqual(["image-b-b.png", "images.json"]);
  const [, facts] = entries;
  expect(JSON.parse(new TextDecoder().decode(facts?.bytes))).toEqual([
    {
      file: "image-b-b.png",
      id: "b",
      prompt: "image b",
      model: "truefusion-pro",
      options: {},
      createdAt: images[1]?.createdAt,
      completedAt: null,
    },
  ]);
});

test("fetches the files with metadata if the user chose that", async () => {
  const { picker } = disk();
  vi.stubGlobal("showSaveFilePicker", picker);
  const { store, download } = open();
  await download();
  setFileMetadata(store, true);
  await download();
  expect(fetched.mock.calls.map(([path]) => path)).toEqual([
    "/images/a/0",
    "/images/b/0",
    "/images/a/0?download&metadata=1",
    "/images/b/0?download&metadata=1",
  ]);
});

test("each output has a file name of its own", async () => {
  const { picker, written } = disk();
  vi.stubGlobal("showSaveFilePicker", picker);
  const [output] = image("c").outputs;
  if (!output) throw new Error("The image has no output.");
  const outputs = [0, 1, 2, 3].map((n) => ({ ...output, url: `/images/c/${n}` }));
  await downloadZip(createToasts(), memoryStore(), [image("c", { prompt: "a kite", outputs })]);
  expect(entriesOf(written()).map(({ name }) => name)).toEqual([
    "a-kite-c.png",
    "a-kite-c-2.png",
    "a-kite-c-3.png",
    "a-kite-c-4.png",
    "images.json",
  ]);
});
