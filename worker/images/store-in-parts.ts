/** Stores a body of unknown length in R2. Memory: one part. */

/** R2 requires parts of equal size, at least 5 MiB. */
const PART_BYTES = 5 * 1024 * 1024;

type Body = {
  /** The next bytes, or null at the end. What it throws ends the transfer, and nothing is stored. */
  next: () => Promise<Uint8Array | null>;
};

export async function storeInParts(
  bucket: R2Bucket,
  key: string,
  options: R2PutOptions,
  body: Body,
): Promise<void> {
  const parts = new Parts(body);
  const first = await parts.next();
  if (first.isLast) {
    await bucket.put(key, first.bytes, options);
    return;
  }
  const upload = await bucket.createMultipartUpload(key, options);
  try {
    const uploaded: R2UploadedPart[] = [];
    for (let part = first; ; part = await parts.next()) {
      uploaded.push(await upload.uploadPart(uploaded.length + 1, part.bytes));
      if (part.isLast) break;
    }
    await upload.complete(uploaded);
  } catch (error) {
    await upload.abort().catch(() => {});
    throw error;
  }
}

/** The body in parts of exactly PART_BYTES, and a last one. All share one buffer: each is valid until the next. */
class Parts {
  private readonly buffer = new Uint8Array(PART_BYTES);
  private rest: Uint8Array | null = null;
  private readonly body: Body;

  constructor(body: Body) {
    this.body = body;
  }

  async next(): Promise<{ bytes: Uint8Array<ArrayBuffer>; isLast: boolean }> {
    let size = 0;
    for (;;) {
      const chunk = this.rest ?? (await this.body.next());
      this.rest = null;
      if (!chunk) return { bytes: this.buffer.subarray(0, size), isLast: true };
      const part = chunk.subarray(0, PART_BYTES - size);
      this.buffer.set(part, size);
      size += part.byteLength;
      if (part.byteLength < chunk.byteLength) {
        this.rest = chunk.subarray(part.byteLength);
        return { bytes: this.buffer, isLast: false };
      }
    }
  }
}
