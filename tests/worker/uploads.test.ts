import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type Upload, uploadResponse } from "../../worker/api/schemas/upload.ts";
import {
  call,
  eventually,
  expectProblem,
  generate,
  newPrompt,
  newUser,
  reaches,
  type Visitor,
} from "./support/app.ts";
import { concat, jpeg, png, webp, withoutEnd } from "./support/image-files.ts";

const MIB = 1024 * 1024;

function send(user: Visitor, body: BodyInit, headers: Record<string, string> = {}): Promise<Response> {
  return user.call("/api/uploads", { method: "POST", body, headers });
}

async function upload(
  user: Visitor,
  body: BodyInit = png(),
  headers?: Record<string, string>,
): Promise<Upload> {
  const response = await send(user, body, headers);
  expect(response.status, await response.clone().text()).toBe(201);
  expect(response.headers.get("cache-control")).toBe("no-store");
  return uploadResponse.parse(await response.json()).upload;
}

async function filesOf(user: Visitor): Promise<string[]> {
  const { objects } = await env.OUTPUTS.list({ prefix: `uploads/${user.id}/` });
  return objects.map(({ key }) => key);
}

type Row = { id: string; state: string; next_at: number };

/** The rows of the user's object; null without tables. */
function rowsOf(user: Visitor): Promise<Row[]> {
  return runInDurableObject(env.STUDIO.getByName(user.id), (_, { storage }) => {
    const hasTable =
      storage.sql.exec("select 1 from sqlite_master where name = 'uploads'").toArray().length > 0;
    return hasTable ? storage.sql.exec<Row>("select id, state, next_at from uploads").toArray() : [];
  });
}

async function makeDue(user: Visitor): Promise<void> {
  await runInDurableObject(env.STUDIO.getByName(user.id), (_, { storage }) => {
    storage.sql.exec("update uploads set next_at = 0");
    void storage.setAlarm(Date.now());
  });
}

const streamOf = (...chunks: Uint8Array[]) =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });

/** Nothing of a rejected upload is left. */
async function expectNothing(user: Visitor): Promise<void> {
  await eventually(async () => {
    expect(await filesOf(user)).toEqual([]);
    expect(await rowsOf(user)).toEqual([]);
  });
}

describe("an upload", () => {
  it.each([
    ["PNG", png(), "image/png"],
    ["JPEG", jpeg(), "image/jpeg"],
    ["WebP", webp(), "image/webp"],
  ])("of a %s is stored under the user's prefix with the type of its bytes", async (_, file, type) => {
    const user = await newUser();
    const { id, width, height, expiresAt } = await upload(user, file);
    expect({ width, height }).toEqual({ width: 40, height: 30 });
    const minutes = (Date.parse(expiresAt) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(59);
    expect(minutes).toBeLessThanOrEqual(60);
    const stored = await env.OUTPUTS.get(`uploads/${user.id}/${id}`);
    expect(stored?.httpMetadata?.contentType).toBe(type);
    expect(new Uint8Array((await stored?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(file);
  });

  it.each(["output-tiny", "output-jpeg", "output-webp"])("of a real file is accepted: %s", async (mood) => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("terminal", mood));
    const { width, height } = await reaches(user, id, "succeeded");
    const file = await (await user.call(`/images/${id}/0`)).arrayBuffer();
    expect(await upload(user, file)).toMatchObject({ width, height });
  });

  it("of more than one part arrives whole, in chunks of any size", async () => {
    const user = await newUser();
    const file = png(4096, 4096, 6 * MIB);
    const pieces = [0, 1, 9, 30, 1000, 5 * MIB + 3, file.byteLength];
    const chunks = pieces.slice(1).map((end, at) => file.slice(pieces[at], end));
    const { id } = await upload(user, streamOf(...chunks));
    const stored = await env.OUTPUTS.get(`uploads/${user.id}/${id}`);
    expect(stored?.size).toBe(file.byteLength);
    expect(stored?.httpMetadata?.contentType).toBe("image/png");
  });

  it.each([["image/jpeg"], ["application/octet-stream"], ["IMAGE/PNG; charset=x"]])(
    "of a PNG with the header %s is a PNG",
    async (type) => {
      const user = await newUser();
      const { id } = await upload(user, png(), { "content-type": type });
      expect((await env.OUTPUTS.head(`uploads/${user.id}/${id}`))?.httpMetadata?.contentType).toBe(
        "image/png",
      );
    },
  );

  it("of a photo loses what its camera wrote after the image", async () => {
    const user = await newUser();
    for (const tail of [jpeg(), concat("\0\0\x01\n\x0edata", "SEFT"), new Uint8Array(40)]) {
      const { id } = await upload(user, concat(jpeg(), tail));
      expect((await env.OUTPUTS.head(`uploads/${user.id}/${id}`))?.size).toBe(jpeg().byteLength);
    }
  });

  it("without a session or from another site is refused", async () => {
    await expectProblem(await call("/api/uploads", { method: "POST", body: png() }), "unauthenticated");
    const user = await newUser();
    const response = await send(user, png(), { origin: "https://evil.example" });
    await expectProblem(response, "forbidden_origin");
  });
});

const ZIP = concat("PK\x03\x04", new Uint8Array(60));
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';

describe("refuses an upload", () => {
  it.each<[string, Uint8Array | string]>([
    ["GIF", concat("GIF89a", new Uint8Array([9, 0, 9, 0, 0, 0, 0]))],
    ["AVIF", concat("\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", new Uint8Array(40))],
    ["HEIC", concat("\0\0\0\x18ftypheic\0\0\0\0mif1heic", new Uint8Array(40))],
    ["SVG", SVG],
    ["SVG after a prolog", `\ufeff<?xml version="1.0"?>\n<!-- x -->${SVG}`],
    ["page", "<!doctype html><script>alert(1)</script>"],
    ["PDF", "%PDF-1.7 and more text"],
    ["zip file", ZIP],
  ])("that is a %s, whatever its header says", async (_, body) => {
    const user = await newUser();
    for (const type of ["image/png", "application/octet-stream"]) {
      await expectProblem(await send(user, body, { "content-type": type }), "unsupported_media_type");
    }
    await expectNothing(user);
  });

  it.each(["text/html", "image/svg+xml", "application/json", "multipart/form-data"])(
    "with the header %s, whatever its bytes are",
    async (type) => {
      const user = await newUser();
      await expectProblem(await send(user, png(), { "content-type": type }), "unsupported_media_type");
      await expectNothing(user);
    },
  );

  it.each<[string, Uint8Array | string]>([
    ["empty", ""],
    ["text", "no image at all, only a few words of text"],
    ["the start of a PNG", withoutEnd(png(), 90)],
    ["a PNG without its last chunk", withoutEnd(png(), 12)],
    ["a PNG without its last byte", withoutEnd(png(), 1)],
    ["a PNG without pixels", concat(png().subarray(0, 33), png().subarray(-12))],
    ["a JPEG without its end", withoutEnd(jpeg(), 2)],
    ["a JPEG without a scan", concat(jpeg().subarray(0, 33), "\xff\xd9")],
    ["a WebP without its last byte", withoutEnd(webp(), 1)],
    ["a WebP without pixels", concat("RIFF\x0c\0\0\0WEBPEXIF\0\0\0\0")],
    ["0 pixels wide", png(0, 30)],
    ["too wide", png(4097, 30)],
    ["too high", jpeg(30, 4097)],
    ["a PNG and a page", concat(png(), "<script>alert(1)</script>")],
    ["a JPEG and a zip file", concat(jpeg(), ZIP)],
    ["a WebP and a zip file", concat(webp(), ZIP)],
  ])("that is %s", async (_, body) => {
    const user = await newUser();
    await expectProblem(await send(user, body, { "content-type": "image/png" }), "invalid_image");
    await expectNothing(user);
  });

  it("over 10 MB by its header, before it is read", async () => {
    const user = await newUser();
    const response = await send(user, png(), { "content-length": String(10 * MIB + 1) });
    await expectProblem(response, "payload_too_large");
    await expectNothing(user);
  });

  it("over 10 MB without a length, before the rest is read", async () => {
    const user = await newUser();
    let sent = 0;
    const file = png(100, 100, 40 * MIB);
    const endless = new ReadableStream({
      pull(controller) {
        controller.enqueue(file.slice(sent, sent + MIB));
        sent += MIB;
      },
    });
    await expectProblem(await send(user, endless), "payload_too_large");
    expect(sent).toBeLessThan(20 * MIB);
    await expectNothing(user);
  });

  it("that breaks off", async () => {
    const user = await newUser();
    const broken = new ReadableStream({
      start(controller) {
        controller.enqueue(png().slice(0, 50));
        controller.error(new Error("the connection is lost"));
      },
    });
    await expectProblem(await send(user, broken), "invalid_image");
    await expectNothing(user);
  });

  it("of a user who has 20 that are not used, also at once", async () => {
    const user = await newUser();
    const responses = await Promise.all(Array.from({ length: 24 }, () => send(user, png())));
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(20);
    const refused = responses.filter(({ status }) => status !== 201);
    for (const response of refused) await expectProblem(response, "maximum_reached");
    expect(await filesOf(user)).toHaveLength(20);
  });

  it("over the rate, before anything is stored", async () => {
    const user = await newUser();
    const limiter = vi
      .spyOn(Object.getPrototypeOf(env.RL_GENERATE), "limit")
      .mockResolvedValue({ success: false });
    onTestFinished(() => limiter.mockRestore());
    const response = await send(user, png());
    await expectProblem(response, "rate_limited");
    expect(limiter).toHaveBeenCalledWith({ key: `upload:${user.id}` });
    await expectNothing(user);
  });

  it("when R2 fails, and keeps no row", async () => {
    const user = await newUser();
    const put = vi
      .spyOn(Object.getPrototypeOf(env.OUTPUTS), "put")
      .mockRejectedValue(new Error("R2 is down"));
    onTestFinished(() => put.mockRestore());
    await expectProblem(await send(user, png()), "storage_unavailable");
    await expectNothing(user);
  });
});

describe("an upload that no generation uses", () => {
  it("is deleted after its hour", async () => {
    const user = await newUser();
    await upload(user);
    expect(await filesOf(user)).toHaveLength(1);
    await makeDue(user);
    await runDurableObjectAlarm(env.STUDIO.getByName(user.id));
    await expectNothing(user);
  });

  it("is deleted later if R2 fails", async () => {
    const user = await newUser();
    await upload(user);
    const remove = vi
      .spyOn(Object.getPrototypeOf(env.OUTPUTS), "delete")
      .mockRejectedValueOnce(new Error("down"));
    onTestFinished(() => remove.mockRestore());
    await makeDue(user);
    await runDurableObjectAlarm(env.STUDIO.getByName(user.id));
    expect(await filesOf(user)).toHaveLength(1);
    expect((await rowsOf(user))[0]?.next_at).toBeGreaterThan(Date.now() - 5_000);
    await makeDue(user);
    await runDurableObjectAlarm(env.STUDIO.getByName(user.id));
    await expectNothing(user);
  });

  it("is deleted if the Worker was stopped between the file and its row", async () => {
    const user = await newUser();
    const studio = env.STUDIO.getByName(user.id);
    const id = crypto.randomUUID();
    await studio.reserveUpload({ userId: user.id, epoch: 0 }, id);
    await env.OUTPUTS.put(`uploads/${user.id}/${id}`, png());
    expect(await rowsOf(user)).toMatchObject([{ id, state: "storing" }]);
    await makeDue(user);
    await runDurableObjectAlarm(studio);
    await expectNothing(user);
  });

  it("is deleted with the account", async () => {
    const user = await newUser();
    await upload(user);
    expect((await user.call("/api/account", { method: "DELETE" })).status).toBe(204);
    await expectNothing(user);
    await expectProblem(await send(user, png()), "unauthenticated");
  });

  it("whose file arrives while the account is being deleted is deleted too", async () => {
    const user = await newUser();
    const studio = env.STUDIO.getByName(user.id);
    const id = crypto.randomUUID();
    await studio.reserveUpload({ userId: user.id, epoch: 0 }, id);
    expect((await user.call("/api/account", { method: "DELETE" })).status).toBe(204);
    await env.OUTPUTS.put(`uploads/${user.id}/${id}`, png());
    const completed = await studio.completeUpload(id, { width: 1, height: 1, bytes: 1 });
    expect(completed).toMatchObject({ ok: false });
    await expectNothing(user);
  });
});
