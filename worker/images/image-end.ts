/** Follows the structure of a PNG, JPEG or WebP to its end, without decoding it. */
import { find, fourCharacters, littleEndian, skip, take, uint16, uint32, type Walk } from "./byte-walk.ts";

export type UploadType = "png" | "jpg" | "webp";

/** Returns after the last byte of the image: whether its structure is complete. */
export function* imageEnd(type: UploadType): Walk<boolean> {
  switch (type) {
    case "png":
      return yield* pngEnd();
    case "jpg":
      return yield* jpegEnd();
    case "webp":
      return yield* webpEnd();
    default:
      return type satisfies never;
  }
}

function* pngEnd(): Walk<boolean> {
  yield* skip(8);
  for (let hasPixels = false; ; ) {
    const head = yield* take(8);
    const name = fourCharacters(head, 4);
    // The data and its checksum.
    yield* skip(uint32(head, 0) + 4);
    if (name === "IDAT") hasPixels = true;
    if (name === "IEND") return hasPixels && uint32(head, 0) === 0;
  }
}

function* jpegEnd(): Walk<boolean> {
  yield* skip(2);
  for (let hasScan = false; ; ) {
    // Also finds the end of a scan: in its data 0xFF is followed by 0 or a restart's code.
    yield* find(0xff);
    let code = 0xff;
    while (code === 0xff) code = (yield* take(1))[0] ?? 0;
    if (code === 0xd9) return hasScan;
    if (code <= 0x01 || (code >= 0xd0 && code <= 0xd8)) continue;
    const length = uint16(yield* take(2), 0);
    if (length < 2) return false;
    yield* skip(length - 2);
    if (code === 0xda) hasScan = true;
  }
}

/** https://developers.google.com/speed/webp/docs/riff_container */
function* webpEnd(): Walk<boolean> {
  let left = littleEndian(yield* take(12), 4, 4) - 4;
  let hasPixels = false;
  while (left >= 8) {
    const head = yield* take(8);
    const length = littleEndian(head, 4, 4);
    // Chunks are padded to an even length.
    const padded = length + (length % 2);
    if (padded > left - 8) return false;
    yield* skip(padded);
    left -= padded + 8;
    if (["VP8 ", "VP8L", "ANMF"].includes(fourCharacters(head, 0))) hasPixels = true;
  }
  return left === 0 && hasPixels;
}
