/** The studio as an installed app: its manifest, and its service worker without network, between users and after a deploy. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { making } from "../../frontend/text/create.ts";
import { later } from "../../frontend/text/sign-in.ts";
import { page as words } from "../../frontend/text/html.ts";
import { pictureText } from "../../frontend/text/gallery.ts";
import { text } from "../../frontend/text/common.ts";
import { root } from "../../scripts/run.ts";
import { type App, startApp } from "./support/app.ts";
import { createClient } from "./support/client.ts";
import { newEmail, useBrowser, type VisitorOptions, visit } from "./support/browser.ts";
import { until } from "./support/until.ts";

/** The build that is served here, which a test may deploy over. */
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

/** Somebody whose studio has its service worker. */
async function visitInstalled(options: VisitorOptions) {
  const visitor = await visit({ url: app.url, serviceWorkers: "allow", ...options });
  await visitor.studio.open();
  await until("the worker", () => visitor.page.evaluate(() => navigator.serviceWorker.controller !== null));
  return visitor;
}

/** Every address that is kept, by the name of its cache. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    const caches: Record<string, string[]> = {};
    for (const name of await window.caches.keys()) {
      const requests = await (await window.caches.open(name)).keys();
      caches[name] = requests.map(({ url }) => new URL(url).pathname);
    }
    return caches;
  });
const thumbnails = async (page: Page) =>
  Object.entries(await kept(page)).filter(([name]) => name.startsWith("thumbnails:"));

test("the manifest is one that Chromium installs, and its icons are what it says", async () => {
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
  expect(manifest).toMatchObject({ name: words.title, lang: "en", dir: "ltr" });
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

test("without network the studio opens, says so, and has what was typed", async () => {
  const prompt = "A lamp in a tunnel, far from any mast";
  const { page, studio, context, expectsInConsole } = await visitInstalled({ email: newEmail() });
  expectsInConsole(/net::ERR_|WebSocket connection/);
  await studio.prompt.fill(prompt);
  await context.setOffline(true);
  await page.reload();
  await page.getByText(text.offline).waitFor();
  expect(await studio.prompt.inputValue()).toBe(prompt);
  // A part that is fetched when it is first shown.
  await page.getByRole("button", { name: text.account }).click();
  await page.getByText(later.signedOut).waitFor();
  await page.goto("/gallery");
  await page.getByText(pictureText.offline).waitFor();
  await expect(page.goto("/s/some-shared-picture"), "not the studio's page").rejects.toThrow(/ERR_INTERNET/);

  await context.setOffline(false);
  await studio.open();
  await page.getByRole("button", { name: text.account }).filter({ hasText: "v" }).waitFor();
  expect(await studio.prompt.inputValue()).toBe(prompt);
  expect(Object.values(await kept(page)).flat(), "answers of the API").not.toContainEqual(
    expect.stringMatching(/^\/api/),
  );
});

test("thumbnails are kept for their owner, and for nobody after", async () => {
  const prompt = "A drawer that only one key opens";
  const ann = newEmail();
  await (await createClient(app.url, ann)).makes(prompt);
  const { page, studio, context, expectsInConsole } = await visitInstalled({ email: ann });
  expectsInConsole(/status of 40[14]/);
  await studio.open("/gallery");
  await studio.seesPicture(prompt);
  const [name, [picture]] = await until("what is kept", async () => {
    const own = await thumbnails(page);
    return own.length === 1 && own[0]?.[1].length === 1 && own[0];
  });

  // Another account, without a word to the first.
  const ben = newEmail();
  await context.request.post("/api/auth/dev", { data: { email: ben } });
  await studio.open("/gallery");
  const [bens] = await until("another's cache", async () => {
    const own = await thumbnails(page);
    return own.length === 1 && own[0]?.[0] !== name && own;
  });
  expect(bens?.[1]).toEqual([]);
  const found = await page.evaluate((src) => caches.match(src), `${picture}?size=thumb`);
  expect(found, "Ann's picture in Ben's browser").toBeUndefined();

  // A session that is over, and one that is ended.
  const over = () => context.clearCookies().then(() => studio.open());
  const ended = () => Promise.all([page.waitForEvent("load"), studio.signOut()]);
  for (const end of [over, ended]) {
    await context.request.post("/api/auth/dev", { data: { email: ann } });
    await studio.open();
    await until("Ann's cache", async () => (await thumbnails(page))[0]?.[0] === name);
    await page.evaluate(async (cache) => (await caches.open(cache)).put("/images/a/0", new Response()), name);
    await end();
    await until("nothing kept", async () => (await thumbnails(page)).length === 0);
  }
});

test("a part that a deploy removed reloads the page once, and then says so", async () => {
  const { page, studio, context, expectsInConsole } = await visit({ url: app.url, email: newEmail() });
  expectsInConsole(/status of 404/);
  await context.route("**/assets/account-menu-*.js", (route) => route.fulfill({ status: 404 }));
  let loads = 0;
  page.on("load", () => {
    loads += 1;
  });
  await studio.open();
  await studio.prompt.fill("A stair with one step missing");
  await page.getByRole("button", { name: text.account }).click();
  await expect.poll(() => loads).toBe(2);
  await page.getByRole("button", { name: text.account }).click();
  await page.getByText(text.chunkLost).waitFor();
  expect(loads).toBe(2);
  expect(await studio.prompt.inputValue()).toBe("A stair with one step missing");
});

test("a new version is offered, and taken when the person says so", async () => {
  const { page, studio, expectsInConsole } = await visitInstalled({ email: newEmail() });
  // The Worker starts anew, and cuts what is open.
  expectsInConsole(/WebSocket connection|net::ERR_|status of 50\d/);
  // The next build: one whose page runs another script.
  const built = await readFile(join(assets, "sw.js"), "utf8");
  await writeFile(
    join(assets, "sw.js"),
    built.replace(/\/assets\/studio-[\w-]+\.js,/, "").replace("version:`", "version:`next-"),
  );
  const offer = page.getByRole("status").filter({ hasText: making.updateReady });
  await studio.prompt.pressSequentially("A train that waits ");
  await until("the new version", async () => {
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      await registration?.update().catch(() => {});
    });
    return offer.isVisible();
  });
  await studio.prompt.pressSequentially("for everyone");
  await page.getByRole("button", { name: text.account }).click();
  await page.getByRole("button", { name: making.updateTake }).waitFor();
  await page.keyboard.press("Escape");

  const reloaded = page.waitForEvent("load");
  await offer.getByRole("button", { name: text.reload }).click();
  await reloaded;
  await expect.poll(() => studio.prompt.inputValue()).toBe("A train that waits for everyone");
  const shells = Object.keys(await kept(page)).filter((name) => name.startsWith("shell:"));
  expect(shells).toEqual([expect.stringMatching(/^shell:next-/)]);
});
