import type { Random } from "../random.ts";

const CELLS = 1024;
const MASK = CELLS - 1;

const ease = (t: number) => t * t * t * (t * (t * 6 - 15) + 10);

export type Noise = {
  /** 0–1 along a line; one unit is one hill. */
  line: (x: number, octaves?: number, gain?: number) => number;
  /** 0–1 along a line, with sharp crests. */
  crest: (x: number, octaves?: number) => number;
  /** 0–1 over a plane. */
  plane: (x: number, y: number, octaves?: number) => number;
};

/** Value noise: it needs few operations per octave. */
export function createNoise(random: Random): Noise {
  const cells = Float32Array.from({ length: CELLS }, random);
  const permutation = Uint16Array.from({ length: CELLS }, () => Math.floor(random() * CELLS));
  const cell = (index: number) => cells[index & MASK] as number;

  function line1(x: number): number {
    const left = Math.floor(x);
    const from = cell(left);
    return from + (cell(left + 1) - from) * ease(x - left);
  }

  // Without destructuring, because this runs tens of millions of times per image.
  function plane1(x: number, y: number): number {
    const left = Math.floor(x);
    const top = Math.floor(y);
    const u = ease(x - left);
    const above = (permutation[top & MASK] as number) + left;
    const below = (permutation[(top + 1) & MASK] as number) + left;
    const a = cell(above);
    const c = cell(below);
    const upper = a + (cell(above + 1) - a) * u;
    const lower = c + (cell(below + 1) - c) * u;
    return upper + (lower - upper) * ease(y - top);
  }

  return {
    line(x, octaves = 4, gain = 0.5) {
      let sum = 0;
      let weight = 1;
      let total = 0;
      let scale = 1;
      for (let octave = 0; octave < octaves; octave += 1) {
        sum += line1(x * scale + octave * 37.3) * weight;
        total += weight;
        weight *= gain;
        scale *= 2;
      }
      return sum / total;
    },
    crest(x, octaves = 5) {
      let sum = 0;
      let weight = 1;
      let total = 0;
      let scale = 1;
      for (let octave = 0; octave < octaves; octave += 1) {
        sum += (1 - Math.abs(2 * line1(x * scale + octave * 53.7) - 1)) * weight;
        total += weight;
        weight *= 0.46;
        scale *= 2.1;
      }
      return sum / total;
    },
    plane(x, y, octaves = 4) {
      let sum = 0;
      let weight = 1;
      let total = 0;
      let scale = 1;
      for (let octave = 0; octave < octaves; octave += 1) {
        sum += plane1(x * scale + octave * 19.1, y * scale + octave * 7.7) * weight;
        total += weight;
        weight *= 0.5;
        scale *= 2;
      }
      return sum / total;
    },
  };
}
