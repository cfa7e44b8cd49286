import { decode } from "fast-png";
import { describe, expect, it } from "vitest";
import { compose } from "../../simulator/art/compose.ts";
import { encodePng } from "../../simulator/art/png.ts";

describe("a scene", () => {
  it.each([
    "a planet in space",
    "aurora",
    "city at night",
    "a lake at dawn",
    "the sea at sunset",
    "desert",
    "flowers",
    "misty forest",
    "abstract",
    "snowy mountains",
    "a cat in a hat",
    "猫 🎩",
  ])("for %s fills the image in every aspect ratio, and is the same each time", (prompt) => {
    for (const [width, height] of [
      [64, 64],
      [112, 64],
      [64, 112],
      [1, 1],
    ] as const) {
      const request = { prompt, seed: 3, width, height };
      const rgb = compose(request);
      expect(rgb).toHaveLength(width * height * 3);
      expect(compose(request)).toEqual(rgb);
      const colors = new Set(
        Array.from({ length: width * height }, (_, pixel) => rgb.subarray(pixel * 3, pixel * 3 + 3).join()),
      );
      expect(colors.size).toBeGreaterThan(width * height * 0.1);
    }
  });
});

describe("an encoded PNG", () => {
  it("decodes to the same pixels", () => {
    const rgb = compose({ prompt: "sea", seed: 1, width: 50, height: 30 });
    const image = decode(encodePng(50, 30, rgb), { checkCrc: true });
    expect(image).toMatchObject({ width: 50, height: 30, channels: 3, depth: 8 });
    expect([...image.data]).toEqual([...rgb]);
  });
});
