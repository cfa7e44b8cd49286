/** The studio's page, and the gallery's first rows in it. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { GALLERY_START } from "../../worker/shared/generations.ts";
import type { GenerationPage } from "../../worker/api/schemas/generation.ts";
import { call, generate, list, newPrompt, newUser, reaches } from "./support/app.ts";
import { faultD1 } from "./support/faults.ts";

const START = /<script type="application\/json" id="gallery-start">(.*?)<\/script>/s;

async function startIn(response: Response): Promise<GenerationPage | null> {
  const [, json] = START.exec(await response.text()) ?? [];
  return json === undefined ? null : (JSON.parse(json) as GenerationPage);
}

describe("the gallery's page", () => {
  it.each(["/gallery", "/g/some-image"])(
    "%s holds its user's first page, as the API returns it",
    async (path) => {
      const user = await newUser();
      const { id } = await generate(user, `${newPrompt("terminal")} </script><b>"&`);
      await reaches(user, id, "succeeded");
      const page = await user.call(path);
      expect(page.headers.get("cache-control")).toBe("private, no-cache");
      expect(page.headers.get("vary")).toBe("cookie");
      const html = await page.clone().text();
      const query = `?limit=${GALLERY_START.limit}&status=${GALLERY_START.status}`;
      expect(await startIn(page)).toEqual(await list(user, query));
      expect(html).toContain(`imagesrcset="/images/${id}/0?size=`);
      expect(html).not.toContain("</script><b>");
    },
  );

  it.each(["/gallery", "/g/some-image"])("%s contains no form and no example", async (path) => {
    for (const page of [await (await newUser()).call(path), await call(path)]) {
      const html = await page.text();
      expect(html).toContain('data-page="gallery"');
      expect(html).not.toMatch(/<textarea|\/examples\//);
    }
  });

  it("has its list before the script that shows the first rows", async () => {
    const user = await newUser();
    const html = await (await user.call("/gallery")).text();
    const scripts = [...html.matchAll(/<script[^>]*>/g)].map(([tag]) => tag);
    expect(scripts).toEqual([
      '<script data-cfasync="false">',
      '<script type="application/json" id="gallery-start">',
      '<script data-cfasync="false">',
    ]);
  });

  it.each(["/gallery", "/g/some-image"])("%s is 304 until the list or the session changes", async (path) => {
    const user = await newUser();
    const revalidate = async (ask: typeof call, etag: string) => {
      const response = await ask(path, { headers: { "if-none-match": `"other", ${etag}` } });
      expect(response.headers.get("vary")).toBe("cookie");
      return [response.status, await response.text()] as const;
    };
    const [own, anonymous] = [await user.call(path), await call(path)];
    const etags = [own, anonymous].map((page) => page.headers.get("etag") ?? "");
    const [ownTag = "", anonymousTag = ""] = etags;
    expect(etags).toEqual([expect.stringMatching(/^W\/"[\w-]{22}"$/), expect.stringMatching(/"/)]);
    expect(await revalidate(user.call, ownTag)).toEqual([304, ""]);
    expect(await revalidate(call, anonymousTag)).toEqual([304, ""]);
    // The ETag of one user's page does not match another's.
    expect((await revalidate(user.call, anonymousTag))[0]).toBe(200);
    expect((await revalidate(call, ownTag))[0]).toBe(200);

    const { id } = await generate(user, newPrompt("terminal"));
    await reaches(user, id, "succeeded");
    const [status, html] = await revalidate(user.call, ownTag);
    expect([status, html.includes(id)]).toEqual([200, true]);
  });

  it("contains no list without a session, with a forged one, or for a suspended user", async () => {
    const user = await newUser();
    await env.DB.prepare("update users set suspended_at = 1 where id = ?").bind(user.id).run();
    for (const response of [
      await call("/gallery"),
      await call("/gallery", { headers: { cookie: "session=nonsense" } }),
      await user.call("/gallery"),
    ]) {
      expect(response.status).toBe(200);
      expect(await startIn(response)).toBeNull();
    }
  });

  it("comes without its rows while D1 does not answer", async () => {
    const user = await newUser();
    const end = faultD1(() => "hang");
    const response = await user.call("/gallery");
    end();
    expect([response.status, await startIn(response)]).toEqual([200, null]);
  });
});

it("a page without a list is 304 until the next build", async () => {
  const etag = (await call("/account")).headers.get("etag") ?? "";
  expect(etag).not.toBe("");
  expect((await call("/account", { headers: { "if-none-match": etag } })).status).toBe(304);
});

it.each(["/gallery?q=fox", "/account", "/nowhere"])("%s holds no list", async (path) => {
  const page = await (await newUser()).call(path);
  expect([page.status, await startIn(page)]).toEqual([200, null]);
});
