import { smoothstep } from "../canvas.ts";
import { type Color, mix } from "../color.ts";
import { between, type Easel, type Place, stars } from "../elements.ts";

export function paintSpace(easel: Easel): void {
  const { canvas, palette, random } = easel;
  const { width, height, unit } = canvas;
  const night: Color = [6, 7, 20];
  canvas.sky(
    [mix(night, palette.sky[0] ?? night, 0.5), night, mix(night, palette.sky[1] ?? night, 0.3)],
    height,
  );
  nebula(easel);
  stars(easel, height * 2.2, 700);
  const left = random() < 0.5;
  const at = { x: width * (left ? 0.36 : 0.64), y: height * between(random, 0.44, 0.56) };
  planet(easel, at, unit * between(random, 0.22, 0.28), random() < 0.7, left);
  const small = { x: width * (left ? 0.8 : 0.2), y: height * between(random, 0.2, 0.34) };
  planet(easel, small, unit * between(random, 0.035, 0.06), false, left);
}

function nebula({ canvas, palette, noise, random }: Easel): void {
  const { width, height, unit } = canvas;
  const [drift, tilt] = [random() * 90, between(random, -0.6, 0.6)];
  const [warm, cool] = [palette.sky.at(-1) ?? palette.light, palette.sky[1] ?? palette.far];
  canvas.paint([0, 0, width, height], cool, (x, y) => {
    const [u, v] = [x / (unit * 0.55), y / (unit * 0.55)];
    const warp = noise.plane(u + drift, v + drift, 2) * 1.6;
    const band = Math.exp(-((((y - height / 2) / height - tilt * (x / width - 0.5)) * 2.6) ** 2));
    return 0.85 * band * smoothstep(0.3, 0.85, noise.plane(u + warp, v + warp + drift, 3));
  });
  canvas.paint([0, 0, width, height], warm, (x, y) => {
    const [u, v] = [x / (unit * 0.4) + 31, y / (unit * 0.4) + 17];
    const band = Math.exp(-((((y - height / 2) / height - tilt * (x / width - 0.5)) * 3.6) ** 2));
    return (
      0.6 * band * smoothstep(0.45, 0.95, noise.plane(u + noise.plane(u + drift, v, 2) * 1.4, v + drift, 4))
    );
  });
}

function planet(
  { canvas, palette, noise, random }: Easel,
  at: Place,
  radius: number,
  ringed: boolean,
  litFromLeft: boolean,
): void {
  const [a, b] = [palette.accents[0] ?? palette.light, palette.accents.at(-1) ?? palette.far];
  const bands = [
    mix(palette.far, a, 0.5),
    mix(a, palette.light, 0.35),
    mix(palette.far, b, 0.6),
    mix(a, palette.near, 0.25),
  ];
  const [offset, tilt] = [random() * 90, between(random, 0.2, 0.42) * (random() < 0.5 ? 1 : -1)];
  const ring = (front: boolean) => {
    if (!ringed) return;
    const far = radius * 2.2;
    canvas.paint([at.x - far, at.y - far, at.x + far, at.y + far], mix(palette.light, a, 0.4), (x, y) => {
      const [dx, dy] = [x - at.x, y - at.y];
      const [u, v] = [dx * Math.cos(tilt) + dy * Math.sin(tilt), dy * Math.cos(tilt) - dx * Math.sin(tilt)];
      if (v > 0 !== front) return 0;
      const away = Math.hypot(u, v / 0.24) / radius;
      const edge = smoothstep(1.32, 1.36, away) * smoothstep(2.06, 2.0, away);
      const gap = 1 - 0.85 * smoothstep(0.03, 0.012, Math.abs(away - 1.72));
      return edge * gap * (0.3 + 0.5 * noise.line(away * 14 + offset, 2));
    });
  };
  canvas.glow(at.x, at.y, radius * 1.35, mix(a, palette.light, 0.4), 0.38);
  ring(false);
  const side = litFromLeft ? -1 : 1;
  const shades = Array.from({ length: 256 }, (_, index) =>
    mix(bands[index >> 6] ?? a, bands[((index >> 6) + 1) & 3] ?? a, (index & 63) / 64),
  );
  const dark: Color = mix(palette.near, [4, 5, 14], 0.6);
  canvas.paint(
    [at.x - radius - 1, at.y - radius - 1, at.x + radius + 1, at.y + radius + 1],
    (x, y) => {
      const [dx, dy] = [(x - at.x) / radius, (y - at.y) / radius];
      const [u, v] = [dx * Math.cos(tilt) + dy * Math.sin(tilt), dy * Math.cos(tilt) - dx * Math.sin(tilt)];
      const depth = Math.sqrt(Math.max(0, 1 - dx * dx - dy * dy));
      const swirl = noise.plane(u * 1.4 + offset, v * 7 + offset, 4);
      const shade = shades[Math.floor((v * 0.9 + swirl * 0.55 + 2) * 128) & 255] ?? a;
      const light = smoothstep(-0.35, 0.85, dx * side * 0.72 - dy * 0.42 + depth * 0.55);
      const rim = (1 - depth) ** 3 * light * 0.55;
      const part = (index: 0 | 1 | 2) =>
        (dark[index] + (shade[index] - dark[index]) * light) * (1 - rim) + palette.light[index] * rim;
      return [part(0), part(1), part(2)];
    },
    (x, y) => radius - Math.hypot(x - at.x, y - at.y) + 0.5,
  );
  ring(true);
}
