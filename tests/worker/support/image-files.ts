/** Image files for uploads, built byte by byte. */

export function concat(...parts: (Uint8Array | string)[]): Uint8Array<ArrayBuffer> {
  const bytes = parts.map((part) =>
    typeof part === "string" ? Uint8Array.from(part, (character) => character.charCodeAt(0)) : part,
  );
  const whole = new Uint8Array(bytes.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of bytes) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

const big = (value: number, count: number) =>
  Uint8Array.from({ length: count }, (_, at) => (value >>> (8 * (count - 1 - at))) & 0xff);
const little = (value: number, count: number) => big(value, count).reverse();

/** Checksums are zero: only the structure is read. */
const pngChunk = (name: string, data: Uint8Array) => concat(big(data.byteLength, 4), name, data, big(0, 4));

export function png(width = 40, height = 30, pixelBytes = 64): Uint8Array<ArrayBuffer> {
  const header = concat(big(width, 4), big(height, 4), new Uint8Array([8, 2, 0, 0, 0]));
  const pixels = new Uint8Array(pixelBytes).fill(7);
  return concat(
    "\x89PNG\r\n\x1a\n",
    pngChunk("IHDR", header),
    pngChunk("IDAT", pixels),
    pngChunk("IEND", new Uint8Array()),
  );
}

export function jpeg(width = 40, height = 30): Uint8Array<ArrayBuffer> {
  const segment = (code: number, data: Uint8Array) =>
    concat(new Uint8Array([0xff, code]), big(data.byteLength + 2, 2), data);
  const frame = concat(new Uint8Array([8]), big(height, 2), big(width, 2), new Uint8Array([1, 1, 0x11, 0]));
  const scan = new Uint8Array([1, 2, 3, 0xff, 0x00, 4, 0xff, 0xd0, 5]);
  return concat(
    new Uint8Array([0xff, 0xd8]),
    segment(0xe0, concat("JFIF\0", new Uint8Array(9))),
    segment(0xc0, frame),
    segment(0xda, new Uint8Array([1, 1, 0, 0, 63, 0])),
    scan,
    new Uint8Array([0xff, 0xd9]),
  );
}

export function webp(width = 40, height = 30): Uint8Array<ArrayBuffer> {
  const bits = (width - 1) | ((height - 1) << 14);
  const data = concat(new Uint8Array([0x2f]), little(bits, 4), new Uint8Array([1, 2, 3]));
  const chunk = concat("VP8L", little(data.byteLength, 4), data);
  return concat("RIFF", little(chunk.byteLength + 4, 4), "WEBP", chunk);
}

export const withoutEnd = (file: Uint8Array, count: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(file.subarray(0, file.byteLength - count));
