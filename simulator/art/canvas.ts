import { along, type Color } from "./color.ts";

export type Canvas = ReturnType<typeof createCanvas>;

/** Samples per column, which smooth steep edges of an outline. */
const SAMPLES = 4;

export function smoothstep(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

type Land = {
  /** Height of the outline at x, in pixels from the top. */
  outline: (x: number) => number;
  /** Colors from the outline's highest point to `foot`, evenly spaced. */
  colors: readonly Color[];
  foot?: number;
  /** Light along the outline: its strength at x, and its height in pixels. */
  rim?: { color: Color; strength: (x: number) => number; reach: number };
  /** The shadow on the layers behind: its strength, and its width in pixels. */
  shadow?: { strength: number; reach: number };
};

export function createCanvas(width: number, height: number) {
  const data = new Float32Array(width * height * 3);

  function blend(index: number, color: Color, alpha: number): void {
    const red = data[index] as number;
    const green = data[index + 1] as number;
    const blue = data[index + 2] as number;
    data[index] = red + (color[0] - red) * alpha;
    data[index + 1] = green + (color[1] - green) * alpha;
    data[index + 2] = blue + (color[2] - blue) * alpha;
  }

  /** Blends a color over a rectangle, with `alpha` at each pixel's center. */
  function paint(
    [left, top, right, bottom]: readonly [number, number, number, number],
    color: Color | ((x: number, y: number) => Color),
    alpha: (x: number, y: number) => number,
  ): void {
    const [x0, x1] = [Math.max(0, Math.floor(left)), Math.min(width, Math.ceil(right))];
    const [y0, y1] = [Math.max(0, Math.floor(top)), Math.min(height, Math.ceil(bottom))];
    for (let y = y0; y < y1; y += 1) {
      for (let x = x0; x < x1; x += 1) {
        const share = alpha(x + 0.5, y + 0.5);
        if (share <= 0) continue;
        blend((y * width + x) * 3, typeof color === "function" ? color(x, y) : color, Math.min(1, share));
      }
    }
  }

  function land({ outline, colors, foot = height, rim, shadow }: Land): void {
    const outlines = new Float32Array(width * SAMPLES);
    for (let index = 0; index < outlines.length; index += 1)
      outlines[index] = outline((index + 0.5) / SAMPLES);
    const tops = new Float32Array(width);
    const bottoms = new Float32Array(width);
    for (let x = 0; x < width; x += 1) {
      let top = outlines[x * SAMPLES] as number;
      let bottom = top;
      for (let sample = 1; sample < SAMPLES; sample += 1) {
        const at = outlines[x * SAMPLES + sample] as number;
        if (at < top) top = at;
        else if (at > bottom) bottom = at;
      }
      tops[x] = top;
      bottoms[x] = bottom;
    }
    const highest = tops.reduce((least, top) => Math.min(least, top), height);
    const start = Math.max(0, Math.floor(highest - (shadow?.reach ?? 0) * 3));
    const light = rim && Float32Array.from({ length: width }, (_, x) => rim.strength(x));
    for (let y = start; y < height; y += 1) {
      const color = along(colors, (y - highest) / Math.max(1, foot - highest));
      for (let x = 0; x < width; x += 1) {
        const index = (y * width + x) * 3;
        const top = tops[x] as number;
        if (y + 1 <= top) {
          if (shadow === undefined || top - y > shadow.reach * 3) continue;
          const share = shadow.strength * Math.exp(-(((top - y) / shadow.reach) ** 2));
          if (share > 0.002)
            for (let c = index; c < index + 3; c += 1) data[c] = (data[c] as number) * (1 - share);
          continue;
        }
        let cover = 1;
        if (y < (bottoms[x] as number)) {
          cover = 0;
          for (let sample = 0; sample < SAMPLES; sample += 1) {
            cover += Math.min(1, Math.max(0, y + 1 - (outlines[x * SAMPLES + sample] as number)));
          }
          cover /= SAMPLES;
        }
        blend(index, color, cover);
        if (rim === undefined || light === undefined || y - top > rim.reach * 5) continue;
        const share = (light[x] as number) * Math.exp(-Math.max(0, y - top) / rim.reach) * cover;
        if (share > 0.004) blend(index, rim.color, share);
      }
    }
  }

  return {
    width,
    height,
    /** The shorter side: the unit for sizes that must not depend on the aspect ratio. */
    unit: Math.min(width, height),
    data,
    paint,
    land,
    sky(colors: readonly Color[], bottom: number): void {
      for (let y = 0; y < height; y += 1) {
        const color = along(colors, y / bottom);
        for (let x = 0; x < width; x += 1) blend((y * width + x) * 3, color, 1);
      }
    },
    glow(x: number, y: number, radius: number, color: Color, strength: number): void {
      const far = radius * 2.2;
      const scale = 1 / (radius * radius);
      paint([x - far, y - far, x + far, y + far], color, (px, py) => {
        const distance = (px - x) ** 2 + (py - y) ** 2;
        if (distance > far * far) return 0;
        return strength * Math.exp(-distance * scale) * smoothstep(far * far, far * far * 0.25, distance);
      });
    },
    disc(x: number, y: number, radius: number, color: Color, alpha = 1): void {
      paint(
        [x - radius - 1, y - radius - 1, x + radius + 1, y + radius + 1],
        color,
        (px, py) => Math.min(1, Math.max(0, radius - Math.hypot(px - x, py - y) + 0.5)) * alpha,
      );
    },
    /** Mirrors the image above `shore` below it, with waves that grow toward the viewer. */
    reflect(shore: number, tint: Color, depth: number, waver: (x: number, y: number) => number): void {
      const last = Math.floor(shore) - 1;
      for (let y = last + 1; y < height; y += 1) {
        const nearness = (y - shore) / Math.max(1, height - shore);
        const share = 0.12 + depth * nearness;
        for (let x = 0; x < width; x += 1) {
          const shift = waver(x, y);
          const sourceY = Math.min(last, Math.max(0, Math.round(last - (y - last) * 0.96 + shift)));
          const sourceX = Math.min(width - 1, Math.max(0, Math.round(x + shift * 0.35)));
          const source = (sourceY * width + sourceX) * 3;
          const index = (y * width + x) * 3;
          data[index] = data[source] as number;
          data[index + 1] = data[source + 1] as number;
          data[index + 2] = data[source + 2] as number;
          blend(index, tint, share);
        }
      }
    },
    /** Converts to bytes, with darker corners, and dithering against banding. */
    finish(): Uint8Array {
      const bytes = new Uint8Array(data.length);
      let state = 0x9e3779b9;
      for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < width; x += 1) {
          const corner = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) * 2;
          const light = 1 - 0.2 * corner * corner;
          state = (Math.imul(state, 1664525) + 1013904223) | 0;
          const dither = ((state >>> 8) & 0xffff) / 0x10000;
          const index = (y * width + x) * 3;
          for (let c = index; c < index + 3; c += 1) {
            const value = (data[c] as number) * light + dither;
            bytes[c] = value > 255 ? 255 : value;
          }
        }
      }
      return bytes;
    },
  };
}
