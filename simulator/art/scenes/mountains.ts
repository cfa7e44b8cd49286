import { type Color, mix } from "../color.ts";
import {
  between,
  birds,
  chooseSun,
  clouds,
  type Easel,
  haze,
  pines,
  stars,
  sun,
  type Tree,
} from "../elements.ts";

const LAYERS = 5;

/** Ranges of mountains, nearer ones darker. With `mirrored`, a lake is in the foreground. */
export function paintMountains(easel: Easel, mirrored = false): void {
  const { canvas, palette, random, noise, prompt } = easel;
  const { width, height, unit } = canvas;
  const shore = height * (mirrored ? 0.64 : 1);
  const horizon = height * (mirrored ? 0.6 : 0.66);
  canvas.sky(palette.sky, horizon);
  if (palette.dark) stars(easel, horizon, 260);
  const at = chooseSun(easel, between(random, 0.2, 0.36));
  sun(easel, at);
  if (!palette.dark) clouds(easel, horizon, 0.55);

  const snowy = palette.name === "arctic" || /\b(snow|winter|alp|peak|glacier|everest)/i.test(prompt);
  const base = palette.sky.at(-1) ?? palette.light;
  for (let layer = 0; layer < LAYERS; layer += 1) {
    const depth = layer / (LAYERS - 1);
    const low = height * (mirrored ? 0.52 + depth * 0.1 : 0.56 + depth * 0.3);
    const rise = height * (layer === 0 ? 0.26 : 0.3 - depth * (mirrored ? 0.24 : 0.18));
    const wide = width * (0.5 - depth * 0.12) * Math.max(1, height / width);
    const offset = random() * 500;
    const peak = width * (layer === 1 ? (at.x < width / 2 ? 0.68 : 0.3) : random());
    const outline = (x: number) => {
      const swell = Math.exp(-(((x - peak) / (width * 0.26)) ** 2));
      const rough = noise.crest(x / wide + offset, 6);
      return low - rise * (rough * (0.55 + 0.75 * swell) - 0.18);
    };
    const body = mix(mix(palette.far, base, 0.35 * (1 - depth)), palette.near, depth ** 1.3);
    const foot = mix(body, base, 0.55 * (1 - depth * 0.75));
    const colors: Color[] = [body, mix(body, foot, 0.35), foot];
    // A wide slope, because light on each tooth of the crest looks like streaks.
    const span = unit * 0.07;
    const sunward = (x: number) => Math.max(-1, Math.min(1, (at.x - x) / (width * 0.12)));
    const flank = (x: number) => (outline(x - span) - outline(x + span)) / span;
    const side = (x: number) => Math.max(0, 0.24 + 0.35 * sunward(x) * flank(x));
    const rim = {
      color: mix(palette.light, body, 0.25),
      strength: (x: number) => Math.min(0.5, side(x)) * (1 - depth * 0.6),
      reach: unit * 0.035,
    };
    const reach = Math.min(shore, low + height * 0.12);
    if (snowy && layer < 3) {
      const white = mix([250, 252, 255], body, 0.12 + depth * 0.3);
      const line = low - rise * 0.42;
      canvas.land({ outline, colors: [white, mix(white, body, 0.5)], foot: low, rim });
      const melted = (x: number) => {
        const top = outline(x);
        const jagged = 0.35 + 0.9 * noise.crest(x / (unit * 0.09) + offset, 4);
        return top + Math.max(0, line - top) * jagged;
      };
      canvas.land({ outline: melted, colors, foot: reach });
    } else {
      canvas.land({ outline, colors, foot: reach, rim });
    }
    if (layer < LAYERS - 1) haze(easel, low + height * 0.02, height * 0.05, 0.5 * (1 - depth));
  }
  if (!palette.dark) birds(easel, { x: width - at.x, y: height * 0.24 });
  if (mirrored) lake(easel, shore);
  foreground(easel, mirrored);
}

function lake({ canvas, palette, noise }: Easel, shore: number): void {
  const tint = mix(palette.near, palette.sky[1] ?? palette.near, 0.45);
  const scale = canvas.unit / 1024;
  canvas.reflect(shore, tint, 0.5, (x, y) => {
    const near = (y - shore) / (canvas.height - shore);
    const ripple = noise.plane(x / (90 * scale), (y - shore) / (2.5 * scale + near * 12 * scale), 2) - 0.5;
    return ripple * (4 + near * 26) * scale;
  });
}

function foreground({ canvas, palette, random, noise }: Easel, aside: boolean): void {
  const { width, height, unit } = canvas;
  const offset = random() * 90;
  const left = random() < 0.5;
  const ground = (x: number) => {
    const away = left ? x / width : 1 - x / width;
    const slope = aside
      ? height * (0.88 + 0.26 * away)
      : height * (0.93 + 0.04 * Math.sin(away * 4 + offset));
    return slope - noise.line((x / unit) * 3 + offset, 3) * unit * 0.03;
  };
  const trees: Tree[] = [];
  const count = Math.round((width / unit) * (aside ? 16 : 30));
  for (let index = 0; index < count; index += 1) {
    const spot = random() ** (aside ? 2.2 : 1);
    const x = (left ? spot : 1 - spot) * width * (aside ? 0.55 : 1) + (aside && !left ? width * 0.45 : 0);
    const tall = unit * between(random, 0.05, aside ? 0.2 : 0.13);
    trees.push({ x, height: tall, width: tall * 0.42 });
  }
  canvas.land({
    outline: pines(ground, trees),
    colors: [mix(palette.near, palette.far, 0.08), palette.near],
  });
}
