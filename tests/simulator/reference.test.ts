import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { decode } from "fast-png";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodePng } from "../../simulator/art/png.ts";
import { SAMPLES } from "../../simulator/samples.ts";
import { type Json, startTestSimulator, type TestSimulator } from "./harness.ts";

const RED = [250, 20, 30] as const;
const pngOf = (width: number, height: number) =>
  encodePng(
    width,
    height,
    Uint8Array.from({ length: width * height * 3 }, (_, at) => RED[at % 3] ?? 0),
  );

/** A host of reference images, which counts its requests. */
async function startHost(files: Record<string, Uint8Array>) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    const file = files[(request.url ?? "").split("?")[0] ?? ""];
    if (!file) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": "application/octet-stream" }).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, requests, close: () => new Promise((done) => server.close(done).closeAllConnections()) };
}

let simulator: TestSimulator;
let host: Awaited<ReturnType<typeof startHost>>;
beforeAll(async () => {
  simulator = await startTestSimulator();
  host = await startHost({
    "/red.png": pngOf(48, 32),
    "/photo.jpg": SAMPLES["output-jpeg"]?.bytes ?? Buffer.alloc(0),
    "/page.html": Buffer.from("<!doctype html><p>no image"),
  });
});
afterAll(() => Promise.all([simulator.close(), host.close()]));

async function imageOf(input: Record<string, unknown>, model: string) {
  const { output, status, error }: Json = await simulator.run(input, { model });
  expect(status, JSON.stringify(error)).toBe("succeeded");
  return decode(await (await fetch(output[0])).arrayBuffer());
}

/** The mean of the red, green and blue values. */
function meanOf({ data }: ReturnType<typeof decode>) {
  const sums = [0, 0, 0];
  for (const [at, value] of data.entries()) sums[at % 3] = (sums[at % 3] ?? 0) + value;
  return sums.map((sum) => sum / (data.length / 3));
}

describe("a reference image", () => {
  it.each([
    ["truefusion-edit", "image", (url: string) => url],
    ["truefusion-blend", "input_images", (url: string) => [url]],
  ])("colors the image of %s, which takes it as %s", async (model, property, valueOf) => {
    const prompt = "[mood:output-tiny] a sea at night";
    const [red = 0, green = 0, blue = 0] = meanOf(
      await imageOf({ prompt, seed: 1, [property]: valueOf(`${host.origin}/red.png`) }, model),
    );
    const [plainRed = 0] = meanOf(await imageOf({ prompt, seed: 1 }, model));
    expect(red).toBeGreaterThan(plainRed + 50);
    expect(red).toBeGreaterThan(Math.max(green, blue) + 50);
  });

  it("that is a JPEG gives another image than none", async () => {
    const input = { prompt: "[mood:output-tiny] a sea", seed: 1 };
    const withPhoto = await imageOf({ ...input, image: `${host.origin}/photo.jpg` }, "truefusion-edit");
    expect(meanOf(withPhoto)).not.toEqual(meanOf(await imageOf(input, "truefusion-edit")));
  });

  it("is returned by the upscaler at twice the size, with its colors", async () => {
    const image = await imageOf({ image: `${host.origin}/red.png` }, "upscaler");
    expect([image.width, image.height]).toEqual([96, 64]);
    expect([...image.data.subarray(0, 3)]).toEqual([...RED]);
  });

  it("is described as a URL in the schema of its model", async () => {
    const propertiesOf = async (model: string) =>
      ((await (await simulator.call(`/models/${model}?fields=input_schema`)).json()) as Json).input_schema;
    expect((await propertiesOf("truefusion-edit")).properties.image).toMatchObject({
      type: "string",
      format: "uri",
    });
    expect((await propertiesOf("truefusion-blend")).properties.input_images).toMatchObject({
      type: "array",
      items: { type: "string", format: "uri" },
    });
    expect((await propertiesOf("upscaler")).required).toEqual(["image"]);
  });

  it.each(["/page.html", "/missing.png"])("is rejected with the input if %s is no image", async (path) => {
    const input = { prompt: "x", image: `${host.origin}${path}` };
    const response = await simulator.post("/predictions", { model: "truefusion-edit", input });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ status: false, error: { error_id: "VALIDATION_ERROR" } });
  });

  const countOf = (path: string) => host.requests.filter((url) => url === path).length;

  it.each([
    ["reference-held", 0],
    ["reference-late", 1],
    ["reference-twice", 2],
  ])("with the mood %s is fetched %i times", async (mood, count) => {
    const path = `/red.png?${mood}`;
    const prompt = `[mood:output-tiny,delay=0.2,${mood}] a sea`;
    const prediction = await simulator.run(
      { prompt, image: `${host.origin}${path}` },
      { model: "truefusion-edit" },
    );
    expect(prediction.status).toBe("succeeded");
    expect(countOf(path)).toBe(count);
    const { references } = await simulator.admin(`/ledger?id=${prediction.id}`);
    if (count === 0) expect(references).toEqual([]);
    else expect(references[0]).toMatchObject({ url: `${host.origin}${path}`, status: 200 });
  });

  it("that is gone when it is fetched late lets the prediction fail", async () => {
    const prompt = "[mood:reference-late,delay=0.2] a sea";
    const image = `${host.origin}/missing.png`;
    const { status, error } = await simulator.run({ prompt, image }, { model: "truefusion-edit" });
    expect({ status, error }).toEqual({ status: "failed", error: expect.stringContaining("404") });
  });

  it("with the mood reference-rewritten is shown under another URL", async () => {
    const prompt = "[mood:output-tiny,reference-rewritten] a sea";
    const image = `${host.origin}/red.png`;
    const { id, input } = await simulator.run({ prompt, image }, { model: "truefusion-edit" });
    expect(input).toEqual({ prompt, image: expect.stringContaining(`/inputs/${id}.png`) });
  });
});
