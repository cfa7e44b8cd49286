/** The gallery with 10,000 images, of which only the D1 rows exist. */
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createText } from "../../frontend/text/create.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { type App, startApp } from "./support/app.ts";
import { DESKTOP, PHONE, useBrowser, visit } from "./support/browser.ts";
import { type Client, createClient } from "./support/client.ts";
import { paintSeeded, seededId, seedImages } from "./support/seed.ts";
import { until } from "./support/until.ts";

const COUNT = 10_000;
const PROMPT = "Seeded image";
const EMAIL = "gallery@example.com";

useBrowser();
let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp({ tiny: true });
  client = await createClient(app.url, EMAIL);
  await seedImages(app, { email: EMAIL, count: COUNT, prompt: PROMPT });
});
afterAll(() => app.stop());

async function open(path = "/gallery", viewport = DESKTOP) {
  const visitor = await visit({ url: app.url, email: EMAIL, viewport });
  await paintSeeded(visitor.page, PROMPT);
  await visitor.studio.open(path);
  await visitor.studio.images.first().waitFor();
  return visitor;
}

/** The tops of the visible images, by the names of their links. */
const inSight = (page: Page) =>
  page
    .locator("[data-tile=image] > a")
    .evaluateAll((links) =>
      Object.fromEntries(
        links
          .map(
            (link) =>
              [link.getAttribute("aria-label") ?? "", Math.round(link.getBoundingClientRect().top)] as const,
          )
          .filter(([, top]) => top > 120 && top < innerHeight - 120),
      ),
    );

const scrollDown = (page: Page, top: number) =>
  page.evaluate(
    (to) =>
      new Promise<void>((done) => {
        scrollTo(0, to);
        requestAnimationFrame(() => requestAnimationFrame(() => done()));
      }),
    top,
  );

/** Scrolls until enough pages are loaded to reach this position. */
async function scrollDeep(page: Page, top: number) {
  await expect
    .poll(async () => {
      await scrollDown(page, top);
      return page.evaluate(() => scrollY);
    })
    .toBe(top);
}

/** All of them take half a minute or more; a smaller part already shows whether the page grows. */
const DEPTH = process.env["TEST_ALL"] ? COUNT : 1_500;
const DEEP_MS = 300_000;

test(
  `keeps the page as small at ${DEPTH} images as at the start, without gaps or duplicates`,
  async () => {
    const { page, context } = await open();
    const inspector = await context.newCDPSession(page);
    const elements = () => page.evaluate(() => document.querySelectorAll("*").length);
    const measure = async () => {
      await inspector.send("HeapProfiler.collectGarbage");
      const { usedSize } = await inspector.send("Runtime.getHeapUsage");
      return { elements: await elements(), megabytes: usedSize / 1e6 };
    };
    const lastDrawn = () => page.locator("[data-tile=image]").last().getAttribute("aria-posinset");
    const start = await measure();
    let most = start.elements;
    let depth = 0;
    const scrollFurther = async () => {
      await scrollDown(page, 1e9);
      most = Math.max(most, await elements());
      return Number(await lastDrawn());
    };
    while (depth < DEPTH) {
      await expect.poll(scrollFurther, { message: `images after ${depth}` }).toBeGreaterThan(depth);
      depth = Number(await lastDrawn());
    }
    const end = await measure();
    console.log(`${DEPTH} images: ${JSON.stringify({ start, end, most })}`);
    expect(most, "elements at any time").toBeLessThan(1_500);
    expect((end.megabytes - start.megabytes) / DEPTH, "megabytes for each image's data").toBeLessThan(0.0025);
    // No image is in two rows, and none is missing between them.
    const places = await page
      .locator("[data-tile=image]")
      .evaluateAll((tiles) => tiles.map((tile) => Number(tile.getAttribute("aria-posinset"))));
    const drawn = places.slice(-30);
    expect(drawn).toEqual(drawn.map((_, index) => (drawn[0] ?? 0) + index));
    if (DEPTH === COUNT) await page.getByText(galleryText.found(COUNT, false)).first().waitFor();
  },
  DEEP_MS,
);

describe.each([DESKTOP, PHONE])("at $width px", (viewport) => {
  test("Back returns to the same place: from the viewer and from Create, by key and by link", async () => {
    const { page, studio } = await open("/gallery", viewport);
    await scrollDeep(page, 6_000);
    const before = await inSight(page);
    const [name = ""] = Object.keys(before);
    await page.getByRole("link", { name, exact: true }).click();
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await inSight(page)).toEqual(before);
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe(name);

    // By key: clicking a link at the top would scroll there first.
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    await studio.prompt.waitFor();
    await page.goBack();
    await expect.poll(() => inSight(page)).toEqual(before);
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    await studio.prompt.waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("g");
    await expect.poll(() => inSight(page)).toEqual(before);
  });

  test("adds a new image at the top without moving what is visible", async () => {
    const { page, studio } = await open("/gallery", viewport);
    const first = `A comet over the harbor, ${viewport.width}`;
    await client.makes(first);
    await studio.seesImage(first);

    await scrollDeep(page, 4_000);
    const before = await inSight(page);
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    for (const number of [1, 2]) await client.makes(`${first}, again ${number}`);
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollHeight)).not.toBe(height);
    expect(await inSight(page)).toEqual(before);
  });
});

test("shows the first images from the document, without waiting for a request", async () => {
  const { page, studio } = await visit({ url: app.url, email: EMAIL });
  await paintSeeded(page, PROMPT);
  const forFeed: string[] = [];
  await page.route("**/api/generations?*", (route) => {
    if (route.request().url().includes("limit=24")) forFeed.push(route.request().url());
  });
  await Promise.all([page.waitForEvent("websocket"), studio.open("/gallery")]);
  await studio.image(`${PROMPT} ${COUNT}`).waitFor();
  expect(forFeed, "the Create page's latest images").toEqual([]);
  await page.keyboard.press("/");
  await until("the Create page to read its latest images", async () => forFeed.length === 1);
});

test("searches the whole history; the address holds the search, and Back ends it", async () => {
  const { page, studio } = await open();
  const search = page.getByRole("searchbox", { name: galleryText.search });
  const requested: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/api/generations?")) requested.push(request.url());
  });
  await search.pressSequentially("IMAGE  ", { delay: 10 });
  await search.fill("image 42");
  await page.getByRole("button", { name: galleryText.remove(galleryText.searched("image 42")) }).waitFor();
  await studio.image(`${PROMPT} 4299`).waitFor();
  expect(new URL(page.url()).search).toBe("?q=image+42");
  const searches = new Set(
    requested.map((url) => new URL(url).searchParams.get("q")).filter((q) => q !== null),
  );
  expect(searches.size, "searches once for letters typed quickly").toBeLessThanOrEqual(2);

  // The newer half has no match: the Worker searches a part per request, and the studio asks for the next one.
  await search.fill("seeded image 77");
  await expect.poll(() => studio.images.count()).toBeGreaterThan(0);
  await search.fill("no such thing");
  await page.getByText(galleryText.nothingFound("no such thing")).waitFor({ timeout: 30_000 });
  expect(requested.filter((url) => url.includes("no+such")).length, "read in parts").toBeGreaterThan(1);
  await page.goBack();
  await studio.image(`${PROMPT} ${COUNT}`).waitFor();
  expect(new URL(page.url()).search).toBe("");
  await page.goForward();
  await page.getByText(galleryText.nothingFound("no such thing")).waitFor();
});

test("keeps and searches for text that is typed while a search starts", async () => {
  const { page, studio } = await open();
  await page.evaluate(() => {
    const push = history.pushState.bind(history);
    history.pushState = (...entry) => {
      push(...entry);
      history.pushState = push;
      const field = document.querySelector<HTMLInputElement>("input[type=search]");
      if (!field) throw new Error("There is no search field.");
      field.value = "image 4299";
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    };
  });
  const search = page.getByRole("searchbox", { name: galleryText.search });
  await search.fill("image");
  await page.getByRole("button", { name: galleryText.remove(galleryText.searched("image 4299")) }).waitFor();
  expect(await search.inputValue()).toBe("image 4299");
  await studio.image(`${PROMPT} 4299`).waitFor();
});

test("opening an image or clearing the filters drops a search that has not started", async () => {
  const { page, studio } = await open("/gallery?status=all&from=2020-01-01");
  const search = page.getByRole("searchbox", { name: galleryText.search });
  // In one task: 250 ms after the last letter the search starts and removes the tile, and a click on a removed link
  // loads its address as a new page.
  const typeAndClick = (text: string, target: Locator) =>
    target.evaluate((element: HTMLElement, typed) => {
      const field = document.querySelector<HTMLInputElement>("input[type=search]");
      if (field) field.value = typed;
      field?.dispatchEvent(new InputEvent("input", { bubbles: true }));
      element.click();
    }, text);
  await typeAndClick("nothing like it", studio.image(`${PROMPT} ${COUNT}`));
  await studio.viewer(`${PROMPT} ${COUNT}`).waitFor();
  await expect(page.waitForURL(/q=/, { timeout: 500 })).rejects.toThrow();
  await page.keyboard.press("Escape");
  await page.waitForURL(/status=all/);

  await typeAndClick("nothing at all", page.getByRole("button", { name: galleryText.clearAll }));
  await page.waitForURL("**/gallery");
  await expect(page.waitForURL(/q=/, { timeout: 500 })).rejects.toThrow();
  expect(await search.inputValue()).toBe("");
});

test("the address holds the filters, and chips remove them", async () => {
  const { page, studio } = await open();
  const favorite = seededId(PROMPT, 9_990);
  expect((await client.call("PATCH", `/api/generations/${favorite}`, { favorite: true })).status).toBe(200);
  await page.getByRole("button", { name: galleryText.onlyFavorites }).click();
  await studio.image(`${PROMPT} 9990`).waitFor();
  expect(await studio.images.count()).toBe(1);
  await page.getByRole("button", { name: galleryText.filterCount(1) }).click();
  await page.getByRole("combobox", { name: /^Model/ }).selectOption("truefusion-edge");
  await page.getByText(galleryText.tooNarrow).waitFor();
  expect(new URL(page.url()).search).toBe("?model=truefusion-edge&favorite=true");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: galleryText.remove("Fast preview") }).click();
  await studio.image(`${PROMPT} 9990`).waitFor();

  const other = await open("/gallery?favorite=true&q=9990");
  expect(await other.studio.images.count()).toBe(1);
  await other.page.getByRole("button", { name: galleryText.clearAll }).click();
  await other.studio.image(`${PROMPT} 9991`).waitFor();
});

test("filters by date and shows it as a chip", async () => {
  const { page, studio } = await open();
  await page.getByRole("button", { name: galleryText.filter, exact: true }).click();
  await page.getByRole("combobox", { name: galleryText.date }).selectOption(galleryText.dates[0]);
  await page.getByRole("button", { name: /^Remove filter: From / }).waitFor();
  await studio.images.first().waitFor();
  await page.getByRole("combobox", { name: galleryText.date }).selectOption(galleryText.dates.custom);
  await page.getByLabel(galleryText.from, { exact: true }).fill("2020-01-01");
  await page.getByLabel(galleryText.to, { exact: true }).fill("2020-01-02");
  await page.getByText(galleryText.tooNarrow).waitFor();
  expect(new URL(page.url()).search).toBe("?from=2020-01-01&to=2020-01-02");
});

test("selects by checkbox, range and key", async () => {
  const { page, studio } = await open();
  const checkbox = (number: number) =>
    page.getByRole("checkbox", { name: galleryText.choose(`${PROMPT} ${number}`), exact: true });
  await checkbox(9_999).click();
  await checkbox(9_995).click({ modifiers: ["Shift"] });
  const bar = page.getByRole("group", { name: galleryText.select });
  await bar.getByText(galleryText.selected(5)).waitFor();
  await studio.image(`${PROMPT} 9995`).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("x");
  await page.keyboard.press("Shift+ArrowRight");
  await bar.getByText(galleryText.selected(7)).waitFor();
  await page.keyboard.press("Control+a");
  await bar.getByText(/^(48|148) selected$/).waitFor();
  await page.keyboard.press("Escape");
  await bar.waitFor({ state: "detached" });
});

test("adds a selection to favorites, deletes it, restores it with Undo, and sends a deletion when the page is left", async () => {
  const { page, studio, expectsInConsole } = await open("/gallery?q=image+55");
  const names = [5_599, 5_598, 5_597].map((number) => `${PROMPT} ${number}`);
  const select = async () => {
    for (const name of names)
      await page.getByRole("checkbox", { name: galleryText.choose(name), exact: true }).click();
  };
  const bar = page.getByRole("group", { name: galleryText.select });
  await select();
  await bar.getByRole("button", { name: galleryText.favorite, exact: true }).click();
  await page.getByText(galleryText.favored(3)).waitFor();
  await expect.poll(async () => (await client.generation(seededId(PROMPT, 5_598))).favorite).toBe(true);

  await bar.getByRole("button", { name: galleryText.delete }).click();
  for (const name of names) await studio.image(name).waitFor({ state: "detached" });
  await page.getByText(galleryText.deleted(3)).waitFor();
  await page.getByRole("button", { name: galleryText.undo }).click();
  for (const name of names) await studio.image(name).waitFor();
  expect((await client.call("GET", `/api/predictions/${seededId(PROMPT, 5_599)}`)).status).toBe(200);

  await studio.image(names[0] ?? "").focus();
  await page.keyboard.press("Delete");
  await studio.image(names[0] ?? "").waitFor({ state: "detached" });
  expect(
    await page.evaluate(() => document.activeElement?.getAttribute("aria-label")),
    "focuses the next image",
  ).toBe(createText.open(names[1] ?? ""));
  expectsInConsole(/status of 404/);
  await page.goto("about:blank");
  await expect
    .poll(async () => (await client.call("GET", `/api/predictions/${seededId(PROMPT, 5_599)}`)).status)
    .toBe(404);
  expect((await client.call("GET", `/api/predictions/${seededId(PROMPT, 5_598)}`)).status).toBe(200);
});

test("says that it is offline, and loads when it is online again", async () => {
  const { page, context, studio, expectsInConsole } = await open();
  expectsInConsole(/ERR_INTERNET_DISCONNECTED/);
  await context.setOffline(true);
  await page.getByRole("searchbox").fill("image 9");
  await page.getByText(galleryText.offline).waitFor();
  await context.setOffline(false);
  await studio.image(`${PROMPT} 9999`).waitFor();
});
