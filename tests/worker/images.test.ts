import { env } from "cloudflare:workers";
import { encode } from "fast-png";
import { imageDimensionsFromData } from "image-dimensions";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { RECENT_USER_MS } from "../../worker/db/recent-users.ts";
import {
  call,
  eventually,
  expectProblem,
  generate,
  newPrompt,
  newUser,
  objectsOf,
  reaches,
  read,
  type Visitor,
} from "./support/app.ts";

let user: Visitor;
let picture: Generation;
let url: string;
let bytes: Uint8Array;

beforeAll(async () => {
  user = await newUser();
  const { id } = await generate(user, newPrompt("terminal"));
  picture = await reaches(user, id, "succeeded");
  url = picture.outputUrl as string;
  bytes = new Uint8Array(await (await user.call(url)).arrayBuffer());
  await eventually(async () => expect(await objectsOf(user)).toHaveLength(2));
});

describe("GET /images/:id/:n", () => {
  it("is private, revalidated, sandboxed", async () => {
    const response = await user.call(url);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "image/png",
      "cache-control": "private, no-cache",
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
      "content-length": String(bytes.byteLength),
      "accept-ranges": "bytes",
    });
    expect(response.headers.get("etag")).toMatch(/^"[^"]+"$/);
    expect(response.headers.get("content-disposition")).toMatch(/^inline; filename="/);
  });

  it("is 304 when the client has the image", async () => {
    const etag = (await user.call(url)).headers.get("etag") ?? "";
    const response = await user.call(url, { headers: { "if-none-match": etag } });
    expect(response.status).toBe(304);
    expect(response.headers.get("etag")).toBe(etag);
    expect(await response.text()).toBe("");
    expect((await user.call(url, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
  });

  it("is not revalidated after the session has ended", async () => {
    const leaving = await newUser();
    const { id } = await generate(leaving, newPrompt("terminal"));
    const { outputUrl, thumbnailUrl } = await reaches(leaving, id, "succeeded");
    for (const path of [outputUrl, thumbnailUrl] as string[]) {
      const response = await leaving.call(path);
      await response.arrayBuffer();
      expect(response.headers.get("cache-control"), "asks before each use").toBe("private, no-cache");
      const condition = { "if-none-match": response.headers.get("etag") ?? "" };
      await expectProblem(await call(path, { headers: condition }), "unauthenticated");
    }
  });

  it("ignores an invalid condition", async () => {
    for (const name of ["if-none-match", "if-match", "if-modified-since", "if-unmodified-since"]) {
      for (const value of ["garbage", '"unterminated', "x", 'W/"a", ']) {
        const response = await user.call(url, { headers: { [name]: value } });
        expect([name, value, response.status]).toEqual([name, value, 200]);
        await response.arrayBuffer();
      }
    }
  });

  it("HEAD has the same headers and no body", async () => {
    const response = await user.call(url, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-length")).toBe(String(bytes.byteLength));
    expect((await response.arrayBuffer()).byteLength).toBe(0);
  });

  it("responds with 206 to a range", async () => {
    const size = bytes.byteLength;
    for (const [range, from, to] of [
      ["bytes=0-9", 0, 10],
      ["bytes=10-", 10, size],
      ["bytes=-5", size - 5, size],
      [`bytes=5-${size * 2}`, 5, size],
      [`bytes=-${size * 2}`, 0, size],
    ] as const) {
      const response = await user.call(url, { headers: { range } });
      expect([range, response.status]).toEqual([range, 206]);
      expect(response.headers.get("content-range")).toBe(`bytes ${from}-${to - 1}/${size}`);
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes.slice(from, to));
    }
  });

  it("handles a range that is invalid, multiple, outdated or unsatisfiable", async () => {
    for (const range of ["bytes=x-y", "bytes=9-1", "bytes=0-1,4-5", "lines=1-2", "bytes=-"]) {
      expect([range, (await user.call(url, { headers: { range } })).status]).toEqual([range, 200]);
    }
    expect((await user.call(url, { headers: { range: "bytes=0-1", "if-range": '"old"' } })).status).toBe(200);
    const etag = (await user.call(url)).headers.get("etag") ?? "";
    expect((await user.call(url, { headers: { range: "bytes=0-1", "if-range": etag } })).status).toBe(206);
    for (const range of [`bytes=${bytes.byteLength}-`, "bytes=-0"]) {
      const response = await user.call(url, { headers: { range } });
      expect(response.status).toBe(416);
      expect(response.headers.get("content-range")).toBe(`bytes */${bytes.byteLength}`);
    }
  });

  it("a download has a name", async () => {
    const response = await user.call(`${url}?download`);
    expect(response.headers.get("content-disposition")).toMatch(
      /^attachment; filename="picture-[\w-]+\.png"/,
    );
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  });

  describe("with metadata in the download", () => {
    const textIn = async (response: Response) => new TextDecoder().decode(await response.arrayBuffer());
    let withMetadata: string;
    beforeAll(() => {
      withMetadata = `${url}?download&metadata=1`;
    });

    it("has prompt, model and studio, its own length, and no cached copy", async () => {
      const response = await user.call(withMetadata);
      const headers = Object.fromEntries(response.headers);
      const text = await textIn(response);
      expect(response.status).toBe(200);
      for (const part of [picture.prompt, `Model: ${picture.model}`, "Image Studio"]) {
        expect(text).toContain(part);
      }
      expect(headers).toMatchObject({
        "content-type": "image/png",
        "cache-control": "private, no-store",
        "content-security-policy": "default-src 'none'; sandbox",
        "cross-origin-resource-policy": "same-origin",
      });
      expect(headers["content-disposition"]).toMatch(/^attachment; filename="picture-[\w-]+\.png"/);
      const length = Number(headers["content-length"]);
      expect(length).toBeGreaterThan(bytes.byteLength);
      const again = new Uint8Array(await (await user.call(withMetadata)).arrayBuffer());
      expect(again.byteLength).toBe(length);
      expect(imageDimensionsFromData(again)).toMatchObject({ width: picture.width, height: picture.height });
    });

    it("names style and number of one of several images", async () => {
      const artist = await newUser();
      const { id } = await generate(artist, newPrompt("terminal"), { style: "watercolor", seed: 7 });
      const { width, height } = await reaches(artist, id, "succeeded");
      const outputs = [0, 1, 2].map((n) => ({ n, ext: "png", width, height }));
      await env.DB.prepare("update generations set outputs = ? where id = ?")
        .bind(JSON.stringify(outputs), id)
        .run();
      await env.OUTPUTS.put(`outputs/${artist.id}/${id}/1.png`, bytes);
      const response = await artist.call(`/images/${id}/1?download&metadata=1`);
      expect(response.headers.get("content-disposition")).toMatch(/-2\.png"/);
      const settings = `Seed: 7, Model: ${picture.model}, Style: Watercolor, Image: 2 of 3`;
      expect(await textIn(response)).toContain(settings);
    });

    it("HEAD has the same headers and no body", async () => {
      const [whole, head] = [
        await user.call(withMetadata),
        await user.call(withMetadata, { method: "HEAD" }),
      ];
      await whole.arrayBuffer();
      expect([...head.headers]).toEqual([...whole.headers]);
      expect((await head.arrayBuffer()).byteLength).toBe(0);
    });

    it("is whole, without ETag, whatever range or condition the request has", async () => {
      const etag = (await user.call(url)).headers.get("etag") ?? "";
      for (const headers of [{ range: "bytes=0-9" }, { "if-none-match": etag }, { "if-match": '"other"' }]) {
        const response = await user.call(withMetadata, { headers: headers as Record<string, string> });
        expect([headers, response.status]).toEqual([headers, 200]);
        for (const name of ["etag", "accept-ranges", "content-range"]) {
          expect(response.headers.get(name), name).toBeNull();
        }
        expect(await textIn(response)).toContain(picture.prompt);
      }
    });

    it("is only for a download, and only if it is asked for", async () => {
      for (const query of ["?metadata=1", "?download", "?download&metadata=0", "?download&metadata", ""]) {
        const response = await user.call(url + query);
        expect(new Uint8Array(await response.arrayBuffer()), query).toEqual(bytes);
      }
    });

    it("is 404 for another user and never part of a share link, also of one that shows the prompt", async () => {
      await expectProblem(await (await newUser()).call(withMetadata), "not_found");
      const share = await user.post(`/api/generations/${picture.id}/share`, { showPrompt: true });
      const { url: link } = await share.json<{ url: string }>();
      const response = await call(`${new URL(link).pathname}/image?download&metadata=1`);
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
      await user.call(`/api/generations/${picture.id}/share`, { method: "DELETE" });
    });

    it("is 404 without the object and 503 while R2 does not respond", async () => {
      const get = vi.spyOn(Object.getPrototypeOf(env.OUTPUTS) as R2Bucket, "get");
      onTestFinished(() => get.mockRestore());
      get.mockRejectedValueOnce(new Error("R2 does not respond"));
      await expectProblem(await user.call(withMetadata), "storage_unavailable");
      get.mockResolvedValueOnce(null);
      await expectProblem(await user.call(withMetadata), "not_found");
    });
  });

  it("a thumbnail is WebP", async () => {
    const response = await user.call(picture.thumbnailUrl as string);
    expect(response.headers.get("content-type")).toBe("image/webp");
    expect(response.headers.get("cache-control")).toBe("private, no-cache");
    expect(response.headers.get("content-location")).toBeNull();
    expect(new TextDecoder().decode((await response.arrayBuffer()).slice(8, 12))).toBe("WEBP");
  });

  it("serves the thumbnail at the first request for a small one, which is made after the response", async () => {
    const owner = await newUser();
    const { id } = await generate(owner, newPrompt("terminal"));
    await reaches(owner, id, "succeeded");
    await eventually(async () => expect(await objectsOf(owner)).toHaveLength(2));
    const wide = encode({ width: 600, height: 300, data: new Uint8Array(600 * 300 * 3), channels: 3 });
    await env.OUTPUTS.put(`outputs/${owner.id}/${id}/0.png`, wide, {
      httpMetadata: { contentType: "image/png" },
    });
    const path = `/images/${id}/0?size=small`;
    const thumbnail = await (await owner.call(path.replace("small", "thumb"))).bytes();
    const first = await owner.call(path);
    expect(first.headers.get("cache-control")).toBe("private, no-cache");
    expect(first.headers.get("content-location")).toBe(`/images/${id}/0?size=thumb`);
    expect(await first.bytes()).toEqual(thumbnail);
    await eventually(async () =>
      expect(await objectsOf(owner)).toContain(`thumbs/${owner.id}/${id}/0-256.webp`),
    );
    const small = await owner.call(path, { headers: { "if-none-match": first.headers.get("etag") ?? "" } });
    expect([small.status, small.headers.get("content-location")]).toEqual([200, null]);
    const size = imageDimensionsFromData(await small.bytes());
    expect(size).toEqual({ width: 256, height: 128, type: "webp" });
  });

  it("makes a small thumbnail in the request if there is no thumbnail either", async () => {
    const owner = await newUser();
    const { id } = await generate(owner, newPrompt("terminal"));
    await reaches(owner, id, "succeeded");
    await eventually(async () => expect(await objectsOf(owner)).toHaveLength(2));
    await env.OUTPUTS.delete((await objectsOf(owner)).filter((key) => key.startsWith("thumbs/")));
    const response = await owner.call(`/images/${id}/0?size=small`);
    expect(response.headers.get("content-location")).toBeNull();
    expect(imageDimensionsFromData(await response.bytes())?.type).toBe("webp");
  });

  it("makes no small thumbnail of another user's image", async () => {
    const [owner, other] = [await newUser(), await newUser()];
    const { id } = await generate(owner, newPrompt("terminal"));
    await reaches(owner, id, "succeeded");
    await eventually(async () => expect(await objectsOf(owner)).toHaveLength(2));
    await expectProblem(await other.call(`/images/${id}/0?size=small`), "not_found");
    expect(await objectsOf(owner)).toHaveLength(2);
  });

  it("rejects thumbnails half a minute after the session was ended in another browser", async () => {
    const leaving = await newUser();
    const { id } = await generate(leaving, newPrompt("terminal"));
    const { thumbnailUrl } = await reaches(leaving, id, "succeeded");
    await eventually(async () => expect(await objectsOf(leaving)).toHaveLength(2));
    expect((await leaving.call(thumbnailUrl as string)).status).toBe(200);
    await env.DB.prepare("update users set session_epoch = session_epoch + 1 where id = ?")
      .bind(leaving.id)
      .run();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + RECENT_USER_MS });
    onTestFinished(() => void vi.useRealTimers());
    await expectProblem(await leaving.call(thumbnailUrl as string), "unauthenticated");
  });

  it("a missing thumbnail is made when it is asked for", async () => {
    const key = (await objectsOf(user)).find((name) => name.startsWith("thumbs/")) as string;
    await env.OUTPUTS.delete(key);
    await env.DB.prepare("update generations set completed_at = 1 where id = ?").bind(picture.id).run();
    const response = await user.call(picture.thumbnailUrl as string);
    expect(response.headers.get("content-type")).toBe("image/webp");
    await response.arrayBuffer();
    expect(await objectsOf(user)).toContain(key);
  });

  it("serves the original, not cacheable, when a thumbnail cannot be made", async () => {
    const id = crypto.randomUUID();
    await env.DB.prepare(
      "insert into generations (id, user_id, prompt, status, outputs, created_at, completed_at) values (?, ?, 'p', 'succeeded', ?, 1, 1)",
    )
      .bind(id, user.id, JSON.stringify([{ n: 0, ext: "png", width: 8, height: 8 }]))
      .run();
    await env.OUTPUTS.put(`outputs/${user.id}/${id}/0.png`, "no picture", {
      httpMetadata: { contentType: "image/png" },
    });
    const response = await user.call(`/images/${id}/0?size=thumb`);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("private, no-cache");
    expect(response.headers.get("content-location")).toBe(`/images/${id}/0`);
    expect(await response.text()).toBe("no picture");
  });

  it("is 404 for an unknown image", async () => {
    for (const path of [
      `/images/${picture.id}/1`,
      `/images/${picture.id}/x`,
      `/images/${picture.id}/00`,
      `/images/${picture.id}`,
      "/images/x/0",
    ]) {
      await expectProblem(await user.call(path), "not_found");
    }
  });
});

describe("sharing", () => {
  const share = (body?: unknown) => user.post(`/api/generations/${picture.id}/share`, body);

  it("creates one link that works without a session until it is revoked", async () => {
    const first = await (await share()).json<{ url: string }>();
    expect(await (await share({ showPrompt: false })).json()).toEqual(first);
    expect((await read(user, picture.id)).shareUrl).toBe(first.url);
    const path = new URL(first.url).pathname;

    const page = await call(path);
    expect(page.status).toBe(200);
    expect(Object.fromEntries(page.headers)).toMatchObject({
      "x-robots-tag": "noindex",
      "cache-control": "private, no-cache, no-transform",
    });
    const html = await page.text();
    expect(html).toContain(`<meta property="og:image" content="${first.url}/image?size=768"/>`);
    expect(html).toContain(`<meta property="og:image:width" content="${picture.width}"/>`);
    expect(html).toContain('<meta name="twitter:card" content="summary_large_image"/>');
    expect(html).toContain(
      '<meta property="og:description" content="Describe an image, get it in seconds."/>',
    );
    expect(html).toContain(
      `<img src="${path}/image?size=768" width="${picture.width}" height="${picture.height}"`,
    );
    expect(html).not.toContain(picture.prompt);
    expect(html).not.toContain("<script");
    const nonce = /style-src 'nonce-([\w-]+)'/.exec(page.headers.get("content-security-policy") ?? "")?.[1];
    expect(html).toContain(`<style nonce="${nonce}">`);
    expect(html).not.toContain("style=");

    const image = await call(`${path}/image`);
    expect(new Uint8Array(await image.arrayBuffer())).toEqual(bytes);
    expect(Object.fromEntries(image.headers)).toMatchObject({
      "x-robots-tag": "noindex",
      "cache-control": "private, no-cache",
    });
    const again = await call(`${path}/image`, {
      headers: { "if-none-match": image.headers.get("etag") ?? "" },
    });
    expect(again.status).toBe(304);

    expect((await user.call(`/api/generations/${picture.id}/share`, { method: "DELETE" })).status).toBe(204);
    expect((await call(path)).status).toBe(404);
    expect((await call(`${path}/image`)).status).toBe(404);
    expect((await read(user, picture.id)).shareUrl).toBeNull();
    expect((await (await share()).json<{ url: string }>()).url).not.toBe(first.url);
  });

  it("shows the prompt only with showPrompt, and escapes it", async () => {
    const hostile = '<script>alert(1)</script> "><img src=x onerror=alert(1)> &amp; ';
    await env.DB.prepare("update generations set prompt = ? where id = ?").bind(hostile, picture.id).run();
    const { url: link } = await (await share({ showPrompt: true })).json<{ url: string }>();
    const html = await (await call(new URL(link).pathname)).text();
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).not.toContain("<script");
    expect(html).not.toContain("<img src=x");
    await share({ showPrompt: false });
    expect(await (await call(new URL(link).pathname)).text()).not.toContain("alert(1)");
  });

  it("cuts a long prompt for the title, and nowhere else", async () => {
    const prompt = `${"🦊 fox\n".repeat(80)}end`;
    await env.DB.prepare("update generations set prompt = ? where id = ?").bind(prompt, picture.id).run();
    const { url: link } = await (await share({ showPrompt: true })).json<{ url: string }>();
    const html = await (await call(new URL(link).pathname)).text();
    const title = /<title>(.*)<\/title>/.exec(html)?.[1] ?? "";
    expect(title).toBe(`${"🦊 fox ".repeat(15).trimEnd()}…`);
    expect(html).toContain(`alt="${prompt}"`);
    expect(html).toContain(`<p dir="auto">${prompt}</p>`);
    await share({ showPrompt: false });
  });

  it("rejects unfinished generations, other users' images and invalid bodies", async () => {
    const someone = await newUser();
    const { id } = await generate(someone, newPrompt("stuck"));
    await expectProblem(await someone.post(`/api/generations/${id}/share`), "not_ready");
    await expectProblem(await share({ showPrompt: "yes" }), "invalid_request");
    const empty = await user.post(`/api/generations/${picture.id}/share`, "", {
      "content-type": "application/json",
    });
    expect(empty.status).toBe(200);
    await expectProblem(await share({ what: 1 }), "invalid_request");
    for (const token of ["x", "%00", "a".repeat(500)]) expect((await call(`/s/${token}`)).status).toBe(404);
  });

  it("is 404 while its user is suspended", async () => {
    const someone = await newUser();
    const { id } = await generate(someone, newPrompt("terminal"));
    await reaches(someone, id, "succeeded");
    const { url: link } = await (await someone.post(`/api/generations/${id}/share`)).json<{ url: string }>();
    await env.DB.prepare("update users set suspended_at = 1 where id = ?").bind(someone.id).run();
    expect((await call(new URL(link).pathname)).status).toBe(404);
  });
});
