import { smoothstep } from "../canvas.ts";
import { type Color, hex, mix } from "../color.ts";
import { between, birds, chooseSun, clouds, type Easel, stars, sun } from "../elements.ts";

const DUNES = 7;

export function paintDesert(easel: Easel): void {
  const { canvas, palette, random, noise } = easel;
  const { width, height, unit } = canvas;
  const horizon = height * 0.56;
  canvas.sky(palette.sky, horizon);
  if (palette.dark) stars(easel, horizon, 260);
  const at = chooseSun(easel, between(random, 0.26, 0.4));
  sun(easel, at, 0.1);
  if (!palette.dark) clouds(easel, horizon, 0.3);
  birds(easel, { x: width - at.x, y: height * 0.25 });

  const sand = mix(hex("#e3a063"), palette.sky.at(-1) ?? palette.far, 0.25);
  const lit: Color = palette.dark ? mix(sand, palette.far, 0.72) : sand;
  for (let dune = 0; dune < DUNES; dune += 1) {
    const depth = dune / (DUNES - 1);
    const low = horizon + (height - horizon) * (0.1 + 0.62 * depth);
    const rise = height * (0.05 + 0.13 * depth);
    const peak = width * between(random, 0.12, 0.88);
    const half = width * between(random, 0.42, 0.62);
    const [offset, sunward] = [random() * 90, at.x < peak ? 1 : -1];
    const outline = (x: number) => {
      const off = (x - peak) / half;
      // Dunes are flat on the windward side and steep on the lee side.
      const side = Math.exp(-Math.abs(off) * (off * sunward > 0 ? 2.9 : 1.9));
      return low - rise * side - (noise.line((x / width) * 1.6 + offset, 2) - 0.5) * rise * 0.5;
    };
    const bright = mix(
      mix(palette.sky.at(-1) ?? lit, lit, 0.35 + 0.65 * depth),
      palette.near,
      0.06 + 0.26 * depth,
    );
    const shade = mix(bright, palette.near, 0.42 + 0.2 * depth);
    canvas.land({
      outline,
      colors: [mix(bright, palette.light, 0.22 * (1 - depth)), bright, mix(bright, palette.near, 0.22)],
      foot: low + height * 0.2,
      rim: { color: palette.light, strength: () => 0.35 * (1 - depth * 0.5), reach: unit * 0.01 },
    });
    const top = outline(peak);
    const wave = between(random, 0.3, 1) * Math.PI;
    canvas.paint([0, low - rise * 1.6, width, height], shade, (x, y) => {
      const down = y - top;
      const line =
        peak +
        sunward *
          (down * 0.25 + Math.sin((down / rise) * 1.1 + wave) * half * 0.05 - Math.sin(wave) * half * 0.05);
      const past = (x - line) * sunward;
      if (past < -2) return 0;
      const inside = Math.min(1, Math.max(0, y + 0.5 - outline(x)));
      return (
        inside *
        Math.min(1, Math.max(0, past + 0.5)) *
        smoothstep(rise * 3.2, rise * 0.4, down) *
        smoothstep(half * 1.1, half * 0.2, past)
      );
    });
  }
}
