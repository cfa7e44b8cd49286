/**
 * Copies an output of Skytells into R2, if it is a complete image of a known type and at most MAX_OUTPUT_BYTES. Type and
 * size are read while the bytes stream to R2; the image is not decoded. Memory: a known length is streamed, an unknown one
 * is buffered in parts.
 */
import { bounded } from "../lib/async.ts";
import { MAX_OUTPUT_BYTES, STEP_TIMEOUT_MS } from "../config/limits.ts";
import type { Settings } from "../config/settings.ts";
import type { StoredOutput } from "../api/generation.ts";
import { reasonOf } from "../lib/log.ts";
import { ImageProbe, type Size } from "./image-probe.ts";
import { mediaTypeOf } from "../shared/media-types.ts";
import { outputKey } from "./keys.ts";
import { openSource } from "./source.ts";
import { storeInParts } from "./store-in-parts.ts";

/** `lost`: the source did not send all of it. `invalid`: not an image of a type we store. `storage`: R2 failed. */
export type IngestFailure = { ok: false; failure: "lost" | "invalid" | "storage"; reason: string };
export type Ingested = { ok: true; output: StoredOutput } | IngestFailure;

type Place = { userId: string; generationId: string };

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
  const length = lengthOf(response);
  const body = new Source(response.body, length);
  try {
    if (length !== null && length > MAX_OUTPUT_BYTES) throw new TooLarge();
    const ext = await body.readType();
    const key = outputKey(place, n, ext);
    const options = { httpMetadata: { contentType: mediaTypeOf(ext) } };
    // The source has a time limit of its own; R2 gets the same time again.
    await bounded(
      length === null
        ? storeInParts(bucket, key, options, body)
        : storeKnownLength(bucket, key, options, body, length),
      2 * STEP_TIMEOUT_MS,
    );
    return { ok: true, output: { n, ext, ...body.imageSize() } };
  } catch (error) {
    if (error instanceof TooLarge) return { ok: false, failure: "invalid", reason: "too_large" };
    if (error instanceof NotAnImage) return { ok: false, failure: "invalid", reason: "not_an_image" };
    if (error instanceof SourceBroke) return { ok: false, failure: "lost", reason: error.message };
    return { ok: false, failure: "storage", reason: reasonOf(error) };
  } finally {
    await body.cancel();
  }
}

class NotAnImage extends Error {}
class TooLarge extends Error {}
/** The source ended early, late, or with an error. */
class SourceBroke extends Error {}

function lengthOf(response: Response): number | null {
  const header = response.headers.get("content-length");
  const encoding = response.headers.get("content-encoding") ?? "identity";
  return header !== null && /^\d+$/.test(header) && encoding === "identity" ? Number(header) : null;
}

/**
 * The response's body, checked while it is read: `next` throws if it is too large, not an image, or not of the announced
 * length, at the latest instead of returning the end. So a body that fails a check is never stored.
 */
class Source {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array> | null;
  private readonly probe = new ImageProbe();
  /** Read to find the type, and not returned by `next` yet. */
  private head: Uint8Array[] = [];
  private size = 0;
  private readonly length: number | null;

  constructor(body: ReadableStream<Uint8Array> | null, length: number | null) {
    this.length = length;
    this.reader = body?.getReader() ?? null;
  }

  /** The image's type, as a file extension. Reads only as far as necessary. */
  async readType(): Promise<string> {
    while (this.probe.ext === null) {
      const chunk = await this.read();
      if (!chunk) throw new NotAnImage();
      this.head.push(chunk);
    }
    return this.probe.ext;
  }

  /** The image's width and height; known once `next` has returned null. */
  imageSize(): Size {
    const { size } = this.probe;
    if (!size) throw new NotAnImage();
    return size;
  }

  /** The next bytes, or null at the end. */
  async next(): Promise<Uint8Array | null> {
    const chunk = this.head.shift() ?? (await this.read());
    if (!chunk) this.imageSize();
    return chunk;
  }

  private async read(): Promise<Uint8Array | null> {
    const result = await this.reader?.read().catch((error) => {
      throw new SourceBroke(reasonOf(error));
    });
    if (!result || result.done) {
      if (this.length !== null && this.size < this.length) {
        throw new SourceBroke("shorter than its Content-Length");
      }
      return null;
    }
    this.size += result.value.byteLength;
    if (this.size > MAX_OUTPUT_BYTES) throw new TooLarge();
    if (this.length !== null && this.size > this.length) {
      throw new SourceBroke("longer than its Content-Length");
    }
    this.probe.push(result.value);
    if (this.probe.size === null) throw new NotAnImage();
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
    // Otherwise the loop below would wait for R2 to read more.
    return writer.abort(error).catch(() => {});
  });
  try {
    for (let chunk = await body.next(); chunk; chunk = await body.next()) await writer.write(chunk);
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
