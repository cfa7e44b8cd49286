import { env } from "cloudflare:workers";
import { imageDimensionsFromData } from "image-dimensions";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { makeMissingVariant } from "../../worker/images/variants.ts";
import { call, generate, newPrompt, newUser, reaches, read, type Visitor } from "./support/app.ts";

describe("GET /s/:token/image?size", () => {
  let user: Visitor;
  let id: string;
  let path: string;

  beforeAll(async () => {
    user = await newUser();
    ({ id } = await generate(user, newPrompt("terminal")));
    await reaches(user, id, "succeeded");
    const { url } = await (await user.post(`/api/generations/${id}/share`)).json<{ url: string }>();
    path = `${new URL(url).pathname}/image`;
  });

  it("is what the page shows, linked to the original", async () => {
    const page = await (await call(path.replace("/image", ""))).text();
    expect(page).toContain(`<a href="${path}"><img src="${path}?size=768"`);
    const [first = ""] = /<(?:img|link rel="preload")[^>]*>/.exec(page) ?? [];
    expect(first, "the first image that the browser finds").toContain(`href="${path}?size=768"`);
  });

  it.each([
    [1600, 900, ["?size=768 768w", "?size=1280 1280w"]],
    [900, 1600, ["?size=768 432w", "?size=1280 720w"]],
    [1024, 1024, ["?size=768 768w", "?size=1280 1024w"]],
    [768, 768, []],
    [64, 48, []],
    [1, 5000, ["?size=768 1w", "?size=1280 1w"]],
  ])("offers each size of an image of %d × %d pixels once", async (width, height, sources) => {
    const outputs = JSON.stringify([{ n: 0, ext: "png", width, height }]);
    const before = await env.DB.prepare("select outputs from generations where id = ?")
      .bind(id)
      .first("outputs");
    const write = (value: unknown) =>
      env.DB.prepare("update generations set outputs = ? where id = ?").bind(value, id).run();
    await write(outputs);
    const page = await (await call(path.replace("/image", ""))).text();
    await write(before);
    expect(/srcset="([^"]+)"/.exec(page)?.[1]?.split(", ") ?? []).toEqual(
      sources.map((source) => path + source),
    );
    const sizes = /sizes="([^"]+)"/.exec(page)?.[1];
    expect(sizes).toBe(
      sources.length > 0
        ? `min(100vw - 2rem, ${width}px, calc(max(16rem, 100dvh - 15rem) * ${width / height}))`
        : undefined,
    );
    expect(page).toContain(`src="${path}?size=${Math.max(width, height) > 768 ? 1280 : 768}"`);
  });

  it.each([768, 1280])(
    "at %d: a smaller file of the same proportions, with the headers of the original",
    async (side) => {
      const [original, view] = await Promise.all([call(path), call(`${path}?size=${side}`)]);
      expect(view.status).toBe(200);
      expect(view.headers.get("content-type")).toBe("image/webp");
      for (const name of [
        "cache-control",
        "content-security-policy",
        "cross-origin-resource-policy",
        "x-content-type-options",
        "x-robots-tag",
      ]) {
        expect(view.headers.get(name), name).toBe(original.headers.get(name));
      }
      const [whole, small] = [await original.bytes(), await view.bytes()];
      expect(small.byteLength).toBeLessThan(whole.byteLength);
      const [of, shown] = [imageDimensionsFromData(whole), imageDimensionsFromData(small)];
      expect(shown?.type).toBe("webp");
      expect((shown?.width ?? 0) / (shown?.height ?? 1)).toBeCloseTo((of?.width ?? 0) / (of?.height ?? 2), 2);
    },
  );

  it("is made at the first request only", async () => {
    await Promise.all([call(`${path}?size=768`), call(`${path}?size=1280`)]);
    const kept = (await env.OUTPUTS.list({ prefix: `thumbs/${user.id}/${id}/0-` })).objects;
    expect(kept.map(({ key }) => key.split("/").at(-1))).toEqual(["0-1280.webp", "0-768.webp"]);
    await env.OUTPUTS.put(kept[1]?.key ?? "", "kept", { httpMetadata: { contentType: "image/webp" } });
    expect(await (await call(`${path}?size=768`)).text()).toBe("kept");
    await env.OUTPUTS.delete(kept[1]?.key ?? "");
  });

  it("is revalidated with 304", async () => {
    const etag = (await call(`${path}?size=1280`, { method: "HEAD" })).headers.get("etag") ?? "";
    expect(etag).toMatch(/^".+"$/);
    expect(etag).not.toBe((await call(path, { method: "HEAD" })).headers.get("etag"));
    const again = await call(`${path}?size=1280`, { headers: { "if-none-match": etag } });
    expect([again.status, (await again.bytes()).byteLength]).toEqual([304, 0]);
  });

  it("is the original for a day after a failure", async () => {
    const other = await newUser();
    const made = await generate(other, newPrompt("terminal"));
    await reaches(other, made.id, "succeeded");
    const { url } = await (await other.post(`/api/generations/${made.id}/share`)).json<{ url: string }>();
    const [object] = (await env.OUTPUTS.list({ prefix: `outputs/${other.id}/` })).objects;
    await env.OUTPUTS.put(object?.key ?? "", "not an image", { httpMetadata: { contentType: "image/png" } });
    const response = await call(`${new URL(url).pathname}/image?size=1280`);
    expect([response.status, await response.text()]).toEqual([200, "not an image"]);
    // The image is readable now, but the failure is recorded.
    await env.OUTPUTS.put(object?.key ?? "", await (await call(path)).bytes(), {
      httpMetadata: { contentType: "image/png" },
    });
    const later = await call(`${new URL(url).pathname}/image?size=1280`);
    expect([later.status, later.headers.get("content-type")]).toEqual([200, "image/png"]);
    await later.body?.cancel();
    const stored = await env.OUTPUTS.list({ prefix: `thumbs/${other.id}/${made.id}/0-` });
    expect(stored.objects.map(({ key }) => key.split("/").at(-1))).toEqual(["0-1280.webp.failed"]);
    const nextDay = Date.now() + 25 * 60 * 60 * 1000;
    vi.useFakeTimers({ toFake: ["Date"], now: nextDay });
    onTestFinished(() => void vi.useRealTimers());
    const afterADay = await call(`${new URL(url).pathname}/image?size=1280`);
    expect(afterADay.headers.get("content-type")).toBe("image/webp");
    await afterADay.body?.cancel();
  });

  it.each(["", "0", "thumb", "view", "767", "1e3", "1280px", "../1280"])(
    "is the original for the unknown size %j",
    async (size) => {
      const response = await call(`${path}?size=${encodeURIComponent(size)}`);
      expect([response.status, response.headers.get("content-type")]).toEqual([200, "image/png"]);
      await response.body?.cancel();
    },
  );

  it("is deleted if its generation was deleted while it was made", async () => {
    const { outputs } = await read(user, id);
    const output = { n: 0, ext: "png", width: outputs[0]?.width ?? 0, height: outputs[0]?.height ?? 0 };
    const place = { userId: user.id, generationId: id };
    const key = `thumbs/${user.id}/${id}/0-768.webp`;
    await env.OUTPUTS.delete(key);
    const made: boolean[] = [];
    const look = async () => void made.push((await env.OUTPUTS.head(key)) !== null);
    const gone = await makeMissingVariant(env, place, output, "768", async () => {
      await look();
      return false;
    });
    expect([gone, made.at(-1), await env.OUTPUTS.head(key)]).toEqual(["gone", true, null]);
    const unknown = makeMissingVariant(env, place, output, "768", async () => {
      await look();
      throw new Error("D1 does not answer");
    });
    await expect(unknown).rejects.toThrow("D1 does not answer");
    expect([made, await env.OUTPUTS.head(key)]).toEqual([[true, true], null]);
  });

  it("ends with the link and is deleted with the image", async () => {
    await call(`${path}?size=1280`);
    await user.call(`/api/generations/${id}/share`, { method: "DELETE" });
    expect((await call(`${path}?size=1280`)).status).toBe(404);
    expect((await user.call(`/api/generations/${id}`, { method: "DELETE" })).status).toBe(204);
    await vi.waitFor(async () => {
      expect((await env.OUTPUTS.list({ prefix: `thumbs/${user.id}/` })).objects).toEqual([]);
    });
  });
});
