/**
 * Reads an image's type and size from its stream, without decoding it. Metadata of any size and order is skipped, not
 * buffered.
 */
import { avifSize, type Size } from "./avif-size.ts";
import {
  find,
  fourCharacters,
  littleEndian,
  skip,
  take,
  uint16,
  uint32,
  type Walk,
  Walker,
} from "./byte-walk.ts";

export type { Size };

export class ImageProbe {
  /** Known within the first bytes (an AVIF's brands are the longest, `MAX_BRANDS_BYTES`). */
  ext: string | null = null;
  private readonly walker: Walker<Size | null>;

  constructor() {
    this.walker = new Walker(this.read());
  }

  push(chunk: Uint8Array): void {
    this.walker.push(chunk);
  }

  /** Undefined until it is known; null if the bytes are not an image. */
  get size(): Size | null | undefined {
    const { result, isTooLong } = this.walker;
    if (isTooLong) return null;
    return result && (result.width === 0 || result.height === 0) ? null : result;
  }

  private *read(): Walk<Size | null> {
    const first = yield* take(4);
    if (uint32(first, 0) >>> 8 === 0xff_d8_ff) {
      this.ext = "jpg";
      return yield* jpegSize(first[3] ?? 0);
    }
    const start = fourCharacters(first, 0);
    if (start === "\x89PNG") {
      const rest = yield* take(20);
      if (uint32(rest, 0) !== 0x0d_0a_1a_0a || fourCharacters(rest, 8) !== "IHDR") return null;
      this.ext = "png";
      return { width: uint32(rest, 12), height: uint32(rest, 16) };
    }
    if (start === "GIF8") {
      const rest = yield* take(6);
      if ((rest[0] !== 0x37 && rest[0] !== 0x39) || rest[1] !== 0x61) return null;
      this.ext = "gif";
      return { width: littleEndian(rest, 2, 2), height: littleEndian(rest, 4, 2) };
    }
    if (start === "RIFF") {
      if (fourCharacters(yield* take(8), 4) !== "WEBP") return null;
      this.ext = "webp";
      return yield* webpSize();
    }
    if (fourCharacters(yield* take(4), 0) === "ftyp" && (yield* hasAvifBrand(uint32(first, 0)))) {
      this.ext = "avif";
      return yield* avifSize();
    }
    return null;
  }
}

/** `marker`: the second byte of the first one. */
function* jpegSize(marker: number): Walk<Size | null> {
  for (let code = marker; ; ) {
    // Fill bytes 0xFF may precede a marker's code.
    while (code === 0xff) code = (yield* take(1))[0] ?? 0;
    const isFrame = code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
    if (isFrame) {
      const frame = yield* take(7);
      return { height: uint16(frame, 3), width: uint16(frame, 5) };
    }
    // A scan or the end without a frame before it.
    if (code === 0xda || code === 0xd9) return null;
    // Markers without a segment: TEM and the restarts. 0 is a byte 0xFF of something else.
    const isAlone = code <= 0x01 || (code >= 0xd0 && code <= 0xd8);
    if (!isAlone) {
      const length = uint16(yield* take(2), 0);
      if (length < 2) return null;
      yield* skip(length - 2);
    }
    // Decoders skip stray bytes between segments.
    yield* find(0xff);
    code = 0xff;
  }
}

/** https://developers.google.com/speed/webp/docs/riff_container */
function* webpSize(): Walk<Size | null> {
  for (;;) {
    const head = yield* take(8);
    const type = fourCharacters(head, 0);
    const length = littleEndian(head, 4, 4);
    if (type === "VP8X" || type === "VP8 ") {
      if (length < 10) return null;
      const bytes = yield* take(10);
      return type === "VP8X"
        ? { width: littleEndian(bytes, 4, 3) + 1, height: littleEndian(bytes, 7, 3) + 1 }
        : { width: littleEndian(bytes, 6, 2) & 0x3f_ff, height: littleEndian(bytes, 8, 2) & 0x3f_ff };
    }
    if (type === "VP8L") {
      if (length < 5) return null;
      const bytes = yield* take(5);
      const bits = littleEndian(bytes, 1, 4);
      return bytes[0] === 0x2f
        ? { width: (bits & 0x3f_ff) + 1, height: ((bits >>> 14) & 0x3f_ff) + 1 }
        : null;
    }
    // Chunks are padded to an even length.
    yield* skip(length + (length % 2));
  }
}

const AVIF_BRANDS = ["avif", "avis", "avio"];
/** A file names a dozen brands at most; the bytes are held until the type is known. */
const MAX_BRANDS_BYTES = 4_096;

/** Reads the rest of an `ftyp` box of `length` bytes: a brand, a version, further brands. */
function* hasAvifBrand(length: number): Walk<boolean> {
  if (length < 16 || length > MAX_BRANDS_BYTES) return false;
  let isAvif = false;
  let left = length - 8;
  for (; left >= 4; left -= 4) {
    if (AVIF_BRANDS.includes(fourCharacters(yield* take(4), 0))) isAvif = true;
  }
  yield* skip(left);
  return isAvif;
}
