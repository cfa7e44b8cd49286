/** Calls of R2, D1 and the object while a part of an export is streamed, and cleanup after a disconnect. */
import { env } from "cloudflare:workers";
import { expect, it, onTestFinished, vi } from "vitest";
import { eventually, newUser, type Visitor } from "./support/app.ts";
import { IMAGE_CONTENT, storedImages } from "./support/stored-images.ts";

const PART = "/api/account/export?part=1";

type Opened = { key: string; ended: "read" | "left" | null };

/**
 * Every image that is opened from now on, and how it was closed. Chunks are small: one can leave in the middle, and
 * R2 can break off there.
 */
function watchBodies({ breakAfter = Infinity } = {}): Opened[] {
  const opened: Opened[] = [];
  const prototype = Object.getPrototypeOf(env.OUTPUTS) as R2Bucket;
  const original = prototype.get;
  const spy = vi.spyOn(prototype, "get").mockImplementation(async function (this: R2Bucket, key: string) {
    const object = (await original.call(this, key)) as R2ObjectBody | null;
    if (!object) return null as never;
    const bytes = new Uint8Array(await object.arrayBuffer());
    const picture: Opened = { key, ended: null };
    opened.push(picture);
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at >= breakAfter) throw new Error("no response");
        if (at < bytes.length) return controller.enqueue(bytes.subarray(at, (at += 1024)));
        picture.ended = "read";
        controller.close();
      },
      cancel() {
        picture.ended = "left";
      },
    });
    return { size: bytes.length, body } as never;
  });
  onTestFinished(() => spy.mockRestore());
  return opened;
}

async function userWithPictures(count: number, size: number): Promise<Visitor> {
  const user = await newUser();
  const ids = await storedImages(user, count);
  await Promise.all(ids.map((id) => env.OUTPUTS.put(`outputs/${user.id}/${id}/0.png`, new Uint8Array(size))));
  return user;
}

it.each([1, 60, 130])("a reader that leaves after %i KB leaves no image open", async (kilobytes) => {
  const opened = watchBodies();
  const failed = vi.spyOn(console, "error");
  onTestFinished(() => failed.mockRestore());
  const user = await userWithPictures(4, 64 * 1024);
  const reader = (await user.call(PART)).body?.getReader();
  if (!reader) throw new Error("no body");
  for (let taken = 0; taken < kilobytes * 1024; ) taken += (await reader.read()).value?.byteLength ?? 0;
  await reader.cancel();
  await eventually(async () => expect(opened.at(-1)?.ended, JSON.stringify(opened)).toBe("left"));
  expect(opened.slice(0, -1).every(({ ended }) => ended === "read")).toBe(true);
  expect(opened.length).toBeLessThan(4);
  expect(failed, "to leave is no failure").not.toHaveBeenCalled();
});

it("an image that fails midway aborts the file and is logged once", async () => {
  watchBodies({ breakAfter: 10 * 1024 });
  const failed = vi.spyOn(console, "error").mockReturnValue();
  onTestFinished(() => failed.mockRestore());
  const user = await userWithPictures(2, 64 * 1024);
  const response = await user.call(PART);
  expect(response.status).toBe(200);
  await expect(response.arrayBuffer()).rejects.toThrow();
  expect(failed.mock.calls.flat().filter((line) => String(line).includes("export_failed"))).toHaveLength(1);
});

it("a HEAD request opens no image", async () => {
  const opened = watchBodies();
  const user = await userWithPictures(2, 1024);
  const response = await user.call(PART, { method: "HEAD" });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/zip");
  expect(opened).toEqual([]);
});

it("a part needs one read of R2 per image, one batch of D1 and two calls of the object", async () => {
  const pictures = 250;
  const user = await userWithPictures(pictures, IMAGE_CONTENT.length);
  const calls = { r2: 0, d1: 0, object: 0 };
  const count = (target: unknown, name: string, kind: keyof typeof calls) => {
    const methods = target as Record<string, (...given: unknown[]) => unknown>;
    const original = methods[name];
    const spy = vi.spyOn(methods, name).mockImplementation(function (this: unknown, ...given: unknown[]) {
      calls[kind] += 1;
      return original?.apply(this, given);
    });
    onTestFinished(() => spy.mockRestore());
  };
  count(Object.getPrototypeOf(env.OUTPUTS), "get", "r2");
  count(env.DB.constructor.prototype, "batch", "d1");
  count(Object.getPrototypeOf(env.DB.prepare("select 1")), "raw", "d1");
  count(Object.getPrototypeOf(env.STUDIO), "getByName", "object");
  await (await user.call(PART)).arrayBuffer();
  // `record`, so that D1 has every image, and `exportOf`.
  expect(calls).toEqual({ r2: pictures, d1: 1, object: 2 });
});
