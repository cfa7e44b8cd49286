import type { Random } from "../../random.ts";
import { smoothstep } from "../canvas.ts";
import { type Color, mix } from "../color.ts";
import { between, chooseSun, clouds, type Easel, haze, stars, sun } from "../elements.ts";

const LAYERS = 4;

type Building = { left: number; right: number; top: number; roof: "flat" | "step" | "spire" | "slant" };

function buildings(
  random: Random,
  width: number,
  widths: readonly [number, number],
  topAt: (x: number) => number,
): Building[] {
  const roofs = ["flat", "flat", "flat", "step", "spire", "slant"] as const;
  const row: Building[] = [];
  for (let left = -widths[1] * random(); left < width; ) {
    const right = left + between(random, ...widths);
    row.push({
      left,
      right,
      top: topAt((left + right) / 2),
      roof: roofs[Math.floor(random() * roofs.length)] ?? "flat",
    });
    left = right + (random() < 0.3 ? widths[0] * 0.25 : 0);
  }
  return row;
}

function roofAt({ left, right, top, roof }: Building, x: number): number {
  const [wide, middle] = [right - left, (left + right) / 2];
  const off = Math.abs(x - middle) / wide;
  if (roof === "step") return top + (off > 0.38 ? wide * 0.5 : off > 0.24 ? wide * 0.22 : 0);
  if (roof === "slant") return top + ((x - left) / wide) * wide * 0.4;
  if (roof === "spire" && off < 0.03) return top - wide * 1.1;
  return roof === "spire" ? top + (off > 0.3 ? wide * 0.3 : 0) : top;
}

export function paintCity(easel: Easel): void {
  const { canvas, palette, random, noise } = easel;
  const { width, height, unit } = canvas;
  const shore = height * 0.74;
  canvas.sky(palette.sky, shore);
  if (palette.dark) stars(easel, shore * 0.7, 160);
  const at = chooseSun(easel, between(random, 0.3, 0.42));
  sun(easel, at, 0.11);
  if (!palette.dark) clouds(easel, shore * 0.8, 0.5);

  const base = palette.sky.at(-1) ?? palette.light;
  const center = width * between(random, 0.35, 0.65);
  for (let layer = 0; layer < LAYERS; layer += 1) {
    const depth = layer / (LAYERS - 1);
    const rise = height * (0.4 - 0.2 * depth);
    const row = buildings(
      random,
      width,
      [unit * (0.03 + 0.02 * depth), unit * (0.06 + 0.05 * depth)],
      (x) => {
        const downtown = Math.exp(-(((x - center) / (width * 0.3)) ** 2));
        return shore - rise * (0.22 + 0.35 * random() + 0.55 * downtown * random());
      },
    );
    const body = mix(mix(palette.far, base, 0.45 * (1 - depth)), palette.near, depth ** 1.2 * 0.95);
    canvas.land({
      outline: (x) => {
        const building = row.find(({ left, right }) => x >= left && x < right);
        return building === undefined ? shore - rise * 0.1 : roofAt(building, x);
      },
      colors: [body, body, mix(body, base, 0.4 * (1 - depth))],
      foot: shore,
    });
    if (layer > 0) windows(easel, row, shore, depth, body);
    if (layer < LAYERS - 1) haze(easel, shore - rise * 0.1, height * 0.07, 0.55 * (1 - depth));
  }

  const scale = unit / 1024;
  canvas.reflect(shore, mix(palette.near, palette.sky[0] ?? palette.near, 0.4), 0.5, (x, y) => {
    const near = (y - shore) / (height - shore);
    return (
      (noise.plane(x / (60 * scale), (y - shore) / (2.5 * scale + near * 9 * scale), 2) - 0.5) *
      (6 + near * 30) *
      scale
    );
  });
  canvas.paint([0, shore - 1, width, shore + 2], palette.near, () => 0.7);
}

function windows(
  { canvas, palette, random }: Easel,
  row: readonly Building[],
  shore: number,
  depth: number,
  body: Color,
): void {
  const size = Math.max(2, Math.round(canvas.unit * (0.0035 + 0.002 * depth)));
  const share = palette.dark ? 0.42 : 0.16;
  for (const { left, right, top, roof } of row) {
    const warm = palette.accents[Math.floor(random() * palette.accents.length)] ?? palette.light;
    const from = Math.round(top + (roof === "flat" ? size * 2 : (right - left) * 0.55));
    for (let y = from; y < shore - size * 3; y += size * 3) {
      const floorShare = share * (0.4 + random());
      for (let x = Math.round(left + size * 1.5); x < right - size * 2; x += size * 2) {
        if (random() > floorShare) continue;
        const color = mix(body, mix(warm, palette.light, random() * 0.5), 0.35 + 0.6 * depth * random());
        canvas.paint([x, y, x + size, y + size * 1.6], color, () => smoothstep(0, 0.6, depth));
      }
    }
  }
}
