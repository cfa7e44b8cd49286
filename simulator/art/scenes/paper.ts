import { along, mix } from "../color.ts";
import { between, chooseSun, type Easel, sun } from "../elements.ts";

const SHEETS = 9;

/** Layers of cut paper with soft shadows, for prompts without a landscape. */
export function paintPaper(easel: Easel): void {
  const { canvas, palette, random, noise } = easel;
  const { width, height, unit } = canvas;
  canvas.sky(
    [mix(palette.sky.at(-1) ?? palette.light, palette.light, 0.55), palette.sky.at(-1) ?? palette.light],
    height * 0.6,
  );
  const at = chooseSun(easel, between(random, 0.2, 0.3));
  sun(easel, at, 0.12);
  const ramp = [
    palette.sky.at(-1),
    palette.sky.at(-2),
    palette.sky.at(-3),
    palette.sky[0],
    palette.near,
  ].filter((color) => color !== undefined);
  const lean = random() < 0.5 ? 1 : -1;
  for (let sheet = 0; sheet < SHEETS; sheet += 1) {
    const depth = sheet / (SHEETS - 1);
    const offset = random() * 300;
    const low = height * (0.34 + 0.6 * depth);
    const body = along(ramp, depth);
    const swing = between(random, 0.7, 1.3);
    canvas.land({
      outline: (x) => {
        const along = x / width - 0.5;
        const curve = Math.sin(along * Math.PI * swing + offset) * 0.06 + lean * along * 0.22 * (1 - depth);
        return low + height * curve - (noise.line((x / width) * 2.4 + offset, 2, 0.35) - 0.5) * height * 0.2;
      },
      colors: [mix(body, palette.light, 0.14), body, mix(body, palette.near, 0.16)],
      foot: low + height * 0.25,
      rim: { color: palette.light, strength: () => 0.35, reach: unit * 0.0022 },
      shadow: { strength: 0.34, reach: unit * 0.022 },
    });
  }
}
