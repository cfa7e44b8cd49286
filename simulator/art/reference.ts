/** Colors of a reference image, and its enlargement. */
import { decode } from "fast-png";
import type { Size } from "../models.ts";
import type { Reference } from "../reference.ts";
import type { Canvas } from "./canvas.ts";
import type { Color } from "./color.ts";

/** The reference is shown as this many blocks in each direction. */
const BLOCKS = 8;
const STRENGTH = 0.6;

type ColorAt = (x: number, y: number) => Color;

/** The colors of a PNG by position (0–1); for other formats, colors drawn from the file's bytes. */
export function colorsOf({ bytes, isPng }: Reference): ColorAt {
  if (!isPng) {
    const at = (place: number) => bytes[Math.floor(place) % bytes.byteLength] ?? 0;
    return (x, y) => {
      const place =
        (0.2 + 0.6 * (y * BLOCKS * BLOCKS + x * BLOCKS) * (1 / (BLOCKS * BLOCKS))) * bytes.byteLength;
      return [at(place), at(place + 1), at(place + 2)];
    };
  }
  const { width, height, data, channels, depth, palette } = decode(bytes);
  const scale = depth === 16 ? 257 : depth === 8 ? 1 : 1 / (255 / (2 ** depth - 1));
  return (x, y) => {
    const column = Math.min(width - 1, Math.floor(x * width));
    const row = Math.min(height - 1, Math.floor(y * height));
    const index = (row * width + column) * channels;
    const entry = palette?.[data[index] ?? 0];
    if (entry) return [entry[0] ?? 0, entry[1] ?? 0, entry[2] ?? 0];
    const value = (channel: number) => (data[index + channel] ?? 0) / scale;
    return channels < 3 ? [value(0), value(0), value(0)] : [value(0), value(1), value(2)];
  };
}

/** Blends the reference's blocks over the scene. */
export function tintWith(canvas: Canvas, reference: Reference): void {
  const colorAt = colorsOf(reference);
  const { width, height } = canvas;
  const [blockWidth, blockHeight] = [width / BLOCKS, height / BLOCKS];
  for (let row = 0; row < BLOCKS; row += 1) {
    for (let column = 0; column < BLOCKS; column += 1) {
      const color = colorAt((column + 0.5) / BLOCKS, (row + 0.5) / BLOCKS);
      const [left, top] = [Math.round(column * blockWidth), Math.round(row * blockHeight)];
      const [right, bottom] = [Math.round((column + 1) * blockWidth), Math.round((row + 1) * blockHeight)];
      canvas.paint([left, top, right, bottom], color, () => STRENGTH);
    }
  }
}

/** The reference at this size, as 8-bit RGB. */
export function enlarge(reference: Reference, { width, height }: Size): Uint8Array {
  const colorAt = colorsOf(reference);
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      rgb.set(colorAt((x + 0.5) / width, (y + 0.5) / height), (y * width + x) * 3);
    }
  }
  return rgb;
}
