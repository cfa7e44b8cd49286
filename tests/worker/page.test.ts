/** The studio's page, and what is said of its list before its script asks for it. */
import { expect, it } from "vitest";
import { GALLERY_START } from "../../worker/catalog.ts";
import { call, newUser } from "./support/app.ts";

it.each(["/gallery", "/g/some-picture"])(
  "%s tells who is signed in where its list is, and nobody else",
  async (path) => {
    const user = await newUser();
    const page = await user.call(path);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toContain("text/html");
    const [, address = ""] =
      /<([^>]+)>; rel=preload; as=fetch; crossorigin=anonymous/.exec(page.headers.get("link") ?? "") ?? [];
    const list = await user.call(address);
    expect(list.status).toBe(200);
    expect(new URL(address, "http://studio").searchParams.get("limit")).toBe(String(GALLERY_START.limit));

    expect((await call(path)).headers.get("link")).toBeNull();
    const forged = await call(path, { headers: { cookie: "session=nonsense" } });
    expect([forged.status, forged.headers.get("link")]).toEqual([200, null]);
  },
);

it.each(["/gallery?q=fox", "/account", "/nowhere"])("%s needs another list, or none", async (path) => {
  const page = await (await newUser()).call(path);
  expect([page.status, page.headers.get("link")]).toEqual([200, null]);
});
