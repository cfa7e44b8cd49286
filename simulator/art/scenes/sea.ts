import { smoothstep } from "../canvas.ts";
import { mix } from "../color.ts";
import { between, birds, chooseSun, clouds, type Easel, type Place, stars, sun } from "../elements.ts";

const WAVES = 4;

export function paintSea(easel: Easel): void {
  const { canvas, palette, random, noise } = easel;
  const { width, height, unit } = canvas;
  const horizon = height * between(random, 0.5, 0.58);
  canvas.sky(palette.sky, horizon);
  if (palette.dark) stars(easel, horizon, 260);
  const at = chooseSun(easel, horizon / height - between(random, 0.03, 0.16));
  sun(easel, at, 0.085);
  clouds(easel, horizon, palette.dark ? 0.2 : 0.65);
  islands(easel, horizon, at);
  boat(easel, { x: width - at.x + between(random, -0.08, 0.08) * width, y: horizon + unit * 0.012 });
  birds(easel, { x: width - at.x, y: height * 0.22 });

  const tint = mix(palette.near, palette.sky[0] ?? palette.near, 0.6);
  const scale = unit / 1024;
  canvas.reflect(horizon, tint, 0.75, (x, y) => {
    const near = (y - horizon) / (height - horizon);
    return (
      (noise.plane(x / (70 * scale), (y - horizon) / (3 * scale + near * 16 * scale), 2) - 0.5) *
      (6 + near * 60) *
      scale
    );
  });
  glitter(easel, horizon, at, 1);
  waves(easel, horizon);
  glitter(easel, horizon + (height - horizon) * 0.45, at, 0.5);
}

function islands({ canvas, palette, random, noise }: Easel, horizon: number, at: Place): void {
  for (const depth of [0, 1]) {
    const middle =
      canvas.width * (at.x < canvas.width / 2 ? 0.86 : 0.14) + between(random, -0.08, 0.08) * canvas.width;
    const half = canvas.width * (0.34 - depth * 0.12);
    const offset = random() * 90;
    const body = mix(
      mix(palette.far, palette.sky.at(-1) ?? palette.far, 0.3),
      palette.near,
      0.15 + depth * 0.3,
    );
    canvas.land({
      outline: (x) => {
        const bell = Math.max(0, 1 - ((x - middle) / half) ** 2);
        return (
          horizon +
          1 -
          bell * canvas.height * (0.13 - depth * 0.04) * (0.35 + noise.crest((x / half) * 1.4 + offset, 5))
        );
      },
      colors: [body, mix(body, palette.sky.at(-1) ?? body, 0.35)],
      foot: horizon,
    });
  }
}

function boat({ canvas, palette, random }: Easel, at: Place): void {
  const size = canvas.unit * between(random, 0.07, 0.1);
  const sail = mix(palette.light, palette.accents[0] ?? palette.light, 0.3);
  const hull = mix(palette.near, palette.far, 0.1);
  const edge = (inside: number) => Math.min(1, Math.max(0, inside + 0.5));
  const box = [at.x - size, at.y - size * 1.6, at.x + size, at.y + size * 0.2] as const;
  const up = (y: number) => (at.y - size * 0.1 - y) / (size * 1.3);
  canvas.paint(box, sail, (x, y) => {
    const rise = up(y);
    return rise < 0.02 || rise > 1
      ? 0
      : edge(Math.min(x - at.x - 1, size * 0.55 * (1 - rise) ** 0.9 - (x - at.x)));
  });
  canvas.paint(box, mix(sail, hull, 0.22), (x, y) => {
    const rise = up(y) * 1.12;
    return rise < 0.02 || rise > 1
      ? 0
      : edge(Math.min(at.x - 2 - x, size * 0.42 * (1 - rise) ** 0.85 - (at.x - x)));
  });
  canvas.paint(box, hull, (x, y) => {
    const down = (y - at.y + size * 0.08) / (size * 0.16);
    return down < 0 || down > 1 ? 0 : edge(size * (0.62 - down * 0.22) - Math.abs(x - at.x));
  });
}

/** The sun's reflection on the water: narrow at the horizon, wide and broken near the viewer. */
function glitter({ canvas, palette, noise }: Easel, horizon: number, at: Place, strength: number): void {
  const { width, height, unit } = canvas;
  canvas.paint([0, horizon, width, height], palette.light, (x, y) => {
    const near = (y - horizon) / (height - horizon);
    const spread = unit * (0.06 + near * 0.2);
    const lane = Math.exp(-(((x - at.x) / spread) ** 2));
    if (lane < 0.01) return 0;
    const grain = noise.plane(
      x / (unit * (0.03 + near * 0.1)),
      (y - horizon) / (unit * (0.003 + near * 0.012)),
      2,
    );
    return strength * lane * smoothstep(0.5, 0.68, grain) * (0.75 - near * 0.45);
  });
}

function waves({ canvas, palette, random, noise }: Easel, horizon: number): void {
  const { width, height, unit } = canvas;
  const shallow = mix(palette.sky[1] ?? palette.far, palette.near, 0.35);
  for (let wave = 0; wave < WAVES; wave += 1) {
    const depth = (wave + 1) / WAVES;
    const low = horizon + (height - horizon) * (0.52 + 0.44 * depth ** 1.1);
    const swell = unit * (0.012 + 0.03 * depth);
    const [offset, phase, length] = [random() * 90, random() * 6, unit * (0.5 + 0.5 * depth)];
    const body = mix(shallow, palette.near, 0.1 + depth * 0.85);
    canvas.land({
      outline: (x) => {
        const roll = Math.sin(
          (x / length) * Math.PI * 2 + phase + noise.line((x / width) * 2 + offset, 2) * 4,
        );
        return low - swell * roll - noise.line(x / (length * 0.4) + offset, 2) * swell * 1.2;
      },
      colors: [mix(body, palette.sky.at(-1) ?? body, 0.3 - depth * 0.14), body, mix(body, palette.near, 0.5)],
      foot: low + unit * 0.16,
    });
  }
}
