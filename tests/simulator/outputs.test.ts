import { decode } from "fast-png";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256, startTestSimulator, type TestSimulator } from "./harness.ts";

let simulator: TestSimulator;
beforeAll(async () => {
  simulator = await startTestSimulator();
});
afterAll(() => simulator.close());

async function pictureOf(input: Record<string, unknown>, model = "truefusion-pro") {
  const { id, output } = await simulator.run(input, { model });
  const answer = await fetch(output[0]);
  const bytes = await answer.arrayBuffer();
  return { id, answer, bytes, url: output[0] as string };
}

describe("pictures", () => {
  it.each([
    ["1:1", 1024, 1024],
    ["16:9", 1344, 768],
    ["9:16", 768, 1344],
    ["4:3", 1152, 864],
    ["3:4", 864, 1152],
    ["3:2", 1248, 832],
    ["2:3", 832, 1248],
  ])("of %s are %i × %i", async (aspect_ratio, width, height) => {
    const { bytes, answer } = await pictureOf({ prompt: "abstract", aspect_ratio });
    expect(answer.headers.get("content-type")).toBe("image/png");
    expect(answer.headers.get("content-length")).toBe(String(bytes.byteLength));
    const picture = decode(bytes);
    expect([picture.width, picture.height, picture.channels]).toEqual([width, height, 3]);
  });

  it("of edge are 512 × 512", async () => {
    const { bytes } = await pictureOf({ prompt: "draft" }, "truefusion-edge");
    expect(decode(bytes)).toMatchObject({ width: 512, height: 512 });
  });

  it("are the same for the same prompt and seed, whatever the mood, and others otherwise", async () => {
    const hashOf = async (input: Record<string, unknown>) =>
      sha256((await pictureOf(input, "truefusion-edge")).bytes);
    const first = await hashOf({ prompt: "sea at night", seed: 5 });
    expect(await hashOf({ prompt: "sea at night [mood:webhook-lost]", seed: 5 })).toBe(first);
    expect(await hashOf({ prompt: "sea at night", seed: 6 })).not.toBe(first);
    expect(await hashOf({ prompt: "sea at noon", seed: 5 })).not.toBe(first);
  });

  it("are in the ledger by the bytes served", async () => {
    const { id, bytes } = await pictureOf({ prompt: "[mood:output-tiny]" });
    const { outputs } = await simulator.admin("/ledger");
    expect(outputs[`${id}/0.png`]).toEqual({
      fetched: 1,
      bytes: bytes.byteLength,
      sha256: await sha256(bytes),
    });
  });

  it("answer HEAD without the bytes", async () => {
    const { url, bytes } = await pictureOf({ prompt: "[mood:output-tiny]" });
    const answer = await fetch(url, { method: "HEAD" });
    expect(answer.headers.get("content-length")).toBe(String(bytes.byteLength));
    expect(await answer.text()).toBe("");
  });

  it("vanish with their time", async () => {
    const own = await startTestSimulator({ outputTtlSeconds: 0 });
    const { output } = await own.run({ prompt: "[mood:delay=0.001]" });
    await own.run({ prompt: "[mood:delay=0.01]" });
    expect((await fetch(output[0])).status).toBe(404);
    await own.close();
  });
});

describe("moods of outputs", () => {
  const tiny = (mood: string) => ({ prompt: `[mood:output-tiny,${mood}]` });
  const urlOf = async (mood: string): Promise<string> => (await simulator.run(tiny(mood))).output[0];

  it("output-404 stays away, output-404-once comes back", async () => {
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
  ])("%s", async (mood, type, start) => {
    const answer = await fetch(await urlOf(mood));
    expect(answer.headers.get("content-type")).toBe(type);
    expect(
      Buffer.from(await answer.arrayBuffer())
        .toString("latin1")
        .startsWith(start),
    ).toBe(true);
  });

  it("output-no-length is whole without saying how long", async () => {
    const answer = await fetch(await urlOf("output-no-length"));
    expect(answer.headers.get("content-length")).toBeNull();
    expect(decode(await answer.arrayBuffer())).toMatchObject({ width: 64 });
  });

  it.each(["output-short", "output-cut"])("%s breaks off", async (mood) => {
    const answer = await fetch(await urlOf(mood));
    expect(answer.headers.has("content-length")).toBe(mood === "output-short");
    await expect(answer.arrayBuffer()).rejects.toThrow();
  });

  it("output-large is as large as asked and begins like a PNG", async () => {
    const answer = await fetch(await urlOf("output-large=3"));
    expect(answer.headers.get("content-length")).toBe(String(3 * 1024 * 1024));
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.byteLength).toBe(3 * 1024 * 1024);
    expect(bytes.subarray(1, 4).toString()).toBe("PNG");
  });

  it("output-endless goes on until the reader has enough", async () => {
    const answer = await fetch(await urlOf("output-endless=8"));
    let bytes = 0;
    for await (const chunk of answer.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > 512 * 1024) break;
    }
    expect(bytes).toBeGreaterThan(512 * 1024);
  });
});
