/** The installed app: its manifest, and its service worker offline, between users and after a deploy. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createText } from "../../frontend/text/create.ts";
import { menuText } from "../../frontend/text/menu.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { commonText } from "../../frontend/text/common.ts";
import { root } from "../../scripts/run.ts";
import { type App, startApp } from "./support/app.ts";
import { createClient } from "./support/client.ts";
import { newEmail, useBrowser, type VisitorOptions, visit } from "./support/browser.ts";
import { until } from "./support/until.ts";

/** The folder of the served build, which a test may change. */
let assets: string;
let app: App;
beforeAll(async () => {
  assets = await mkdtemp(join(tmpdir(), "studio-assets-"));
  await cp(join(root, "dist"), assets, { recursive: true });
  app = await startApp({ assets, tiny: true });
});
afterAll(async () => {
  await app?.stop();
  await rm(assets, { recursive: true, force: true });
});
useBrowser();

/** A visitor whose page is controlled by the service worker. */
async function visitInstalled(options: VisitorOptions) {
  const visitor = await visit({ url: app.url, serviceWorkers: "allow", ...options });
  await visitor.studio.open();
  await until("the service worker", () =>
    visitor.page.evaluate(() => navigator.serviceWorker.controller !== null),
  );
  return visitor;
}

/** The cached paths with their queries, by the name of the cache. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    const caches: Record<string, string[]> = {};
    for (const name of await window.caches.keys()) {
      const requests = await (await window.caches.open(name)).keys();
      caches[name] = requests.map(({ url }) => url.slice(location.origin.length));
    }
    return caches;
  });
const thumbnails = async (page: Page) =>
  Object.entries(await kept(page)).filter(([name]) => name.startsWith("thumbnails:"));

test("Chromium can install the manifest, and its icons have the stated sizes", async () => {
  const { page, studio, context } = await visit({ url: app.url });
  await studio.open();
  const devtools = await context.newCDPSession(page);
  const { url, errors } = await devtools.send("Page.getAppManifest");
  expect(errors).toEqual([]);
  const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito")).toEqual(
    [],
  );

  const answer = await context.request.get(url);
  expect(answer.headers()["content-type"]).toBe("application/manifest+json");
  const manifest = await answer.json();
  expect(manifest).toMatchObject({ id: "/", start_url: "/", scope: "/", display: "standalone" });
  expect(manifest).toMatchObject({ name: "Image Studio", lang: "en", dir: "ltr" });
  const icons: { src: string; sizes: string }[] = manifest.icons.filter(
    ({ type }: { type: string }) => type === "image/png",
  );
  const touch = await page.locator('link[rel="apple-touch-icon"]').getAttribute("href");
  for (const { src, sizes } of [...icons, { src: String(touch), sizes: "180x180" }]) {
    const { width, height } = decode(await (await context.request.get(src)).body());
    expect(`${width}x${height}`, src).toBe(sizes);
  }
  expect((await context.request.get("/sw.js")).headers()["cache-control"]).toBe("no-cache");
});

test("opens offline with a message, and restores the draft", async () => {
  const prompt = "A lamp in a tunnel, far from any mast";
  const { page, studio, context, expectsInConsole } = await visitInstalled({ email: newEmail() });
  expectsInConsole(/net::ERR_|WebSocket connection/);
  await studio.prompt.fill(prompt);
  await context.setOffline(true);
  await page.reload();
  await page.getByText(commonText.offline).waitFor();
  expect(await studio.prompt.inputValue()).toBe(prompt);
  // A part that is loaded when it is first shown.
  await page.getByRole("button", { name: commonText.account }).click();
  await page.getByText(menuText.signedOut).waitFor();
  await page.goto("/gallery");
  await page.getByText(galleryText.offline).waitFor();
  await expect(page.goto("/s/some-shared-image"), "the Worker renders this page").rejects.toThrow(
    /ERR_INTERNET/,
  );

  await context.setOffline(false);
  await studio.open();
  await page.getByRole("button", { name: commonText.account }).filter({ hasText: "v" }).waitFor();
  expect(await studio.prompt.inputValue()).toBe(prompt);
  expect(Object.values(await kept(page)).flat(), "API responses").not.toContainEqual(
    expect.stringMatching(/^\/api/),
  );
});

test("caches thumbnails for the signed-in user only", async () => {
  const prompt = "A drawer that only one key opens";
  const ann = newEmail();
  await (await createClient(app.url, ann)).makes(prompt);
  const { page, studio, context, expectsInConsole } = await visitInstalled({ email: ann });
  expectsInConsole(/status of 40[14]/);
  await studio.open("/gallery");
  await studio.seesImage(prompt);
  const [name, [path]] = await until("the cached thumbnail", async () => {
    const own = await thumbnails(page);
    return own.length === 1 && own[0]?.[1].length === 1 && own[0];
  });

  // Another account signs in without a sign-out.
  const ben = newEmail();
  await context.request.post("/api/auth/dev", { data: { email: ben } });
  await studio.open("/gallery");
  const [bens] = await until("the cache of the other user", async () => {
    const own = await thumbnails(page);
    return own.length === 1 && own[0]?.[0] !== name && own;
  });
  expect(bens?.[1]).toEqual([]);
  const found = await page.evaluate((url) => caches.match(url), String(path));
  expect(found, "Ann's image in Ben's browser").toBeUndefined();

  // A session that expired, and one that the user ended.
  const expire = () => context.clearCookies().then(() => studio.open());
  const signOut = () => Promise.all([page.waitForEvent("load"), studio.signOut()]);
  for (const end of [expire, signOut]) {
    await context.request.post("/api/auth/dev", { data: { email: ann } });
    await studio.open();
    await until("Ann's cache", async () => (await thumbnails(page))[0]?.[0] === name);
    await page.evaluate(async (cache) => (await caches.open(cache)).put("/images/a/0", new Response()), name);
    await end();
    await until("no cached thumbnails", async () => (await thumbnails(page)).length === 0);
  }
});

test("reloads the page once if a deploy removed a part of it, and then shows an error", async () => {
  const { page, studio, context, expectsInConsole } = await visit({ url: app.url, email: newEmail() });
  expectsInConsole(/status of 404/);
  await context.route("**/assets/gallery-page-*.js", (route) => route.fulfill({ status: 404 }));
  let loads = 0;
  page.on("load", () => {
    loads += 1;
  });
  await studio.open();
  await studio.prompt.fill("A stair with one step missing");
  await page.getByRole("link", { name: commonText.gallery, exact: true }).click();
  await expect.poll(() => loads).toBe(2);
  await page.getByText(commonText.loadFailed).waitFor();
  expect(loads).toBe(2);
  await page.getByRole("link", { name: commonText.create, exact: true }).click();
  expect(await studio.prompt.inputValue()).toBe("A stair with one step missing");
});

test("offers a new version, and loads it when the user agrees", async () => {
  const { page, studio, expectsInConsole } = await visitInstalled({ email: newEmail() });
  // wrangler restarts the Worker, which closes connections.
  expectsInConsole(/WebSocket connection|net::ERR_|status of 50\d/);
  // The next build has another script.
  const built = await readFile(join(assets, "sw.js"), "utf8");
  await writeFile(
    join(assets, "sw.js"),
    built.replace(/`?\/assets\/deferred-[\w-]+\.js`?,/, "").replace("version:`", "version:`next-"),
  );
  const offer = page.getByRole("status").filter({ hasText: createText.updateReady });
  await studio.prompt.pressSequentially("A train that waits ");
  await until("the new version", async () => {
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      await registration?.update().catch(() => {});
    });
    return offer.isVisible();
  });
  await studio.prompt.pressSequentially("for everyone");
  await page.getByRole("button", { name: commonText.account }).click();
  await page.getByRole("button", { name: createText.updateTake }).waitFor();
  await page.keyboard.press("Escape");

  const reloaded = page.waitForEvent("load");
  await offer.getByRole("button", { name: commonText.reload }).click();
  await reloaded;
  await expect.poll(() => studio.prompt.inputValue()).toBe("A train that waits for everyone");
  const shells = Object.keys(await kept(page)).filter((name) => name.startsWith("shell:"));
  expect(shells).toEqual([expect.stringMatching(/^shell:next-/)]);
});
