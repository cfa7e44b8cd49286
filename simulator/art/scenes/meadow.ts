import { type Color, hex, mix } from "../color.ts";
import { between, birds, chooseSun, clouds, type Easel, haze, stars, sun } from "../elements.ts";

const HILLS = 5;

export function paintMeadow(easel: Easel): void {
  const { canvas, palette, random, noise } = easel;
  const { width, height, unit } = canvas;
  const horizon = height * 0.56;
  canvas.sky(palette.sky, horizon);
  if (palette.dark) stars(easel, horizon, 220);
  const at = chooseSun(easel, between(random, 0.2, 0.34));
  sun(easel, at, 0.07);
  if (!palette.dark) clouds(easel, horizon, 0.75);
  birds(easel, { x: width - at.x, y: height * 0.22 });

  const grass = mix(hex("#5f9e4f"), palette.near, palette.dark ? 0.72 : 0.3);
  const air = palette.sky.at(-1) ?? palette.light;
  for (let hill = 0; hill < HILLS; hill += 1) {
    const depth = hill / (HILLS - 1);
    const low = height * (0.53 + 0.22 * depth);
    const offset = random() * 300;
    const outline = (x: number) =>
      low -
      (noise.line((x / width) * (2.4 - depth) + offset, hill === 0 ? 5 : 2) - 0.35) *
        height *
        (0.17 - 0.05 * depth);
    const body = mix(mix(palette.far, air, 0.4), grass, 0.15 + 0.85 * depth ** 0.8);
    if (hill > 0 && hill < HILLS - 1) trees(easel, outline, depth, mix(body, palette.near, 0.4));
    canvas.land({
      outline,
      colors: [mix(body, palette.light, 0.25), body, mix(body, palette.near, 0.3)],
      foot: low + height * 0.3,
      rim: { color: palette.light, strength: () => 0.3 * (1 - depth), reach: unit * 0.012 },
    });
    if (hill < 2) haze(easel, low + height * 0.02, height * 0.04, 0.45);
  }
  flowers(easel, height * 0.76, grass);
}

function trees({ canvas, random }: Easel, outline: (x: number) => number, depth: number, color: Color): void {
  for (let clump = 0; clump < 4; clump += 1) {
    const middle = random() * canvas.width;
    for (let tree = 0; tree < 6; tree += 1) {
      const x = middle + between(random, -0.06, 0.06) * canvas.width;
      const radius = canvas.unit * between(random, 0.008, 0.016) * (0.6 + depth);
      canvas.disc(x, outline(x) - radius * 0.6, radius, mix(color, [255, 255, 220], random() * 0.08));
    }
  }
}

/** Draws far rows first. Near flowers are larger. */
function flowers({ canvas, palette, random }: Easel, from: number, grass: Color): void {
  const { width, height, unit } = canvas;
  const rows = 26;
  for (let row = 0; row < rows; row += 1) {
    const near = row / (rows - 1);
    const y = from + (height * 1.04 - from) * near ** 1.5;
    const size = unit * (0.004 + 0.034 * near ** 1.7);
    const stem = mix(grass, palette.near, 0.25 + 0.5 * near);
    const count = Math.ceil((width / size) * 0.22);
    for (let index = 0; index < count; index += 1) {
      const [x, top, scale] = [
        random() * width,
        y + between(random, -1.6, 1.6) * size,
        between(random, 0.7, 1.15),
      ];
      const color = palette.accents[Math.floor(random() * palette.accents.length)] ?? palette.light;
      const lean = between(random, -0.5, 0.5);
      const thick = Math.max(0.6, size * 0.09);
      canvas.paint(
        [x - size * 3, top, x + size * 3, top + size * 4.5],
        stem,
        (px, py) =>
          Math.max(0, 1 - Math.abs(px - x - lean * (py - top) * ((py - top) / (size * 4.5))) / thick) * 0.9,
      );
      bloom(canvas, x, top, size * scale, mix(color, palette.near, (1 - near) * 0.12), palette, random);
    }
  }
}

function bloom(
  canvas: Easel["canvas"],
  x: number,
  y: number,
  radius: number,
  color: Color,
  { light, near }: Easel["palette"],
  random: () => number,
): void {
  const [petals, turn, squash] = [5 + Math.floor(random() * 3), random() * 6, between(random, 0.62, 0.95)];
  const heart = mix(hex("#f2b632"), near, 0.15);
  const box = [x - radius - 1, y - radius - 1, x + radius + 1, y + radius + 1] as const;
  const inner = mix(color, near, 0.22);
  const outer = mix(color, light, 0.3);
  canvas.paint(
    box,
    (px, py) => (Math.hypot(px - x, (py - y) / squash) < radius * 0.55 ? inner : py < y ? outer : color),
    (px, py) => {
      const [dx, dy] = [px - x, (py - y) / squash];
      const reach =
        radius * (0.62 + 0.38 * Math.abs(Math.cos((Math.atan2(dy, dx) * petals) / 2 + turn)) ** 0.7);
      return reach - Math.hypot(dx, dy) + 0.5;
    },
  );
  canvas.disc(x, y, radius * 0.24, heart);
}
