/** Reads an AVIF's size (ISO/IEC 14496-12 and 23008-12): the `ispe` property of its primary item. */
import { fourCharacters, skip, take, uint16, uint32, type Walk } from "./byte-walk.ts";

export type Size = { width: number; height: number };

/** `content` is infinite if the box reaches to the end of the file. */
type Box = { type: string; header: number; content: number };

/** Item properties have an index of 15 bits. */
const MAX_PROPERTIES = 0x7f_ff;
/** Sizes that are kept until the primary item is known. Encoders usually name it first. */
const MAX_ITEMS = 4_096;

export function* avifSize(): Walk<Size | null> {
  let size: Size | null = null;
  yield* eachBox(Number.POSITIVE_INFINITY, function* (box) {
    if (box.type !== "meta") return 0;
    size = yield* sizeInMeta(box.content);
    return "stop";
  });
  return size;
}

/**
 * Walks the boxes in the next `length` bytes. `visit` returns how many bytes of the content it read, or "stop" to end
 * the walk. Stops at a box that does not fit.
 */
function* eachBox(length: number, visit: (box: Box) => Walk<number | "stop">): Walk<void> {
  let left = length;
  while (left >= 8) {
    const head = yield* take(8);
    const type = fourCharacters(head, 4);
    let size = uint32(head, 0);
    let header = 8;
    if (size === 1) {
      const large = yield* take(8);
      size = uint32(large, 0) * 2 ** 32 + uint32(large, 4);
      header = 16;
    } else if (size === 0) {
      size = Number.POSITIVE_INFINITY;
    }
    if (size < header || size > left) return;
    const content = size - header;
    const read = yield* visit({ type, header, content });
    if (read === "stop" || read > content) return;
    yield* skip(content - read);
    left -= size;
  }
}

function* sizeInMeta(length: number): Walk<Size | null> {
  const sizes = new Map<number, Size>();
  let primary: number | null = null;
  let found: Size | null = null;
  yield* take(4);
  yield* eachBox(length - 4, function* ({ type, content }) {
    let read = 0;
    if (type === "pitm" && content >= 6) {
      const isLong = (yield* take(4))[0] !== 0;
      primary = isLong ? uint32(yield* take(4), 0) : uint16(yield* take(2), 0);
      read = isLong ? 8 : 6;
    } else if (type === "iprp") {
      yield* readProperties(content, (item, size) => {
        const isWanted = primary === null ? sizes.size < MAX_ITEMS : item === primary;
        if (isWanted && !sizes.has(item)) sizes.set(item, size);
      });
      read = content;
    }
    // Stops once the size is known: a `meta` that reaches to the end of the file has no last box.
    found = primary === null ? null : (sizes.get(primary) ?? null);
    return found ? "stop" : read;
  });
  return found;
}

/** `iprp`: the properties, then which items have them. */
function* readProperties(length: number, hasSize: (item: number, size: Size) => void): Walk<void> {
  const sizes = new Map<number, Size>();
  let index = 0;
  yield* eachBox(length, function* (box) {
    if (box.type === "ipma") {
      return yield* readAssociations(box.content, (item, property) => {
        const size = sizes.get(property);
        if (size) hasSize(item, size);
      });
    }
    if (box.type !== "ipco") return 0;
    yield* eachBox(box.content, function* ({ type, content }) {
      index += 1;
      if (type !== "ispe" || content < 12 || index > MAX_PROPERTIES) return 0;
      const bytes = yield* take(12);
      sizes.set(index, { width: uint32(bytes, 4), height: uint32(bytes, 8) });
      return 12;
    });
    return box.content;
  });
}

/** Reads an `ipma` box, and returns how many bytes it read. */
function* readAssociations(length: number, has: (item: number, property: number) => void): Walk<number> {
  if (length < 8) return 0;
  const head = yield* take(8);
  const idBytes = head[0] === 0 ? 2 : 4;
  const isWide = ((head[3] ?? 0) & 1) === 1;
  const propertyBytes = isWide ? 2 : 1;
  let read = 8;
  for (let entries = uint32(head, 4); entries > 0 && read + idBytes + 1 <= length; entries -= 1) {
    const entry = yield* take(idBytes + 1);
    const item = idBytes === 2 ? uint16(entry, 0) : uint32(entry, 0);
    const count = entry[idBytes] ?? 0;
    read += idBytes + 1;
    for (let n = 0; n < count && read + propertyBytes <= length; n += 1) {
      const bytes = yield* take(propertyBytes);
      read += propertyBytes;
      // The highest bit says that a reader has to understand the property.
      has(item, isWide ? uint16(bytes, 0) & 0x7f_ff : (bytes[0] ?? 0) & 0x7f);
    }
  }
  return read;
}
