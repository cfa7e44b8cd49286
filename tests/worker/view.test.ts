import { env } from "cloudflare:workers";
import { imageDimensionsFromData } from "image-dimensions";
import { beforeAll, describe, expect, it } from "vitest";
import { call, generate, newPrompt, newUser, reaches, type Visitor } from "./support/app.ts";

describe("a shared picture as large as its page shows it", () => {
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

  it("is the picture of the page, and the original is a click away", async () => {
    const page = await (await call(path.replace("/image", ""))).text();
    expect(page).toContain(`<a href="${path}"><img src="${path}?size=view"`);
  });

  it("is a smaller file, of the same shape, and as safe as the original", async () => {
    const [original, view] = await Promise.all([call(path), call(`${path}?size=view`)]);
    expect(view.status).toBe(200);
    expect(view.headers.get("content-type")).toBe("image/webp");
    for (const name of [
      "cache-control",
      "content-security-policy",
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
  });

  it("is asked for again, and not sent again", async () => {
    const etag = (await call(`${path}?size=view`, { method: "HEAD" })).headers.get("etag") ?? "";
    expect(etag).toMatch(/^".+"$/);
    expect(etag).not.toBe((await call(path, { method: "HEAD" })).headers.get("etag"));
    const again = await call(`${path}?size=view`, { headers: { "if-none-match": etag } });
    expect([again.status, (await again.bytes()).byteLength]).toEqual([304, 0]);
  });

  it("is the original where none can be made", async () => {
    const other = await newUser();
    const made = await generate(other, newPrompt("terminal"));
    await reaches(other, made.id, "succeeded");
    const { url } = await (await other.post(`/api/generations/${made.id}/share`)).json<{ url: string }>();
    const [object] = (await env.OUTPUTS.list({ prefix: `outputs/${other.id}/` })).objects;
    await env.OUTPUTS.put(object?.key ?? "", "no picture", { httpMetadata: { contentType: "image/png" } });
    const answer = await call(`${new URL(url).pathname}/image?size=view`);
    expect([answer.status, await answer.text()]).toEqual([200, "no picture"]);
  });

  it("is gone with the link", async () => {
    await user.call(`/api/generations/${id}/share`, { method: "DELETE" });
    expect((await call(`${path}?size=view`)).status).toBe(404);
  });
});
