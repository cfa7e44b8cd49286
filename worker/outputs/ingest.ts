/**
 * Ingest: an output of Skytells becomes an object of ours.
 *
 * Promise: what is stored is a picture of a known type, whole, at most MAX_OUTPUT_BYTES; anything else leaves
 * nothing behind. Memory: a known length streams through; an unknown one is held in parts of PART_BYTES.
 * Trade-off: a picture is judged by its first bytes and its length; it is not decoded.
 */
import { imageDimensionsFromData } from "image-dimensions";
import { bounded } from "../bounded.ts";
import { concat } from "../bytes.ts";
import { MAX_OUTPUT_BYTES, type Settings, STEP_TIMEOUT_MS } from "../env.ts";
import type { StoredOutput } from "../generation.ts";
import { reasonOf } from "../log.ts";
import { mediaTypeOf, outputKey } from "./keys.ts";
import { openSource } from "./source.ts";

/** `lost`: the source did not give it whole. `invalid`: what it gave is not a picture we take. `storage`: R2. */
export type IngestFailure = { ok: false; failure: "lost" | "invalid" | "storage"; reason: string };
export type Ingested = { ok: true; output: StoredOutput } | IngestFailure;

type Place = { userId: string; generationId: string };

const EXTENSIONS: Partial<Record<string, string>> = {
  png: "png",
  jpeg: "jpg",
  webp: "webp",
  avif: "avif",
  gif: "gif",
};
/** A JPEG's size stands behind its EXIF, which can hold a thumbnail of its own. */
const HEAD_BYTES = 64 * 1024;
/** R2 wants parts of equal size, 5 MiB at least; also the most that is buffered where the length is unknown. */
const PART_BYTES = 8 * 1024 * 1024;

/** Copies the output at `address` into R2 as number `n` of its generation. Never throws. */
export async function ingestOutput(
  bucket: R2Bucket,
  upstream: Settings["skytells"],
  place: Place,
  n: number,
  address: string,
): Promise<Ingested> {
  const source = await openSource(address, upstream, AbortSignal.timeout(STEP_TIMEOUT_MS));
  if (!source.ok) return source;
  const { response } = source;
  const body = new Source(response.body);
  try {
    const picture = await body.identify();
    const length = lengthOf(response);
    if (!picture) return { ok: false, failure: "invalid", reason: "not_a_picture" };
    if (length !== null && length > MAX_OUTPUT_BYTES) throw new TooLarge();
    const key = outputKey(place, n, picture.ext);
    const options = { httpMetadata: { contentType: mediaTypeOf(picture.ext) } };
    // The source ends by its own time limit; R2 gets as long again.
    await bounded(
      length === null
        ? storeUnknownLength(bucket, key, options, body)
        : storeKnownLength(bucket, key, options, body, length),
      2 * STEP_TIMEOUT_MS,
    );
    return { ok: true, output: { n, ...picture } };
  } catch (error) {
    if (error instanceof TooLarge) return { ok: false, failure: "invalid", reason: "too_large" };
    if (error instanceof SourceBroke) return { ok: false, failure: "lost", reason: error.message };
    return { ok: false, failure: "storage", reason: reasonOf(error) };
  } finally {
    await body.cancel();
  }
}

class TooLarge extends Error {}
/** The source ended early, late, or with an error. */
class SourceBroke extends Error {}

function lengthOf(response: Response): number | null {
  const header = response.headers.get("content-length");
  const encoding = response.headers.get("content-encoding") ?? "identity";
  return header !== null && /^\d+$/.test(header) && encoding === "identity" ? Number(header) : null;
}

/** The response's body, whose first bytes are looked at before it is read; counts what it gives. */
class Source {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array> | null;
  private head: Uint8Array[] = [];
  private size = 0;

  constructor(body: ReadableStream<Uint8Array> | null) {
    this.reader = body?.getReader() ?? null;
  }

  /** Type and size from the first bytes; null if they are no picture's. */
  async identify(): Promise<Omit<StoredOutput, "n"> | null> {
    const seen: Uint8Array[] = [];
    for (let size = 0; size < HEAD_BYTES; ) {
      const chunk = await this.read();
      if (!chunk) break;
      seen.push(chunk);
      size += chunk.byteLength;
      const picture = imageDimensionsFromData(concat(seen, size));
      if (!picture) continue;
      this.head = seen;
      const ext = EXTENSIONS[picture.type];
      return ext ? { ext, width: picture.width, height: picture.height } : null;
    }
    return null;
  }

  /** The next bytes, or null at the end. */
  async next(): Promise<Uint8Array | null> {
    return this.head.shift() ?? (await this.read());
  }

  private async read(): Promise<Uint8Array | null> {
    const result = await this.reader?.read().catch((error) => {
      throw new SourceBroke(reasonOf(error));
    });
    if (!result || result.done) return null;
    this.size += result.value.byteLength;
    if (this.size > MAX_OUTPUT_BYTES) throw new TooLarge();
    return result.value;
  }

  async cancel(): Promise<void> {
    await this.reader?.cancel().catch(() => {});
  }
}

async function storeKnownLength(
  bucket: R2Bucket,
  key: string,
  options: R2PutOptions,
  body: Source,
  length: number,
): Promise<void> {
  const { readable, writable } = new FixedLengthStream(length);
  const writer = writable.getWriter();
  let storageError: unknown;
  const put = bucket.put(key, readable, options).catch((error) => {
    storageError = error;
    // Without this the pump below would wait for a reader that is gone.
    return writer.abort(error).catch(() => {});
  });
  try {
    let left = length;
    for (let chunk = await body.next(); chunk; chunk = await body.next()) {
      left -= chunk.byteLength;
      if (left < 0) throw new SourceBroke("longer than its Content-Length");
      await writer.write(chunk);
    }
    if (left > 0) throw new SourceBroke("shorter than its Content-Length");
    await writer.close();
  } catch (error) {
    const cause = storageError ?? error;
    await writer.abort(cause).catch(() => {});
    await put;
    throw cause;
  }
  await put;
  if (storageError !== undefined) throw storageError;
}

async function storeUnknownLength(
  bucket: R2Bucket,
  key: string,
  options: R2PutOptions,
  body: Source,
): Promise<void> {
  const first = await readPart(body);
  if (first.ended) {
    await bucket.put(key, first.bytes, options);
    return;
  }
  const upload = await bucket.createMultipartUpload(key, options);
  try {
    const parts: R2UploadedPart[] = [];
    for (let part = first; ; part = await readPart(body, part.rest)) {
      parts.push(await upload.uploadPart(parts.length + 1, part.bytes));
      if (part.ended) break;
    }
    await upload.complete(parts);
  } catch (error) {
    await upload.abort().catch(() => {});
    throw error;
  }
}

type Part = { bytes: Uint8Array<ArrayBuffer>; rest: Uint8Array; ended: boolean };

/** Exactly PART_BYTES, or what there is until the end. */
async function readPart(body: Source, before: Uint8Array = new Uint8Array()): Promise<Part> {
  const chunks = [before];
  let size = before.byteLength;
  while (size <= PART_BYTES) {
    const chunk = await body.next();
    if (!chunk) return { bytes: concat(chunks, size), rest: new Uint8Array(), ended: true };
    chunks.push(chunk);
    size += chunk.byteLength;
  }
  const whole = concat(chunks, size);
  return { bytes: whole.slice(0, PART_BYTES), rest: whole.slice(PART_BYTES), ended: false };
}
