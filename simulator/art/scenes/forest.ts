import { smoothstep } from "../canvas.ts";
import { mix } from "../color.ts";
import {
  between,
  birds,
  chooseSun,
  type Easel,
  haze,
  pines,
  type Place,
  stars,
  sun,
  type Tree,
} from "../elements.ts";

const LAYERS = 6;

export function paintForest(easel: Easel): void {
  const { canvas, palette, random, noise } = easel;
  const { width, height, unit } = canvas;
  canvas.sky(palette.sky, height * 0.75);
  if (palette.dark) stars(easel, height * 0.6, 220);
  const at = chooseSun(easel, between(random, 0.24, 0.36));
  sun(easel, at, 0.075);
  birds(easel, { x: width - at.x, y: height * 0.2 });

  const air = mix(palette.sky.at(-1) ?? palette.light, palette.light, 0.15);
  for (let layer = 0; layer < LAYERS; layer += 1) {
    const depth = layer / (LAYERS - 1);
    const low = height * (0.52 + 0.42 * depth);
    const [offset, tilt] = [random() * 500, between(random, -1, 1)];
    const ground = (x: number) =>
      low -
      (noise.line((x / width) * (2.2 - depth) + offset, 3) - 0.5) * height * 0.2 +
      (x / width - 0.5) * tilt * height * 0.1;
    const trees: Tree[] = [];
    const spacing = unit * (0.02 + 0.05 * depth);
    for (let x = -spacing; x < width + spacing; x += spacing * between(random, 0.35, 1.25)) {
      const tall = unit * (0.055 + 0.24 * depth ** 1.3) * between(random, 0.6, 1.25);
      trees.push({ x, height: tall, width: tall * between(random, 0.36, 0.46) });
    }
    // No near trees in front of the sun.
    const frame =
      layer === LAYERS - 1 ? trees.filter((tree) => Math.abs(tree.x - at.x) > width * 0.2) : trees;
    const body = mix(mix(palette.far, air, 0.5 * (1 - depth)), palette.near, depth ** 1.15);
    canvas.land({
      outline: pines(ground, frame),
      colors: [body, mix(body, air, 0.5 * (1 - depth)), mix(body, air, 0.75 * (1 - depth))],
      foot: low + height * 0.14,
    });
    if (layer < LAYERS - 1) haze(easel, low + height * 0.05, height * 0.06, 0.7 * (1 - depth));
    if (layer === 2 && !palette.dark) shafts(easel, at);
  }
}

function shafts({ canvas, palette, noise }: Easel, at: Place): void {
  const { width, height, unit } = canvas;
  canvas.paint([0, at.y, width, height], palette.light, (x, y) => {
    const distance = Math.hypot(x - at.x, y - at.y);
    const ray = noise.line((Math.atan2(x - at.x, y - at.y) + 4) * 6, 2);
    return (
      0.32 *
      smoothstep(0.45, 0.85, ray) *
      Math.exp(-distance / (unit * 0.6)) *
      smoothstep(0, unit * 0.1, distance) *
      smoothstep(0, unit * 0.07, y - at.y)
    );
  });
}
