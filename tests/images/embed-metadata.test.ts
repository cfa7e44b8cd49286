/** What other programs read in a downloaded file: real files by sharp, read by ExifReader, decoded again by sharp. */
import ExifReader from "exifreader";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { embedMetadata, type ImageMetadata } from "../../worker/images/embed-metadata.ts";

const WIDTH = 61;
const HEIGHT = 43;

const metadata: ImageMetadata = {
  prompt: 'a fox & a "wolf" <in the snow>\nשועל, 狐, 🦊',
  settings: { "Negative prompt": "text", Seed: "42", Model: "truefusion-pro", "Aspect ratio": "16:9" },
  createdAt: Date.UTC(2026, 10, 28, 12),
};
const parameters = `${metadata.prompt}\nNegative prompt: text, Seed: 42, Model: truefusion-pro, Aspect ratio: 16:9`;

const drawing = (channels: 3 | 4) =>
  sharp({
    create: { width: WIDTH, height: HEIGHT, channels, background: { r: 9, g: 99, b: 199, alpha: 0.5 } },
  });

const files: [name: string, ext: string, make: () => Promise<Buffer>][] = [
  ["a PNG", "png", () => drawing(4).png().toBuffer()],
  ["a JPEG that begins with JFIF", "jpg", () => drawing(3).jpeg().toBuffer()],
  [
    "a JPEG with an Exif segment",
    "jpg",
    () =>
      drawing(3)
        .withExif({ IFD0: { Artist: "A" } })
        .jpeg()
        .toBuffer(),
  ],
  ["a lossy WebP", "webp", () => drawing(3).webp().toBuffer()],
  ["a lossless WebP with alpha", "webp", () => drawing(4).webp({ lossless: true }).toBuffer()],
  [
    "an extended WebP",
    "webp",
    () =>
      drawing(4)
        .withExif({ IFD0: { Artist: "A" } })
        .webp()
        .toBuffer(),
  ],
];

/** The bytes in chunks of `chunkSize`. */
function streamOf(bytes: Uint8Array, chunkSize: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.byteLength) return controller.close();
      controller.enqueue(bytes.slice(at, at + chunkSize));
      at += chunkSize;
    },
  });
}

async function embed(bytes: Uint8Array, ext: string, { chunkSize = 1_000, what = metadata } = {}) {
  const file = {
    body: streamOf(bytes, chunkSize),
    size: bytes.byteLength,
    ext,
    width: WIDTH,
    height: HEIGHT,
  };
  const { body, size } = await embedMetadata(file, what);
  const embedded = new Uint8Array(await new Response(body).arrayBuffer());
  expect(embedded.byteLength).toBe(size);
  return embedded;
}

const pixelsOf = (bytes: Uint8Array) => sharp(bytes).ensureAlpha().raw().toBuffer();

describe.each(files)("%s", (_, ext, make) => {
  it.each([1, 33, 100_000])(
    "carries prompt and settings, and the same pixels (chunks of %i bytes)",
    async (chunkSize) => {
      const original = await make();
      const embedded = await embed(original, ext, { chunkSize });
      const tags = ExifReader.load(embedded.buffer, { expanded: true });
      expect(tags.xmp?.description?.description).toBe(metadata.prompt);
      expect(tags.xmp?.UserComment?.description).toBe(parameters);
      expect(tags.xmp?.CreatorTool?.description).toBe("Image Studio");
      expect(tags.xmp?.CreateDate?.value).toBe("2026-11-28T12:00:00.000Z");
      expect(await sharp(embedded).metadata()).toMatchObject({ width: WIDTH, height: HEIGHT });
      expect(await pixelsOf(embedded)).toEqual(await pixelsOf(original));
    },
  );

  it("is unchanged if it is cut off or something else", async () => {
    const original = await make();
    const cut = original.subarray(0, 1);
    expect(await embed(cut, ext)).toEqual(new Uint8Array(cut));
    const other = new TextEncoder().encode(
      "no image, whatever its name says, for more than sixty-four bytes of it",
    );
    expect(await embed(other, ext)).toEqual(other);
  });
});

it("writes the text chunks that image tools read into a PNG", async () => {
  const embedded = await embed(await drawing(3).png().toBuffer(), "png");
  const { pngText = {} } = ExifReader.load(embedded.buffer, { expanded: true });
  expect(pngText.Description?.description).toBe(metadata.prompt);
  expect(pngText.parameters?.description).toBe(parameters);
});

it("keeps the alpha channel of a lossless WebP", async () => {
  const embedded = await embed(await drawing(4).webp({ lossless: true }).toBuffer(), "webp");
  expect((await sharp(embedded).metadata()).hasAlpha).toBe(true);
});

it("does not change a WebP that has XMP already", async () => {
  const once = await embed(await drawing(3).webp().toBuffer(), "webp");
  expect(await embed(once, "webp")).toEqual(once);
});

it("does not change an AVIF", async () => {
  const avif = await drawing(3).avif().toBuffer();
  expect(await embed(avif, "avif")).toEqual(new Uint8Array(avif));
});

it("writes no character that XML cannot contain", async () => {
  const what = { ...metadata, prompt: "a\0b\x1bc\ud800d" };
  const embedded = await embed(await drawing(3).jpeg().toBuffer(), "jpg", { what });
  const tags = ExifReader.load(embedded.buffer, { expanded: true });
  expect(tags.xmp?.description?.description).toBe("abc\ufffdd");
});

it("does not change a JPEG if the metadata has no room in a segment", async () => {
  const jpeg = await drawing(3).jpeg().toBuffer();
  const what = { ...metadata, prompt: "x".repeat(70_000) };
  expect(await embed(jpeg, "jpg", { what })).toEqual(new Uint8Array(jpeg));
});
