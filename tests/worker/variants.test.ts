import { env } from "cloudflare:workers";
import { encode } from "fast-png";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { StoredOutput } from "../../worker/api/generation.ts";
import { makeMissingVariant, makeMissingVariantOnce, makeVariant } from "../../worker/images/variants.ts";

const HOUR_MS = 60 * 60 * 1000;
const MIB = 1024 * 1024;
const OUTPUT: StoredOutput = { n: 0, ext: "png", width: 8, height: 8 };
const PNG = encode({ width: 8, height: 8, data: new Uint8Array(8 * 8 * 3), channels: 3 });
const canStay = async () => true;

/** An original in R2, of a generation that no test shares. */
async function store(bytes: Uint8Array | string) {
  const place = { userId: crypto.randomUUID(), generationId: crypto.randomUUID() };
  await env.OUTPUTS.put(`outputs/${place.userId}/${place.generationId}/0.png`, bytes);
  const names = async () =>
    (await env.OUTPUTS.list({ prefix: `thumbs/${place.userId}/` })).objects.map(({ key }) =>
      key.split("/").at(-1),
    );
  return { place, names };
}

/** An account whose Images binding throws `error`: the local one has no usage limit. */
function failingImages(error: Error) {
  const output = vi.fn<() => Promise<never>>(async () => {
    throw error;
  });
  const transformer = { transform: () => transformer, output };
  const IMAGES = { input: () => transformer } as unknown as ImagesBinding;
  return { bindings: { OUTPUTS: env.OUTPUTS, IMAGES }, calls: () => output.mock.calls.length };
}

/** The real Images binding, whose calls are counted. */
function counting(count: () => unknown) {
  const IMAGES: ImagesBinding = {
    ...env.IMAGES,
    input: (stream) => {
      count();
      return env.IMAGES.input(stream);
    },
  };
  return { OUTPUTS: env.OUTPUTS, IMAGES };
}

const imagesError = (code: number) => Object.assign(new Error(`IMAGES_TRANSFORM_ERROR ${code}`), { code });

/** Only the date: what the code remembers of it must not reach into the present of other tests. */
function pretendNow(now: number) {
  vi.useFakeTimers({ toFake: ["Date"], now });
  onTestFinished(() => void vi.useRealTimers());
}

describe("a variant that cannot be made", () => {
  it("is not tried again for a day, by any isolate", async () => {
    const { place, names } = await store("not an image");
    const { bindings, calls } = failingImages(imagesError(9523));
    const start = Date.now();
    const make = () => makeMissingVariant(bindings, place, OUTPUT, "small", canStay);
    expect([await make(), await make(), calls()]).toEqual(["failed", "failed", 1]);
    expect(await names()).toEqual(["0-256.webp.failed"]);
    pretendNow(start + 23 * HOUR_MS);
    expect([await make(), calls()]).toEqual(["failed", 1]);
    pretendNow(start + 25 * HOUR_MS);
    expect([await make(), calls()]).toEqual(["failed", 2]);
  });

  it("is tried again after an hour when Images was unavailable", async () => {
    const { place } = await store(PNG);
    const { bindings } = failingImages(new Error("Network connection lost."));
    const start = Date.now();
    expect(await makeMissingVariant(bindings, place, OUTPUT, "thumb", canStay)).toBe("failed");
    expect(await makeMissingVariant(env, place, OUTPUT, "thumb", canStay)).toBe("failed");
    pretendNow(start + 1.1 * HOUR_MS);
    expect(await makeMissingVariant(env, place, OUTPUT, "thumb", canStay)).toBe("made");
  });

  it("is recorded beside the thumbnail when the generation's own attempt fails", async () => {
    const { place, names } = await store("not an image");
    expect(await makeVariant(env, place, OUTPUT, "thumb")).toBe(false);
    expect(await names()).toEqual(["0.webp.failed"]);
  });

  it("removes its record if the generation was deleted meanwhile", async () => {
    const { place, names } = await store("not an image");
    const outcome = await makeMissingVariant(env, place, OUTPUT, "small", async () => false);
    expect([outcome, await names()]).toEqual(["gone", []]);
  });

  it("is not sent to Images when the original is larger than 12 MiB", async () => {
    const large = new Uint8Array(12 * MIB + 1);
    large.set(PNG);
    const { place, names } = await store(large);
    const { bindings, calls } = failingImages(imagesError(9523));
    expect([await makeVariant(bindings, place, OUTPUT, "thumb"), calls()]).toEqual([false, 0]);
    expect(await names()).toEqual(["0.webp.failed"]);
  });
});

describe("Images' monthly limit", () => {
  it.each([
    [9422, 200],
    [9423, 100],
  ])("pauses all requests to Images for an hour after error %d", async (code, hoursAgo) => {
    const [first, second] = [await store(PNG), await store(PNG)];
    const { bindings, calls } = failingImages(imagesError(code));
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => logged.mockRestore());
    // In the past: the pause is over when the next test starts.
    const start = Date.now() - hoursAgo * HOUR_MS;
    pretendNow(start);
    expect([await makeVariant(bindings, first.place, OUTPUT, "thumb"), calls()]).toEqual([false, 1]);
    expect([await makeVariant(bindings, second.place, OUTPUT, "thumb"), calls()]).toEqual([false, 1]);
    expect(logged.mock.calls.flat().join()).toContain(
      `{"event":"images_limit_reached","code":${code},"pausedSeconds":3600}`,
    );
    // No image is marked: each is made when the limit allows it.
    expect([await first.names(), await second.names()]).toEqual([[], []]);
    pretendNow(start + 1.1 * HOUR_MS);
    expect([await makeVariant(env, second.place, OUTPUT, "thumb"), await second.names()]).toEqual([
      true,
      ["0.webp"],
    ]);
  });
});

it("a variant is made once by requests at the same time, and again after it was deleted", async () => {
  const { place, names } = await store(PNG);
  const input = vi.fn<() => void>();
  const make = () => makeMissingVariantOnce(counting(input), place, OUTPUT, "small", canStay);
  await Promise.all([make(), make(), make()]);
  expect([input.mock.calls.length, await names()]).toEqual([1, ["0-256.webp"]]);
  await env.OUTPUTS.delete(`thumbs/${place.userId}/${place.generationId}/0-256.webp`);
  await make();
  expect([input.mock.calls.length, await names()]).toEqual([2, ["0-256.webp"]]);
});

it("a variant whose request was canceled is made by a later request", async () => {
  const { place, names } = await store(PNG);
  const hanging = new Proxy(env.OUTPUTS, {
    get: (bucket, name) => (name === "head" ? () => new Promise(() => {}) : Reflect.get(bucket, name)),
  });
  const make = (OUTPUTS: R2Bucket) =>
    makeMissingVariantOnce({ ...env, OUTPUTS }, place, OUTPUT, "small", canStay);
  void make(hanging);
  await make(env.OUTPUTS);
  expect(await names()).toEqual([]);
  pretendNow(Date.now() + HOUR_MS / 30);
  await make(env.OUTPUTS);
  expect(await names()).toEqual(["0-256.webp"]);
});
