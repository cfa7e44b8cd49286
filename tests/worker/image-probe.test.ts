/** Images whose metadata has any legal order and size are stored with their size, in bounded memory. */
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { settingsOf } from "../../worker/config/settings.ts";
import { ingestOutput } from "../../worker/images/ingest.ts";

const MIB = 1024 * 1024;
const upstream = { ...settingsOf(env).skytells, loopback: false, outputHosts: ["skytells.ai"] };

type Bytes = Uint8Array<ArrayBuffer>;

function join(...parts: (ArrayLike<number> | string)[]): Bytes {
  const arrays = parts.map((part) =>
    typeof part === "string" ? Array.from(part, (c) => c.charCodeAt(0)) : part,
  );
  const whole = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    whole.set(array, at);
    at += array.length;
  }
  return whole;
}
const big = (value: number, count: number) =>
  Array.from({ length: count }, (_, n) => Math.floor(value / 256 ** (count - 1 - n)) % 256);
const little = (value: number, count: number) => big(value, count).reverse();
/** Metadata, full of bytes that look like markers. */
const filler = (size: number) => new Uint8Array(size).fill(0xff);

const [WIDTH, HEIGHT] = [640, 480];

const SOF = join([0xff, 0xc2], big(11, 2), [8], big(HEIGHT, 2), big(WIDTH, 2), [1, 1, 0x11, 0]);
const segment = (code: number, content: Bytes) => join([0xff, code], big(content.byteLength + 2, 2), content);
const segments = (code: number, count: number) =>
  join(...Array.from({ length: count }, () => segment(code, filler(65_000))));
/** A whole JPEG as a thumbnail: its frame is not the image's. */
const EXIF = segment(0xe1, join("Exif\0\0", [0xff, 0xd8, 0xff, 0xc0], big(11, 2), [8, 0, 16, 0, 16]));
const jpeg = (...before: Bytes[]) =>
  join([0xff, 0xd8], ...before, SOF, [0xff, 0xda], filler(40), [0xff, 0xd9]);

const chunk = (type: string, content: Bytes) =>
  join(type, little(content.byteLength, 4), content, new Uint8Array(content.byteLength % 2));
const webp = (...chunks: Bytes[]) => {
  const body = join(...chunks);
  return join("RIFF", little(body.byteLength + 4, 4), "WEBP", body);
};
const VP8X = chunk("VP8X", join([0x20, 0, 0, 0], little(WIDTH - 1, 3), little(HEIGHT - 1, 3)));
const VP8 = chunk("VP8 ", join([0, 0, 0, 0x9d, 0x01, 0x2a], little(WIDTH, 2), little(HEIGHT, 2), filler(30)));
const VP8L = chunk("VP8L", join([0x2f], little((WIDTH - 1) | ((HEIGHT - 1) << 14), 4), filler(30)));

const pngChunk = (type: string, content: Bytes) =>
  join(big(content.byteLength, 4), type, content, [0, 0, 0, 0]);
const PNG = join("\x89PNG\r\n\x1a\n", pngChunk("IHDR", join(big(WIDTH, 4), big(HEIGHT, 4), [8, 2, 0, 0, 0])));

const box = (type: string, ...content: Bytes[]) => {
  const body = join(...content);
  return join(big(body.byteLength + 8, 4), type, body);
};
const largeBox = (type: string, content: Bytes) =>
  join(big(1, 4), type, big(content.byteLength + 16, 8), content);
const toTheEnd = (whole: Bytes) => join(big(0, 4), whole.subarray(4));
const full = (type: string, ...content: Bytes[]) => box(type, join([0, 0, 0, 0]), ...content);
const FTYP = box("ftyp", join("mif1", big(0, 4), "mif1", "miaf", "avif"));
const PITM = full("pitm", join(big(2, 2)));
const ispe = (width: number, height: number) => full("ispe", join(big(width, 4), big(height, 4)));
/** Item 1 is a thumbnail; item 2, the primary one, has a color profile before its size. */
const iprp = (profile: number) =>
  box(
    "iprp",
    box("ipco", ispe(16, 16), box("colr", join("prof", filler(profile))), ispe(WIDTH, HEIGHT)),
    full("ipma", join(big(2, 4), big(1, 2), [1, 1], big(2, 2), [2, 0x82, 3])),
  );
const meta = (...boxes: Bytes[]) => full("meta", full("hdlr", join("\0\0\0\0pict")), ...boxes);
const mdat = (size: number) => box("mdat", filler(size));

/** A source that sends `bytes` in pieces of `piece`; `sent` counts them. */
function serve(bytes: Iterable<Bytes>, length: number | null) {
  const counts = { sent: 0 };
  const pieces = bytes[Symbol.iterator]();
  vi.stubGlobal("fetch", async () => {
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const next = pieces.next();
          if (next.done) return controller.close();
          counts.sent += next.value.byteLength;
          controller.enqueue(next.value);
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(body, length === null ? {} : { headers: { "content-length": String(length) } });
  });
  return counts;
}
function* cut(bytes: Bytes, piece: number) {
  for (let at = 0; at < bytes.byteLength; at += piece) yield bytes.slice(at, at + piece);
}
const ingest = (generationId: string) =>
  ingestOutput(env.OUTPUTS, upstream, { userId: "probe", generationId }, 0, "https://skytells.ai/x");
const stored = async (id: string) =>
  (await env.OUTPUTS.list({ prefix: `outputs/probe/${id}/` })).objects.map(({ key, size }) => ({
    key,
    size,
  }));

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("stores an image with its size, whatever metadata comes first", () => {
  it.each<[string, string, Bytes]>([
    ["a JPEG without metadata", "jpg", jpeg()],
    ["a JPEG with 200 KB of C2PA in APP11", "jpg", jpeg(segments(0xeb, 3))],
    ["a JPEG with a long ICC profile in APP2", "jpg", jpeg(segments(0xe2, 20))],
    [
      "a JPEG with large EXIF that holds a thumbnail, and comments",
      "jpg",
      jpeg(EXIF, segments(0xe1, 2), segments(0xfe, 2)),
    ],
    [
      "a JPEG with fill bytes, a lone marker, and stray bytes",
      "jpg",
      jpeg(join([0xff, 0xff, 0xff, 0x01, 1, 2, 3]), EXIF),
    ],
    [
      "a PNG with a large profile and text",
      "png",
      join(PNG, pngChunk("iCCP", filler(300_000)), pngChunk("tEXt", filler(70_000))),
    ],
    [
      "a GIF with a large comment",
      "gif",
      join("GIF89a", little(WIDTH, 2), little(HEIGHT, 2), filler(100_000)),
    ],
    ["a lossy WebP", "webp", webp(VP8)],
    ["a lossless WebP", "webp", webp(VP8L)],
    ["a WebP with a large ICC profile", "webp", webp(VP8X, chunk("ICCP", filler(150_001)), VP8)],
    ["a WebP with metadata before its image", "webp", webp(chunk("ICCP", filler(150_001)), VP8)],
    ["an AVIF", "avif", join(FTYP, meta(PITM, iprp(100)), mdat(1_000))],
    ["an AVIF with meta behind mdat", "avif", join(FTYP, mdat(400_000), meta(PITM, iprp(100)))],
    [
      "an AVIF with meta behind a mdat of 64-bit size",
      "avif",
      join(FTYP, largeBox("mdat", filler(90_000)), meta(PITM, iprp(0))),
    ],
    [
      "an AVIF whose meta reaches to the end",
      "avif",
      join(FTYP, box("free"), mdat(70_000), toTheEnd(meta(PITM, iprp(100)))),
    ],
    [
      "an AVIF with a large profile and data in meta",
      "avif",
      join(FTYP, meta(box("idat", filler(200_000)), PITM, iprp(600_000)), mdat(10)),
    ],
    ["an AVIF that names its primary item last", "avif", join(FTYP, meta(iprp(100_000), PITM), mdat(10))],
  ])("%s", async (_, ext, bytes) => {
    for (const [length, piece] of [
      [bytes.byteLength, 64 * 1024],
      [null, 64 * 1024],
      [null, 997],
    ] as const) {
      serve(cut(bytes, piece), length);
      const id = crypto.randomUUID();
      expect(await ingest(id)).toEqual({ ok: true, output: { n: 0, ext, width: WIDTH, height: HEIGHT } });
      expect(await stored(id)).toEqual([{ key: `outputs/probe/${id}/0.${ext}`, size: bytes.byteLength }]);
    }
  });

  it("reads every format a byte at a time", async () => {
    for (const bytes of [jpeg(EXIF), PNG, webp(VP8X, VP8), join(FTYP, mdat(9), meta(PITM, iprp(9)))]) {
      serve(cut(bytes, 1), null);
      expect(await ingest(crypto.randomUUID())).toMatchObject({
        ok: true,
        output: { width: WIDTH, height: HEIGHT },
      });
    }
  });
});

describe("stores nothing", () => {
  it.each<[string, Bytes]>([
    ["of a JPEG without a frame", join([0xff, 0xd8], segments(0xeb, 2), [0xff, 0xda], filler(100))],
    ["of a JPEG that ends in its metadata", join([0xff, 0xd8], segments(0xeb, 2))],
    ["of a JPEG of no height", jpeg().with(7, 0).with(8, 0) as Bytes],
    ["of a PNG without its header", join("\x89PNG\r\n\x1a\n", pngChunk("IDAT", filler(100)))],
    ["of a GIF of another version", join("GIF88a", little(1, 2), little(1, 2), filler(20))],
    ["of a RIFF file of another kind", join("RIFF", little(100, 4), "WAVE", filler(100))],
    ["of a WebP without an image", webp(chunk("ICCP", filler(100_000)))],
    ["of an AVIF without meta", join(FTYP, mdat(100_000))],
    ["of an AVIF whose primary item has no size", join(FTYP, meta(PITM, box("iprp", box("ipco"))), mdat(10))],
    [
      "of an AVIF with a box larger than its parent",
      join(FTYP, box("meta", join([0, 0, 0, 0], big(900, 4), "free"))),
    ],
    ["of a HEIC", join(box("ftyp", join("heic", big(0, 4), "mif1heic")), meta(PITM, iprp(0)))],
    ["of a page", join("<!doctype html><title>Bad gateway</title>")],
    ["of three bytes", join([0xff, 0xd8, 0xff])],
  ])("%s", async (_, bytes) => {
    for (const length of [bytes.byteLength, null]) {
      serve(cut(bytes, 64 * 1024), length);
      const id = crypto.randomUUID();
      expect(await ingest(id)).toEqual({ ok: false, failure: "invalid", reason: "not_an_image" });
      expect(await stored(id)).toEqual([]);
    }
  });

  it("of an image that is cut off in its metadata: another attempt may be complete", async () => {
    const bytes = jpeg(segments(0xeb, 3));
    serve(cut(bytes.slice(0, 100_000), 64 * 1024), bytes.byteLength);
    const id = crypto.randomUUID();
    expect(await ingest(id)).toMatchObject({ ok: false, failure: "lost" });
    expect(await stored(id)).toEqual([]);
  });
});

describe("endless metadata", () => {
  function* endless(start: Bytes, piece: Bytes) {
    yield start;
    for (;;) yield piece;
  }
  it.each<[string, Bytes, Bytes]>([
    ["in a JPEG", join([0xff, 0xd8]), segment(0xeb, filler(65_000))],
    ["in a WebP", join("RIFF", big(0, 4), "WEBP"), chunk("XMP ", filler(65_000))],
    ["in an AVIF", FTYP, box("free", filler(65_000))],
  ])(
    "%s ends as invalid at the size limit, and holds at most two parts in memory",
    async (_, start, piece) => {
      const source = serve(endless(start, piece), null);
      const id = crypto.randomUUID();
      let [uploaded, held] = [0, 0];
      const upload = { abort: vi.fn(async () => {}), complete: vi.fn(), uploadPart: vi.fn() };
      upload.uploadPart.mockImplementation(async (partNumber: number, bytes: Uint8Array) => {
        held = Math.max(held, source.sent - uploaded);
        uploaded += bytes.byteLength;
        return { partNumber, etag: "" };
      });
      vi.spyOn(Object.getPrototypeOf(env.OUTPUTS), "createMultipartUpload").mockResolvedValue(upload);
      expect(await ingest(id)).toEqual({ ok: false, failure: "invalid", reason: "too_large" });
      expect(source.sent).toBeLessThan(65 * MIB);
      expect(uploaded).toBeGreaterThan(55 * MIB);
      expect(held).toBeLessThan(6 * MIB);
      expect(upload.abort).toHaveBeenCalledOnce();
      expect(upload.complete).not.toHaveBeenCalled();
    },
  );

  it("of tiny segments ends early", async () => {
    const tiny = join(...Array.from({ length: 10_000 }, () => segment(0xeb, join([]))));
    const source = serve(endless(join([0xff, 0xd8]), tiny), null);
    expect(await ingest(crypto.randomUUID())).toEqual({
      ok: false,
      failure: "invalid",
      reason: "not_an_image",
    });
    expect(source.sent).toBeLessThan(8 * MIB);
  });

  it("with a Content-Length is streamed: a slow reader slows the source", async () => {
    const length = 20 * MIB;
    const source = serve(endless(join([0xff, 0xd8]), segment(0xeb, filler(65_000))), length);
    let [read, held] = [0, 0];
    const prototype: R2Bucket = Object.getPrototypeOf(env.OUTPUTS);
    vi.spyOn(prototype, "put").mockImplementation(async (_key, body) => {
      for await (const chunk of body as ReadableStream<Uint8Array>) {
        read += chunk.byteLength;
        held = Math.max(held, source.sent - read);
      }
      throw new Error("R2 has read it all");
    });
    expect(await ingest(crypto.randomUUID())).toMatchObject({ ok: false, failure: "lost" });
    expect(read).toBeGreaterThan(15 * MIB);
    expect(held).toBeLessThan(MIB);
  });
});
