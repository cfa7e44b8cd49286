import type { Commission } from "../painter.ts";
import { createRandom, hash } from "../random.ts";

export function compose({ prompt, seed, width, height }: Commission): Uint8Array {
  const random = createRandom(hash(`${prompt}\n${seed}`));
  const rgb = new Uint8Array(width * height * 3);
  const r = random() * 255;
  for (let i = 0; i < rgb.length; i += 3) {
    rgb[i] = r;
    rgb[i + 1] = (i / rgb.length) * 255;
    rgb[i + 2] = 128;
  }
  return rgb;
}
