import { decode } from "fast-png";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256, startTestSimulator, type TestSimulator } from "./harness.ts";

let simulator: TestSimulator;
beforeAll(async () => {
  simulator = await startTestSimulator();
});
afterAll(() => simulator.close());

async function downloadImage(input: Record<string, unknown>, model = "truefusion-pro") {
  const { id, output } = await simulator.run(input, { model });
  const response = await fetch(output[0]);
  const bytes = await response.arrayBuffer();
  return { id, response, bytes, url: output[0] as string };
}

describe("an image", () => {
  it.each([
    ["1:1", 1024, 1024],
    ["16:9", 1344, 768],
    ["9:16", 768, 1344],
    ["4:3", 1152, 864],
    ["3:4", 864, 1152],
    ["3:2", 1248, 832],
    ["2:3", 832, 1248],
  ])("with the aspect ratio %s has %i × %i pixels", async (aspect_ratio, width, height) => {
    const { bytes, response } = await downloadImage({ prompt: "abstract", aspect_ratio });
    expect(response.headers.get("content-type")).toBe("image/png");
    expect(response.headers.get("content-length")).toBe(String(bytes.byteLength));
    const image = decode(bytes);
    expect([image.width, image.height, image.channels]).toEqual([width, height, 3]);
  });

  it("of truefusion-edge has 512 × 512 pixels", async () => {
    const { bytes } = await downloadImage({ prompt: "draft" }, "truefusion-edge");
    expect(decode(bytes)).toMatchObject({ width: 512, height: 512 });
  });

  it("is the same for the same prompt and seed with any mood, and differs otherwise", async () => {
    const hashOf = async (input: Record<string, unknown>) =>
      sha256((await downloadImage(input, "truefusion-edge")).bytes);
    const first = await hashOf({ prompt: "sea at night", seed: 5 });
    expect(await hashOf({ prompt: "sea at night [mood:webhook-lost]", seed: 5 })).toBe(first);
    expect(await hashOf({ prompt: "sea at night", seed: 6 })).not.toBe(first);
    expect(await hashOf({ prompt: "sea at noon", seed: 5 })).not.toBe(first);
  });

  it("is in the ledger with size and digest of the sent bytes", async () => {
    const { id, bytes } = await downloadImage({ prompt: "[mood:output-tiny]" });
    const { outputs } = await simulator.admin("/ledger");
    expect(outputs[`${id}/0.png`]).toEqual({
      fetched: 1,
      bytes: bytes.byteLength,
      sha256: await sha256(bytes),
    });
  });

  it("has a response to HEAD without a body", async () => {
    const { url, bytes } = await downloadImage({ prompt: "[mood:output-tiny]" });
    const response = await fetch(url, { method: "HEAD" });
    expect(response.headers.get("content-length")).toBe(String(bytes.byteLength));
    expect(await response.text()).toBe("");
  });

  it("is 404 after its lifetime", async () => {
    const own = await startTestSimulator({ outputTtlSeconds: 0 });
    const { output } = await own.run({ prompt: "[mood:delay=0.001]" });
    await own.run({ prompt: "[mood:delay=0.01]" });
    expect((await fetch(output[0])).status).toBe(404);
    await own.close();
  });
});

describe("an output with the mood", () => {
  const tiny = (mood: string) => ({ prompt: `[mood:output-tiny,${mood}]` });
  const urlOf = async (mood: string): Promise<string> => (await simulator.run(tiny(mood))).output[0];

  it("output-404 is always 404, output-404-once only the first time", async () => {
    expect((await fetch(await urlOf("output-404"))).status).toBe(404);
    const once = await urlOf("output-404-once");
    expect((await fetch(once)).status).toBe(404);
    expect((await fetch(once)).status).toBe(200);
  });

  it.each([
    ["output-html", "text/html; charset=utf-8", "<!DO"],
    ["output-svg", "image/svg+xml", "<svg"],
    ["output-jpeg", "image/jpeg", "\xff\xd8\xff"],
    ["output-webp", "image/webp", "RIFF"],
    ["output-avif", "image/avif", "\0\0\0\x1cftypavif"],
  ])("%s has the type %s", async (mood, type, start) => {
    const response = await fetch(await urlOf(mood));
    expect(response.headers.get("content-type")).toBe(type);
    expect(
      Buffer.from(await response.arrayBuffer())
        .toString("latin1")
        .startsWith(start),
    ).toBe(true);
  });

  it("output-no-length is complete without Content-Length", async () => {
    const response = await fetch(await urlOf("output-no-length"));
    expect(response.headers.get("content-length")).toBeNull();
    expect(decode(await response.arrayBuffer())).toMatchObject({ width: 64 });
  });

  it.each(["output-short", "output-cut"])("%s ends early", async (mood) => {
    const response = await fetch(await urlOf(mood));
    expect(response.headers.has("content-length")).toBe(mood === "output-short");
    await expect(response.arrayBuffer()).rejects.toThrow();
  });

  it("output-large has the requested size and a PNG signature", async () => {
    const response = await fetch(await urlOf("output-large=3"));
    expect(response.headers.get("content-length")).toBe(String(3 * 1024 * 1024));
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.byteLength).toBe(3 * 1024 * 1024);
    expect(bytes.subarray(1, 4).toString()).toBe("PNG");
  });

  it("output-endless sends until the client stops reading", async () => {
    const response = await fetch(await urlOf("output-endless=8"));
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > 512 * 1024) break;
    }
    expect(bytes).toBeGreaterThan(512 * 1024);
  });
});
