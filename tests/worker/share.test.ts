/** What a share link gives away, and to whom. */
import { env } from "cloudflare:workers";
import { encode } from "fast-png";
import { imageDimensionsFromData } from "image-dimensions";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import {
  call,
  eventually,
  generate,
  newPrompt,
  newUser,
  objectsOf,
  reaches,
  type Visitor,
} from "./support/app.ts";
import { studioWith } from "./support/sign-in.ts";

type Shared = { user: Visitor; generation: Generation; path: string };

async function shareNew(showPrompt: boolean, ...moods: string[]): Promise<Shared> {
  const user = await newUser();
  const { id } = await generate(user, newPrompt("terminal", ...moods));
  const generation = await reaches(user, id, "succeeded");
  const response = await user.post(`/api/generations/${id}/share`, { showPrompt });
  const { url } = await response.json<{ url: string }>();
  return { user, generation, path: new URL(url).pathname };
}

/** Status, headers and body as text. */
async function allOf(path: string, init: Parameters<typeof call>[1] = {}): Promise<string> {
  const response = await call(path, init);
  return `${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`;
}

const disposition = async (path: string) => (await call(path)).headers.get("content-disposition");

function metaOf(html: string): Record<string, string> {
  const tags = html.matchAll(/<meta (?:property|name)="([^"]+)" content="([^"]*)"/g);
  return Object.fromEntries(Array.from(tags, ([, name, content]) => [name, content]));
}

describe("a share token", () => {
  it("names the shard of its link, then 128 random bits", async () => {
    const { path } = await shareNew(false);
    expect(path).toMatch(/^\/s\/0[\w-]{22}$/);
    expect((await call(path)).status).toBe(200);
  });

  it("of 22 characters, from before shards, still opens its link", async () => {
    const { user, generation } = await shareNew(false);
    // It begins like a shard that does not exist.
    for (const token of ["z-22-characters-old-0a", "0-22-characters-old-0a"]) {
      await env.DB.prepare("update generations set share_token = ? where id = ?")
        .bind(token, generation.id)
        .run();
      expect((await call(`/s/${token}`)).status).toBe(200);
      expect((await call(`/s/${token}/image`)).status).toBe(200);
      const again = await user.post(`/api/generations/${generation.id}/share`, {});
      expect((await again.json<{ url: string }>()).url).toMatch(new RegExp(`/s/${token}$`));
    }
  });

  it("of an unknown shard is 404, without a request to D1", async () => {
    const { path } = await shareNew(false);
    const token = `z${path.slice("/s/0".length)}`;
    const prepare = vi.spyOn(env.DB.constructor.prototype as D1Database, "prepare");
    onTestFinished(() => prepare.mockRestore());
    expect((await call(`/s/${token}`)).status).toBe(404);
    expect((await call(`/s/${token}/image`)).status).toBe(404);
    expect(prepare.mock.calls.flat().filter((sql) => sql.includes("share_token"))).toEqual([]);
  });
});

describe("a hidden prompt", () => {
  it("is in no header, metadata, text or file name of the link", async () => {
    const secret = "Zanzibar";
    const { generation, path } = await shareNew(false);
    await env.DB.prepare("update generations set prompt = ? where id = ?").bind(secret, generation.id).run();
    for (const address of ["", "/image", "/image?size=768", "/image?size=1280", "/image?download"]) {
      for (const init of [{}, { method: "HEAD" }, { headers: { range: "bytes=0-9" } }]) {
        expect((await allOf(path + address, init)).toLowerCase(), address).not.toContain("zanzibar");
      }
    }
    expect(await disposition(`${path}/image`)).toBe(
      `inline; filename="image.png"; filename*=UTF-8''image.png`,
    );
    expect(await disposition(`${path}/image?size=768`)).toBe(
      `inline; filename="image.webp"; filename*=UTF-8''image.webp`,
    );
    const etag = (await call(`${path}/image`)).headers.get("etag") ?? "";
    const unchanged = await allOf(`${path}/image`, { headers: { "if-none-match": etag } });
    expect(unchanged).toContain("304");
    expect(unchanged).not.toContain("anzibar");
  });

  it("names the file once its owner shows it, and no longer when it is hidden again", async () => {
    const { user, generation, path } = await shareNew(true);
    await env.DB.prepare("update generations set prompt = 'Ein Fuchs' where id = ?")
      .bind(generation.id)
      .run();
    expect(await disposition(`${path}/image`)).toContain('inline; filename="ein-fuchs.png"');
    await user.post(`/api/generations/${generation.id}/share`, { showPrompt: false });
    expect(await disposition(`${path}/image`)).toContain('inline; filename="image.png"');
  });
});

describe("the owner's own images", () => {
  it("have names on every response", async () => {
    const { user, generation } = await shareNew(false);
    await env.DB.prepare("update generations set prompt = 'हिन्दी' where id = ?").bind(generation.id).run();
    await eventually(async () => expect(await objectsOf(user)).toHaveLength(2));
    const url = generation.outputUrl ?? "";
    const named = async (address: string) => (await user.call(address)).headers.get("content-disposition");
    const name = encodeURIComponent(`हिन्दी-${generation.id}`);
    expect(await named(url)).toMatch(new RegExp(`^inline; .*filename\\*=UTF-8''${name}\\.png$`));
    expect(await named(`${url}?size=thumb`)).toContain(`''image-${generation.id}.webp`);
    expect(await named(`${url}?download`)).toMatch(new RegExp(`^attachment; .*''${name}\\.png$`));
  });
});

describe("what a page offers", () => {
  let shared: Promise<Shared> | undefined;
  const anyShared = () => (shared ??= shareNew(false));
  const linksOf = (html: string) =>
    Array.from(html.matchAll(/<a [^>]*href="([^"]+)"[^>]*>([^<]+)<\/a>/g), ([, href, label]) => [
      label,
      href,
    ]);

  it("is a download, and to try the prompt if it shows", async () => {
    const { user, generation, path } = await shareNew(true);
    const prompt = `${"狐 & <wolf> 100% #1\n".repeat(60)}end`;
    await env.DB.prepare("update generations set prompt = ? where id = ?").bind(prompt, generation.id).run();
    const links = linksOf(await (await call(path)).text());
    const [label, href = ""] = links.find(([name]) => name === "Try this prompt") ?? [];
    expect(label).toBe("Try this prompt");
    const studio = new URL(href.replaceAll("&amp;", "&"), "http://studio");
    expect([studio.pathname, studio.search]).toEqual(["/", ""]);
    expect(new URLSearchParams(studio.hash.slice(1)).get("prompt")).toBe(prompt);
    expect(links).toContainEqual(["Download", `${path}/image?download`]);

    await user.post(`/api/generations/${generation.id}/share`, { showPrompt: false });
    const hidden = linksOf(await (await call(path)).text());
    expect(hidden.map(([name]) => name)).toEqual(["Make your own", "Download"]);
  });

  it("is each image of a generation that has several, in full and as a download of its own name", async () => {
    const { user, generation, path } = await shareNew(false);
    const sizes = [
      [300, 200],
      [200, 300],
      [250, 250],
    ] as const;
    for (const [n, [width, height]] of sizes.entries()) {
      const data = encode({ width, height, data: new Uint8Array(width * height * 3), channels: 3 });
      await env.OUTPUTS.put(`outputs/${user.id}/${generation.id}/${n}.png`, data);
    }
    const outputs = sizes.map(([width, height], n) => ({ n, ext: "png", width, height }));
    await env.DB.prepare("update generations set outputs = ? where id = ?")
      .bind(JSON.stringify(outputs), generation.id)
      .run();
    const html = (await (await call(path)).text()).replaceAll("&amp;", "&");
    const originals = ["/image", "/image?n=1", "/image?n=2"].map((query) => path + query);
    expect(Array.from(html.matchAll(/<a href="([^"]+)"><img/g), ([, href]) => href)).toEqual([
      "/",
      ...originals,
    ]);
    const downloads = linksOf(html).filter(([label]) => label?.startsWith("Download"));
    expect(downloads).toEqual([
      ["Download 1 of 3", `${path}/image?download`],
      ["Download 2 of 3", `${path}/image?n=1&download`],
      ["Download 3 of 3", `${path}/image?n=2&download`],
    ]);
    for (const [n, [width, height]] of sizes.entries()) {
      const original = await call(originals[n] ?? "");
      expect(imageDimensionsFromData(await original.bytes())).toEqual({ width, height, type: "png" });
      const name = n === 0 ? "image" : `image-${n + 1}`;
      expect(await disposition(downloads[n]?.[1] ?? "")).toContain(`attachment; filename="${name}.png"`);
      const view = await call(`${path}/image?n=${n}&size=768`);
      expect(imageDimensionsFromData(await view.bytes())).toEqual({ width, height, type: "webp" });
    }
    expect(html).toContain('alt="An image made with Image Studio (2 of 3)"');
    expect(metaOf(html)["og:image:width"]).toBe("300");
    for (const n of ["3", "-1", "01", "x", ""]) {
      expect([n, (await call(`${path}/image?n=${n}`)).status]).toEqual([n, 404]);
    }
  });

  it.each([
    [
      "an open provider",
      { OIDC_ISSUER: "https://id.example", OIDC_CLIENT_ID: "x", ALLOWED_USERS: "*" },
      true,
    ],
    [
      "a list",
      { OIDC_ISSUER: "https://id.example", OIDC_CLIENT_ID: "x", ALLOWED_USERS: "@a.example" },
      false,
    ],
    ["no list", { OIDC_ISSUER: "https://id.example", OIDC_CLIENT_ID: "x", ALLOWED_USERS: "" }, false],
    ["Access", { ACCESS_TEAM_DOMAIN: "https://team.example", ACCESS_AUD: "x", ALLOWED_USERS: "*" }, false],
  ])("invites to sign up with %s: %o → %s", async (_, settings, isOpen) => {
    const { path } = await anyShared();
    const studio = studioWith(settings, "https://studio.example");
    for (const page of [path, "/s/nothing"]) {
      const text = await (await studio.call(page)).text();
      expect(text.includes("Make your own"), page).toBe(isOpen);
    }
  });
});

describe("a card for social networks", () => {
  it.each([
    [1600, 90, "image/webp", 1280, 72],
    [100, 1500, "image/webp", 85, 1280],
    [1024, 32, "image/webp", 1024, 32],
    [300, 200, "image/webp", 300, 200],
  ])(
    "of %d × %d pixels has an image of the size and type that it names",
    async (width, height, type, w, h) => {
      const { user, generation, path } = await shareNew(false);
      const data = new Uint8Array(width * height * 3);
      await env.OUTPUTS.put(
        `outputs/${user.id}/${generation.id}/0.png`,
        encode({ width, height, data, channels: 3 }),
        {
          httpMetadata: { contentType: "image/png" },
        },
      );
      await env.DB.prepare("update generations set outputs = ? where id = ?")
        .bind(JSON.stringify([{ n: 0, ext: "png", width, height }]), generation.id)
        .run();
      const card = metaOf(await (await call(path)).text());
      expect(card).toMatchObject({
        "og:image:type": type,
        "og:image:width": String(w),
        "og:image:height": String(h),
      });
      expect(card["twitter:image"]).toBe(card["og:image"]);
      const { pathname, search } = new URL(card["og:image"] ?? "");
      const image = await call(pathname + search);
      expect(image.headers.get("content-type")).toBe(type);
      expect(imageDimensionsFromData(await image.bytes())).toEqual({ width: w, height: h, type: "webp" });
    },
  );

  it("has the original of an animation, of which a variant would keep one frame", async () => {
    const { generation, path } = await shareNew(false);
    await env.DB.prepare("update generations set outputs = ? where id = ?")
      .bind(JSON.stringify([{ n: 0, ext: "gif", width: 320, height: 240 }]), generation.id)
      .run();
    const card = metaOf(await (await call(path)).text());
    expect(card).toMatchObject({
      "og:image:type": "image/gif",
      "og:image:width": "320",
      "og:image:height": "240",
    });
    expect(card["og:image"]).toMatch(/\/image$/);
  });
});

describe("a share link without an image", () => {
  async function expectPage(path: string) {
    const response = await call(path);
    expect([path, response.status, response.headers.get("content-type")]).toEqual([
      path,
      404,
      "text/html; charset=UTF-8",
    ]);
    expect(response.headers.get("x-robots-tag")).toBe("noindex");
    expect(await response.text()).toContain('<h1 class="title">');
  }

  it("is a page once its image is deleted; the image is 404", async () => {
    const { user, generation, path } = await shareNew(true);
    await (await call(`${path}/image?size=768`)).bytes();
    expect((await user.call(`/api/generations/${generation.id}`, { method: "DELETE" })).status).toBe(204);
    await expectPage(path);
    for (const query of ["", "?size=768", "?size=1280"]) {
      expect((await call(`${path}/image${query}`)).status).toBe(404);
    }
    expect(await allOf(path)).not.toContain(generation.prompt);
  });

  it("is a page where it was cut or extended", async () => {
    const { path } = await shareNew(false);
    for (const broken of ["/s", "/s/", path.slice(0, -1), `${path}/`, `${path}/x`, `${path}).`]) {
      await expectPage(broken);
    }
  });
});
