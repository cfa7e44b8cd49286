/** Parses a file format from chunks as they arrive. Only the bytes that a parser reads are kept in memory. */

/** Read the next `take` bytes, skip `skip` bytes, or skip everything up to and including byte `find`. */
export type Step = { take: number } | { skip: number } | { find: number };
/** A parser: yields its next step and receives the bytes (none for `skip` and `find`). */
export type Walk<T> = Generator<Step, T, Uint8Array>;

/** The bytes are copied: use it for a few hundred at most. */
export function* take(count: number): Walk<Uint8Array> {
  return yield { take: count };
}

export function* skip(count: number): Walk<void> {
  if (count > 0) yield { skip: count };
}

export function* find(byte: number): Walk<void> {
  yield { find: byte };
}

const NOTHING = new Uint8Array();
/** No real file has that many pieces before its size; a crafted one would cost seconds of CPU. */
const MAX_STEPS = 1_000_000;

/** Drives a parser with chunks of any size. */
export class Walker<T> {
  /** The parser's return value; undefined until it has returned. */
  result: T | undefined;
  /** The parser was ended after MAX_STEPS. */
  isTooLong = false;
  private step: Step | null = null;
  /** The bytes of the current `take` that have arrived. */
  private taken = NOTHING;
  private count = 0;
  private steps = 0;
  private readonly walk: Walk<T>;

  constructor(walk: Walk<T>) {
    this.walk = walk;
    this.advance(NOTHING);
  }

  /** Returns how many of the bytes it used: those after the parser's end are left. */
  push(chunk: Uint8Array): number {
    let at = 0;
    while (this.step && at < chunk.byteLength) {
      if ("find" in this.step) {
        const found = chunk.indexOf(this.step.find, at);
        if (found < 0) return chunk.byteLength;
        at = found + 1;
        this.advance(NOTHING);
        continue;
      }
      const wanted = "take" in this.step ? this.step.take : this.step.skip;
      const part = chunk.subarray(at, at + wanted - this.count);
      if ("take" in this.step) this.taken.set(part, this.count);
      this.count += part.byteLength;
      at += part.byteLength;
      if (this.count === wanted) this.advance(this.taken);
    }
    return at;
  }

  private advance(bytes: Uint8Array): void {
    this.steps += 1;
    if (this.steps > MAX_STEPS) {
      this.isTooLong = true;
      this.step = null;
      return;
    }
    const next = this.walk.next(bytes);
    this.count = 0;
    this.step = next.done ? null : next.value;
    this.taken = this.step && "take" in this.step ? new Uint8Array(this.step.take) : NOTHING;
    if (next.done) this.result = next.value;
  }
}

/** Of the first `count` bytes from `at`. */
export function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let n = count - 1; n >= 0; n -= 1) value = value * 0x1_00 + (bytes[at + n] ?? 0);
  return value;
}

export function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 0x1_00 + (bytes[at + 1] ?? 0);
}

export function uint32(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) * 0x1_00_00 + uint16(bytes, at + 2);
}

/** The type of a chunk, box or brand. */
export function fourCharacters(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
