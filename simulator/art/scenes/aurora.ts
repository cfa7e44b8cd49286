import { smoothstep } from "../canvas.ts";
import { type Color, hex, mix, turnHue } from "../color.ts";
import { between, type Easel, pines, stars, type Tree } from "../elements.ts";

export function paintAurora(easel: Easel): void {
  const { canvas, palette, random, noise } = easel;
  const { width, height, unit } = canvas;
  const shore = height * 0.74;
  canvas.sky([hex("#040817"), hex("#0a1a38"), mix(hex("#17406a"), palette.far, 0.2)], shore);
  stars(easel, shore, 420);
  for (let curtain = 0; curtain < 3; curtain += 1) ribbon(easel, curtain, shore);

  for (const depth of [0, 0.5, 1]) {
    const [offset, low] = [random() * 300, height * (0.68 + 0.05 * depth)];
    const body = mix(hex("#1c3f63"), hex("#040a18"), 0.05 + 0.9 * depth);
    const ground = (x: number) =>
      low - noise.crest((x / width) * (1.6 + depth) + offset, 6) * height * (0.3 - 0.25 * depth);
    const trees: Tree[] = [];
    for (let x = 0; depth === 1 && x < width; x += unit * between(random, 0.006, 0.03)) {
      const tall = unit * between(random, 0.02, 0.07);
      trees.push({ x, height: tall, width: tall * 0.4 });
    }
    canvas.land({
      outline: pines(ground, trees),
      colors: [body, mix(body, hex("#2f7a86"), 0.35 * (1 - depth))],
      foot: shore,
    });
  }
  const scale = unit / 1024;
  canvas.reflect(shore, hex("#050d1f"), 0.55, (x, y) => {
    const near = (y - shore) / (height - shore);
    return (
      (noise.plane(x / (80 * scale), (y - shore) / (3 * scale + near * 10 * scale), 2) - 0.5) *
      (6 + near * 34) *
      scale
    );
  });
}

function ribbon({ canvas, random, noise }: Easel, index: number, shore: number): void {
  const { width, height } = canvas;
  const [offset, turn] = [random() * 90, between(random, -18, 18)];
  const low = turnHue(hex("#46f2a4"), turn);
  const high = turnHue(hex(index === 1 ? "#b06bff" : "#3fa9f5"), turn);
  const shades = Array.from({ length: 65 }, (_, step): Color => mix(low, high, step / 64));
  const foot = Float32Array.from(
    { length: width },
    (_, x) =>
      shore * (0.42 + 0.14 * index) - (noise.line((x / width) * 2.2 + offset, 3, 0.4) - 0.3) * height * 0.36,
  );
  const rays = Float32Array.from({ length: width }, (_, x) => {
    const fold = noise.line((x / width) * 6 + offset + 9, 2);
    return smoothstep(0.2, 0.75, fold) * (0.45 + 0.55 * noise.line((x / width) * 46 + offset, 3));
  });
  const tall = height * (0.2 + 0.1 * random());
  const rise = (x: number, y: number) => ((foot[Math.floor(x)] ?? 0) - y) / tall;
  canvas.paint(
    [0, 0, width, shore],
    (x, y) => shades[Math.min(64, Math.max(0, Math.round(rise(x, y) * 46)))] ?? low,
    (x, y) => {
      const up = rise(x, y);
      if (up < -0.4) return 0;
      return (
        0.8 * (rays[Math.floor(x)] ?? 0) * Math.exp(-Math.max(0, up) * 1.7) * smoothstep(-0.4, 0.12, up) ** 2
      );
    },
  );
}
