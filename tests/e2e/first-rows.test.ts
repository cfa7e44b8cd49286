/** The gallery's rows that the document shows before the studio's scripts are loaded. */
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { DESKTOP, PHONE, useBrowser, visit, type VisitorOptions } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { paintSeeded, seedImages } from "./support/seed.ts";

const PROMPT = "First rows";
const EMAIL = "first-rows@example.com";
const SCRIPTS = "**/assets/*.js";
const GALLERY_CHUNK = "**/assets/gallery-page-*.js";

useBrowser();
beforeAll(async () => {
  await createClient(inject("app").url, EMAIL);
  await seedImages(inject("app"), { email: EMAIL, count: 60, prompt: PROMPT });
});

/** Opens the gallery and holds these files back until `release` is called. */
async function open(files: string, options: VisitorOptions = {}, path = "/gallery") {
  const visitor = await visit({ email: EMAIL, ...options });
  const { page } = visitor;
  const { promise, resolve: release } = Promise.withResolvers<void>();
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push(Reflect.get(entry, "value"));
    }).observe({ type: "layout-shift", buffered: true });
  });
  const requested: string[] = [];
  page.on("request", (request) => void requested.push(new URL(request.url()).pathname));
  await paintSeeded(page, PROMPT);
  await page.route(files, async (route) => {
    await promise;
    await route.fallback();
  });
  await page.goto(path, { waitUntil: "commit" });
  return { ...visitor, release, requested, rows: page.locator("#first-rows") };
}

/** The boxes of the tiles in a list, by the image's id. */
const boxesIn = (page: Page, list: string) =>
  page.locator(`${list} > li[data-id]`).evaluateAll((tiles) =>
    Object.fromEntries(
      tiles.map((tile) => {
        const { x, y, width, height } = tile.getBoundingClientRect();
        return [
          tile.getAttribute("data-id"),
          [x, y, width, height].map((length) => Math.round(length * 100)),
        ];
      }),
    ),
  );

describe.each([
  { name: "a phone", viewport: PHONE, dir: "ltr" },
  { name: "a desktop", viewport: DESKTOP, dir: "ltr" },
  { name: "a phone, right to left", viewport: PHONE, dir: "rtl" },
])("on $name", ({ viewport, dir }) => {
  test("the rows are visible before the scripts, and stay where they are", async () => {
    const visitor = await open(SCRIPTS, { viewport }, "/account");
    await visitor.page.addInitScript((direction) => {
      new MutationObserver(() => {
        if (document.documentElement) document.documentElement.dir = direction;
      }).observe(document, { childList: true });
    }, dir);
    const { page, rows, release, requested } = visitor;
    await page.goto("/gallery", { waitUntil: "commit" });
    await rows.locator("img").first().waitFor();
    await page.getByRole("link", { name: commonText.gallery, exact: true }).waitFor();
    const early = await boxesIn(page, "#first-rows");
    const { bottom } = await rows
      .locator("li")
      .last()
      .evaluate((tile) => tile.getBoundingClientRect());
    expect(bottom, "the window is full").toBeGreaterThan(viewport.height);
    release();
    await rows.waitFor({ state: "detached" });
    const late = await boxesIn(page, "#content ul");
    expect(Object.fromEntries(Object.keys(early).map((id) => [id, late[id]]))).toEqual(early);
    expect(await page.evaluate(() => Reflect.get(window, "shifts"))).toEqual([]);
    expect(requested.filter((path) => path.startsWith("/examples/"))).toEqual([]);
  });
});

test("a link of the rows opens its image, and keeps the focus when the studio replaces it", async () => {
  const { page, rows, release } = await open(SCRIPTS);
  const second = rows.locator("a").nth(1);
  const path = (await second.getAttribute("href")) ?? "";
  await second.focus();
  release();
  await rows.waitFor({ state: "detached" });
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("href"))).toBe(path);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  expect(new URL(page.url()).pathname).toBe(path);
});

describe("the studio's script", () => {
  /** Holds the images back, and records in which order the first ones and the studio are ready. */
  async function openWithoutImages() {
    const visitor = await open("**/images/**", {}, "/developers");
    await visitor.page.addInitScript(() => {
      const ready: string[] = [];
      Object.assign(window, { ready });
      const isFirst = ({ target }: Event) =>
        target instanceof HTMLImageElement && target.fetchPriority === "high";
      document.addEventListener("load", (event) => isFirst(event) && ready.push("image"), true);
      addEventListener("studio-ready", () => ready.push("studio"));
    });
    const ready = () => visitor.page.evaluate<string[]>(() => Reflect.get(window, "ready"));
    return { ...visitor, ready };
  }

  test("runs after the first images are loaded", async () => {
    const { page, rows, release, ready } = await openWithoutImages();
    // Without the clock the script cannot start because a second is over.
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.goto("/gallery", { waitUntil: "commit" });
    const images = rows.locator("img[fetchpriority=high]");
    await images.first().waitFor();
    // Time enough for a script that would not wait; each step lets it load and run.
    for (let step = 0; step < 18; step += 1) {
      await page.clock.runFor(50);
      await page.evaluate(() => fetch("/favicon.svg").then((response) => response.text()));
    }
    expect(await ready()).toEqual([]);
    release();
    const count = await images.count();
    await expect.poll(async () => (await ready()).length).toBe(count);
    await page.clock.resume();
    await expect.poll(ready).toEqual([...Array.from({ length: count }, () => "image"), "studio"]);
  });

  test("does not wait for an image that never comes", async () => {
    const { page, ready } = await openWithoutImages();
    await page.goto("/gallery", { waitUntil: "commit" });
    await expect.poll(ready).toEqual(["studio"]);
  });
});

test("the rows end with the gallery", async () => {
  const { page, rows, studio } = await open(GALLERY_CHUNK);
  await rows.waitFor();
  await studio.isSignedIn();
  await page.getByRole("link", { name: commonText.create, exact: true }).click();
  await rows.waitFor({ state: "detached" });
});

test.each([
  ["with another tile size", "/gallery", { "studio.tile-size": "large" }],
  ["with grouped images", "/gallery", { "studio.group-prompts": "on" }],
  ["with a search", "/gallery?q=rows", {}],
])("there are no rows %s", async (_, path, stored) => {
  const { page, release, expectsInConsole } = await open("**/nothing", {}, "/account");
  expectsInConsole(/ERR_FAILED|dynamically imported/);
  release();
  await page.evaluate((entries) => {
    for (const [key, value] of Object.entries(entries)) localStorage.setItem(key, value);
  }, stored);
  await page.route(SCRIPTS, (route) => route.abort());
  await page.goto(path, { waitUntil: "domcontentloaded" });
  expect(await page.locator("#first-rows").count()).toBe(0);
});

test.each([
  ["a stranger loads", {}, 4],
  ["a user with images does not load", { "studio.returning": "1" }, 0],
])("%s the examples", async (_, stored, count) => {
  const { page } = await visit();
  await page.addInitScript((entries) => {
    for (const [key, value] of Object.entries(entries)) localStorage.setItem(key, value);
  }, stored);
  const examples: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/examples/")) examples.push(request.url());
  });
  await page.goto("/", { waitUntil: "load" });
  expect(examples).toHaveLength(count);
});
