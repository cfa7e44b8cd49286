/** Reading a format's structure from chunks as they arrive, with no more memory than the bytes that are looked at. */

/** Look at the next `take` bytes, pass over `skip` bytes, or pass over everything up to and including byte `find`. */
export type Step = { take: number } | { skip: number } | { find: number };
/** A parser: yields what it wants next and gets the bytes it took (none for `skip` and `find`). */
export type Walk<T> = Generator<Step, T, Uint8Array>;

/** At most a few hundred bytes: they are copied and held. */
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
/** No real file has that many pieces before its size; one of nothing but tiny pieces would cost seconds of CPU. */
const MAX_STEPS = 1_000_000;

/** Drives a parser with chunks of any size. */
export class Walker<T> {
  /** What the parser returned; undefined until it did. */
  result: T | undefined;
  /** The parser was ended after MAX_STEPS. */
  isTooLong = false;
  private step: Step | null = null;
  /** Of the bytes to take: those that have arrived. */
  private taken = NOTHING;
  private count = 0;
  private steps = 0;
  private readonly walk: Walk<T>;

  constructor(walk: Walk<T>) {
    this.walk = walk;
    this.advance(NOTHING);
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (this.step && at < chunk.byteLength) {
      if ("find" in this.step) {
        const found = chunk.indexOf(this.step.find, at);
        if (found < 0) return;
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

export function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 0x1_00 + (bytes[at + 1] ?? 0);
}

export function uint32(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) * 0x1_00_00 + uint16(bytes, at + 2);
}

/** Four characters: a chunk's, a box's or a brand's type. */
export function fourCharacters(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
