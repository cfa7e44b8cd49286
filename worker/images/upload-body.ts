/**
 * The bytes of an uploaded image, checked while they are read: type, size in bytes and pixels, and a complete structure.
 * A body that fails a check throws before its end, so it is never stored.
 */
import { MAX_UPLOAD_BYTES, MAX_UPLOAD_SIDE } from "../config/limits.ts";
import { reasonOf } from "../lib/log.ts";
import { concat } from "../lib/stream.ts";
import { Walker } from "./byte-walk.ts";
import { imageEnd, type UploadType } from "./image-end.ts";
import { ImageProbe, type Size } from "./image-probe.ts";

export type UploadFailure = "too_large" | "other_type" | "not_an_image" | "too_many_pixels" | "interrupted";

export class UploadRejected extends Error {
  readonly failure: UploadFailure;
  constructor(failure: UploadFailure, reason: string = failure) {
    super(reason);
    this.failure = failure;
  }
}

const UPLOAD_TYPES: readonly string[] = ["png", "jpg", "webp"] satisfies UploadType[];
const isUploadType = (ext: string): ext is UploadType => UPLOAD_TYPES.includes(ext);

/** Starts of files of other types. */
const OTHER_STARTS = ["GIF8", "%PDF", "BM", "II*\0", "MM\0*", "PK\x03\x04"];
/** Markup, which includes SVG, perhaps after a byte order mark. */
const MARKUP = /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*</;
const isOtherType = (start: string) =>
  OTHER_STARTS.some((one) => start.startsWith(one)) ||
  start.slice(4, 8) === "ftyp" ||
  MARKUP.test(start.replaceAll("\0", ""));
const HEAD_BYTES = 64;

/** Bytes after the image that cameras write: more JPEGs (MPF), padding, and Samsung's trailer. */
const SAMSUNG_END = "SEFT";
const TAIL_BYTES = 4;

export class UploadBody {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array> | null;
  private readonly probe = new ImageProbe();
  private end: Walker<boolean> | null = null;
  /** Read to find the type, and not returned by `next` yet. */
  private head: Uint8Array[] = [];
  private size = 0;
  /** Of the bytes after the image. */
  private tail = { count: 0, first: new Uint8Array(), last: new Uint8Array(), isPadding: true };

  constructor(body: ReadableStream<Uint8Array> | null) {
    this.reader = body?.getReader() ?? null;
  }

  /** Reads only as far as necessary. */
  async readType(): Promise<UploadType> {
    let start = new Uint8Array();
    while (this.probe.ext === null) {
      const chunk = await this.read();
      if (chunk) start = concat([start, chunk]);
      const text = String.fromCharCode(...start.subarray(0, HEAD_BYTES));
      if (this.probe.ext === null && isOtherType(text)) throw new UploadRejected("other_type");
      if (!chunk || this.probe.size === null) throw new UploadRejected("not_an_image");
      this.probe.push(chunk);
      this.head.push(chunk);
    }
    const { ext } = this.probe;
    if (!isUploadType(ext)) throw new UploadRejected("other_type");
    this.end = new Walker(imageEnd(ext));
    return ext;
  }

  /** The image's bytes, without what follows its end; null when all of it has been read and checked. */
  async next(): Promise<Uint8Array | null> {
    for (;;) {
      const fromHead = this.head.shift();
      const chunk = fromHead ?? (await this.read());
      if (!chunk) {
        this.checkEnd();
        return null;
      }
      if (!fromHead) this.probe.push(chunk);
      this.checkSize();
      const image = chunk.subarray(0, this.end?.push(chunk) ?? 0);
      this.follow(chunk.subarray(image.byteLength));
      if (this.end?.isTooLong || this.end?.result === false) throw new UploadRejected("not_an_image");
      if (image.byteLength > 0) return image;
    }
  }

  /** Known once `next` has returned null. */
  imageSize(): Size {
    const { size } = this.probe;
    if (!size) throw new UploadRejected("not_an_image");
    return size;
  }

  async cancel(): Promise<void> {
    await this.reader?.cancel().catch(() => {});
  }

  private async read(): Promise<Uint8Array | null> {
    const result = await this.reader?.read().catch((error: unknown) => {
      throw new UploadRejected("interrupted", reasonOf(error));
    });
    if (!result || result.done) return null;
    this.size += result.value.byteLength;
    if (this.size > MAX_UPLOAD_BYTES) throw new UploadRejected("too_large");
    return result.value;
  }

  private checkSize(): void {
    const { size } = this.probe;
    if (size === null) throw new UploadRejected("not_an_image");
    if (size && Math.max(size.width, size.height) > MAX_UPLOAD_SIDE)
      throw new UploadRejected("too_many_pixels");
  }

  private follow(bytes: Uint8Array): void {
    const { count, first, last, isPadding } = this.tail;
    this.tail = {
      count: count + bytes.byteLength,
      first: concat([first, bytes.subarray(0, TAIL_BYTES)]).subarray(0, TAIL_BYTES),
      last: concat([last, bytes.subarray(-TAIL_BYTES)]).slice(-TAIL_BYTES),
      isPadding: isPadding && bytes.every((byte) => byte === 0),
    };
  }

  private checkEnd(): void {
    if (this.end?.result !== true) throw new UploadRejected("not_an_image");
    this.imageSize();
    const { count, first, last, isPadding } = this.tail;
    if (count === 0 || isPadding) return;
    const isJpeg = this.probe.ext === "jpg";
    const isNextJpeg = first[0] === 0xff && first[1] === 0xd8 && first[2] === 0xff;
    const isSamsung = String.fromCharCode(...last) === SAMSUNG_END;
    // Anything else makes it a file of two types.
    if (!isJpeg || !(isNextJpeg || isSamsung)) throw new UploadRejected("not_an_image");
  }
}
