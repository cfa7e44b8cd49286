import type { Random } from "../random.ts";
import { type Canvas, smoothstep } from "./canvas.ts";
import { type Color, mix } from "./color.ts";
import type { Noise } from "./noise.ts";
import type { Palette } from "./palettes.ts";

export type Easel = { canvas: Canvas; palette: Palette; random: Random; noise: Noise; prompt: string };

export type Place = { x: number; y: number };

export const between = (random: Random, least: number, most: number) => least + random() * (most - least);

/** The sun or moon is a third of the width from one side. */
export function chooseSun({ canvas, random }: Easel, y: number): Place {
  const x = (random() < 0.5 ? 0.33 : 0.67) + between(random, -0.06, 0.06);
  return { x: x * canvas.width, y: y * canvas.height };
}

export function sun({ canvas, palette, random }: Easel, at: Place, size = 0.06): void {
  const radius = canvas.unit * size * between(random, 0.85, 1.2);
  const strength = palette.dark ? 0.5 : 0.75;
  canvas.glow(
    at.x,
    at.y,
    radius * 9,
    mix(palette.light, palette.sky.at(-1) ?? palette.light, 0.45),
    strength * 0.6,
  );
  canvas.glow(at.x, at.y, radius * 3, palette.light, strength * 0.7);
  canvas.disc(at.x, at.y, radius, palette.light);
}

export function stars({ canvas, random }: Easel, bottom: number, count: number): void {
  const white: Color = [255, 250, 240];
  const scale = canvas.unit / 1024;
  for (let index = 0; index < count; index += 1) {
    const [x, y] = [random() * canvas.width, random() ** 1.5 * bottom];
    const bright = random() ** 4;
    const fade = 1 - smoothstep(bottom * 0.5, bottom, y);
    canvas.disc(x, y, (0.6 + bright * 1.5) * Math.max(scale, 0.6), white, (0.35 + bright * 0.65) * fade);
    if (bright > 0.75) canvas.glow(x, y, 7 * scale, white, 0.35 * fade);
  }
}

export function clouds({ canvas, palette, noise, random }: Easel, bottom: number, amount = 0.5): void {
  const [wide, high, drift] = [canvas.width * 0.42, canvas.height * 0.075, random() * 50];
  const color = mix(palette.light, palette.sky.at(-1) ?? palette.light, 0.45);
  const edge = 0.64 - amount * 0.16;
  canvas.paint([0, bottom * 0.05, canvas.width, bottom * 0.97], color, (x, y) => {
    const cloud = smoothstep(edge, edge + 0.3, noise.plane(x / wide + drift, y / high + drift, 4));
    if (cloud === 0) return 0;
    return cloud * 0.55 * smoothstep(0, bottom * 0.25, y) * smoothstep(bottom, bottom * 0.6, y);
  });
}

/** Each bird is two arcs. */
export function birds({ canvas, palette, random }: Easel, around: Place): void {
  const color = mix(palette.near, palette.far, 0.25);
  for (let index = 0; index < 5; index += 1) {
    const span = canvas.unit * between(random, 0.009, 0.019);
    const x = around.x + between(random, -0.16, 0.16) * canvas.width;
    const y = around.y + between(random, -0.07, 0.07) * canvas.height;
    const thick = Math.max(0.9, span * 0.11);
    canvas.paint([x - span, y - span, x + span, y + span], color, (px, py) => {
      const side = Math.abs(px - x) / span;
      const wing = y - span * 0.55 * Math.sin(Math.min(1, side * 1.1) * Math.PI * 0.8) + span * 0.2;
      return Math.max(0, 1 - Math.abs(py - wing) / (thick * (1.35 - side)));
    });
  }
}

export type Tree = { x: number; height: number; width: number };

/** A row of pines as one outline, with overlapping tiers of branches. */
export function pines(ground: (x: number) => number, trees: readonly Tree[]): (x: number) => number {
  const sorted = trees.toSorted((one, other) => one.x - other.x);
  const widest = sorted.reduce((most, tree) => Math.max(most, tree.width), 0) / 2;
  const first = (x: number) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle]?.x ?? 0) < x) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return (x) => {
    let top = ground(x);
    for (let index = first(x - widest); index < sorted.length; index += 1) {
      const tree = sorted[index];
      if (tree === undefined || tree.x > x + widest) break;
      const off = Math.abs(x - tree.x) / (tree.width / 2);
      if (off < 1) top = Math.min(top, ground(tree.x) + 4 - tree.height * pineAt(off));
    }
    return top;
  };
}

const TIERS = 7;

function pineAt(off: number): number {
  let height = off < 0.06 ? 1 - off * 3 : 0;
  for (let tier = 1; tier <= TIERS; tier += 1) {
    const half = (tier / TIERS) ** 0.9;
    if (off > half) continue;
    const apex = 1.08 - (tier - 1) / TIERS;
    height = Math.max(height, Math.min(1, apex) - (off / half) * (1.75 / TIERS));
  }
  return Math.max(0, height);
}

/** Fog above the ground. */
export function haze(
  { canvas, palette, noise }: Easel,
  y: number,
  thickness: number,
  strength: number,
): void {
  const color = mix(palette.sky.at(-1) ?? palette.light, palette.light, 0.2);
  canvas.paint([0, y - thickness * 1.8, canvas.width, y + thickness * 1.8], color, (px, py) => {
    const drift = noise.plane(px / (canvas.width * 0.3), py / (thickness * 1.6), 2);
    return strength * Math.exp(-(((py - y) / thickness) ** 2)) * smoothstep(0.15, 0.8, drift);
  });
}
