/** The gallery with a long history: ten thousand pictures, of which rows are written and no picture was ever made. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { making } from "../../frontend/text/create.ts";
import { pictureText } from "../../frontend/text/gallery.ts";
import { type App, startApp } from "./support/app.ts";
import { DESKTOP, PHONE, useBrowser, visit } from "./support/browser.ts";
import { type Client, createClient } from "./support/client.ts";
import { paintSeeded, seededId, seedPictures } from "./support/seed.ts";

const COUNT = 10_000;
const PROMPT = "Seeded picture";
const EMAIL = "hoarder@example.com";

useBrowser();
let app: App;
let client: Client;

beforeAll(async () => {
  app = await startApp({ tiny: true });
  client = await createClient(app.url, EMAIL);
  await seedPictures(app, { email: EMAIL, count: COUNT, prompt: PROMPT });
});
afterAll(() => app.stop());

async function open(path = "/gallery", viewport = DESKTOP) {
  const visitor = await visit({ url: app.url, email: EMAIL, viewport });
  await paintSeeded(visitor.page, PROMPT);
  await visitor.studio.open(path);
  await visitor.studio.pictures.first().waitFor();
  return visitor;
}

/** The pictures in sight, by their names, with where they stand. */
const inSight = (page: Page) =>
  page
    .locator(".tile a")
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

/** Scrolls on until there are so many pictures below that one can stand at this height. */
async function scrollDeep(page: Page, top: number) {
  await expect
    .poll(async () => {
      await scrollDown(page, top);
      return page.evaluate(() => scrollY);
    })
    .toBe(top);
}

/** To the end takes half a minute, or several where others work beside it; that the page does not grow shows long before. */
const DEPTH = process.env["TEST_ALL"] ? COUNT : 1_500;
const DEEP_MS = 300_000;

test(
  `the page is as small at ${DEPTH} pictures as at the start, and holds every one once`,
  async () => {
    const { page, context } = await open();
    const inspector = await context.newCDPSession(page);
    const elements = () => page.evaluate(() => document.querySelectorAll("*").length);
    const measure = async () => {
      await inspector.send("HeapProfiler.collectGarbage");
      const { usedSize } = await inspector.send("Runtime.getHeapUsage");
      return { elements: await elements(), megabytes: usedSize / 1e6 };
    };
    const lastDrawn = () => page.locator(".tile").last().getAttribute("aria-posinset");
    const start = await measure();
    let most = start.elements;
    let depth = 0;
    const goesOn = async () => {
      await scrollDown(page, 1e9);
      most = Math.max(most, await elements());
      return Number(await lastDrawn());
    };
    while (depth < DEPTH) {
      await expect.poll(goesOn, { message: `on from picture ${depth}` }).toBeGreaterThan(depth);
      depth = Number(await lastDrawn());
    }
    const end = await measure();
    console.log(`${DEPTH} pictures: ${JSON.stringify({ start, end, most })}`);
    expect(most, "elements at any time").toBeLessThan(1_500);
    expect((end.megabytes - start.megabytes) / DEPTH, "megabytes for what is known of each").toBeLessThan(
      0.0025,
    );
    // A row never holds a picture that another one holds, and none is left out between them.
    const places = await page
      .locator(".tile")
      .evaluateAll((tiles) => tiles.map((tile) => Number(tile.getAttribute("aria-posinset"))));
    const drawn = places.slice(-30);
    expect(drawn).toEqual(drawn.map((_, index) => (drawn[0] ?? 0) + index));
    if (DEPTH === COUNT) await page.getByText(pictureText.end).waitFor();
  },
  DEEP_MS,
);

describe.each([DESKTOP, PHONE])("at $width px", (viewport) => {
  test("back is where one was: from a picture, from the studio, by key and by link", async () => {
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

    // By key: to click a link above, one would first scroll there.
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

  test("a new picture comes in on top and moves nothing that one looks at", async () => {
    const { page, studio } = await open("/gallery", viewport);
    const first = `A comet over the harbour, ${viewport.width}`;
    await client.makes(first);
    await studio.seesPicture(first);

    await scrollDeep(page, 4_000);
    const before = await inSight(page);
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    for (const number of [1, 2]) await client.makes(`${first}, again ${number}`);
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollHeight)).not.toBe(height);
    expect(await inSight(page)).toEqual(before);
  });
});

test("the first pictures are asked for before the script that shows them", async () => {
  const { page, studio } = await visit({ url: app.url, email: EMAIL });
  await paintSeeded(page, PROMPT);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await studio.open("/gallery");
  await studio.pictures.first().waitFor();
  expect(asked.indexOf("/api/generations")).toBeGreaterThan(0);
  expect(asked.indexOf("/api/generations")).toBeLessThan(
    asked.findIndex((path) => path.startsWith("/assets/")),
  );
});

test("search goes through the whole history, stands in the address, and Back leads out of it", async () => {
  const { page, studio } = await open();
  const search = page.getByRole("searchbox", { name: pictureText.search });
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/api/generations?")) asked.push(request.url());
  });
  await search.pressSequentially("PICTURE  ", { delay: 10 });
  await search.fill("picture 42");
  await page.getByRole("button", { name: pictureText.remove(pictureText.searched("picture 42")) }).waitFor();
  await studio.picture(`${PROMPT} 4299`).waitFor();
  expect(new URL(page.url()).search).toBe("?q=picture+42");
  const words = new Set(asked.map((url) => new URL(url).searchParams.get("q")).filter((q) => q !== null));
  expect(words.size, "letters typed in one go are searched for once").toBeLessThanOrEqual(2);

  // Nothing like it in the newer half: the Worker looks through a part at a time, and the studio goes on.
  await search.fill("seeded picture 77");
  await expect.poll(() => studio.pictures.count()).toBeGreaterThan(0);
  await search.fill("no such thing");
  await page.getByText(pictureText.nothingFound("no such thing")).waitFor({ timeout: 30_000 });
  expect(asked.filter((url) => url.includes("no+such")).length, "read in parts").toBeGreaterThan(1);
  await page.goBack();
  await studio.picture(`${PROMPT} ${COUNT}`).waitFor();
  expect(new URL(page.url()).search).toBe("");
  await page.goForward();
  await page.getByText(pictureText.nothingFound("no such thing")).waitFor();
});

test("what is typed in the moment in which a search begins stays, and is searched for", async () => {
  const { page, studio } = await open();
  await page.evaluate(() => {
    const push = history.pushState.bind(history);
    history.pushState = (...visit) => {
      push(...visit);
      history.pushState = push;
      const field = document.querySelector<HTMLInputElement>("input[type=search]");
      if (!field) throw new Error("There is no field to search in.");
      field.value = "picture 4299";
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    };
  });
  const search = page.getByRole("searchbox", { name: pictureText.search });
  await search.fill("picture");
  await page
    .getByRole("button", { name: pictureText.remove(pictureText.searched("picture 4299")) })
    .waitFor();
  expect(await search.inputValue()).toBe("picture 4299");
  await studio.picture(`${PROMPT} 4299`).waitFor();
});

test("a search that has not begun yet does not come after what else one does", async () => {
  const { page, studio } = await open("/gallery?status=all&from=2020-01-01");
  const search = page.getByRole("searchbox", { name: pictureText.search });
  // A search begins a quarter of a second after the last letter: in less than that, as a driver's click is not.
  const meanwhile = async (words: string, name: string) => {
    await search.fill(words);
    await page.evaluate((label) => document.querySelector<HTMLElement>(label)?.click(), name);
  };
  await meanwhile("nothing like it", `.tile a[aria-label*="${PROMPT} ${COUNT}"]`);
  await studio.viewer(`${PROMPT} ${COUNT}`).waitFor();
  await expect(page.waitForURL(/q=/, { timeout: 500 })).rejects.toThrow();
  await page.keyboard.press("Escape");
  await page.waitForURL(/status=all/);

  await meanwhile("nothing at all", ".filter-clear");
  await page.waitForURL("**/gallery");
  await expect(page.waitForURL(/q=/, { timeout: 500 })).rejects.toThrow();
  expect(await search.inputValue()).toBe("");
});

test("filters are an address that can be given away, and chips that go again", async () => {
  const { page, studio } = await open();
  const favorite = seededId(PROMPT, 9_990);
  expect((await client.call("PATCH", `/api/generations/${favorite}`, { favorite: true })).status).toBe(200);
  await page.getByRole("button", { name: pictureText.onlyFavorites }).click();
  await studio.picture(`${PROMPT} 9990`).waitFor();
  expect(await studio.pictures.count()).toBe(1);
  await page.getByRole("button", { name: pictureText.filterCount(1) }).click();
  await page.getByRole("combobox", { name: /^Model/ }).selectOption("truefusion-edge");
  await page.getByText(pictureText.tooNarrow).waitFor();
  expect(new URL(page.url()).search).toBe("?model=truefusion-edge&favorite=true");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: pictureText.remove("Fast preview") }).click();
  await studio.picture(`${PROMPT} 9990`).waitFor();

  const given = await open("/gallery?favorite=true&q=9990");
  expect(await given.studio.pictures.count()).toBe(1);
  await given.page.getByRole("button", { name: pictureText.clearAll }).click();
  await given.studio.picture(`${PROMPT} 9991`).waitFor();
});

test("days are filtered, and the chip says which", async () => {
  const { page, studio } = await open();
  await page.getByRole("button", { name: pictureText.filter, exact: true }).click();
  await page.getByRole("combobox", { name: /^Made/ }).selectOption(pictureText.times[0]);
  await page.getByRole("button", { name: /^Remove filter: From / }).waitFor();
  await studio.pictures.first().waitFor();
  await page.getByRole("combobox", { name: /^Made/ }).selectOption(pictureText.times.own);
  await page.getByLabel(pictureText.from, { exact: true }).fill("2020-01-01");
  await page.getByLabel(pictureText.to, { exact: true }).fill("2020-01-02");
  await page.getByText(pictureText.tooNarrow).waitFor();
  expect(new URL(page.url()).search).toBe("?from=2020-01-01&to=2020-01-02");
});

test("several are chosen by mark, by range and by key", async () => {
  const { page, studio } = await open();
  const mark = (number: number) =>
    page.getByRole("checkbox", { name: pictureText.choose(`${PROMPT} ${number}`), exact: true });
  await mark(9_999).click();
  await mark(9_995).click({ modifiers: ["Shift"] });
  const bar = page.getByRole("group", { name: pictureText.select });
  await bar.getByText(pictureText.selected(5)).waitFor();
  await studio.picture(`${PROMPT} 9995`).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("x");
  await page.keyboard.press("Shift+ArrowRight");
  await bar.getByText(pictureText.selected(7)).waitFor();
  await page.keyboard.press("Control+a");
  await bar.getByText(/^(48|148) selected$/).waitFor();
  await page.keyboard.press("Escape");
  await bar.waitFor({ state: "detached" });
});

test("what is chosen becomes favourites, is deleted, brought back, and deleted for good when the page is left", async () => {
  const { page, studio, expectsInConsole } = await open("/gallery?q=picture+55");
  const names = [5_599, 5_598, 5_597].map((number) => `${PROMPT} ${number}`);
  const choose = async () => {
    for (const name of names)
      await page.getByRole("checkbox", { name: pictureText.choose(name), exact: true }).click();
  };
  const bar = page.getByRole("group", { name: pictureText.select });
  await choose();
  await bar.getByRole("button", { name: pictureText.favorite, exact: true }).click();
  await page.getByText(pictureText.favored(3)).waitFor();
  await expect.poll(async () => (await client.generation(seededId(PROMPT, 5_598))).favorite).toBe(true);

  await bar.getByRole("button", { name: pictureText.delete }).click();
  for (const name of names) await studio.picture(name).waitFor({ state: "detached" });
  await page.getByText(pictureText.deleted(3)).waitFor();
  await page.getByRole("button", { name: pictureText.undo }).click();
  for (const name of names) await studio.picture(name).waitFor();
  expect((await client.call("GET", `/api/predictions/${seededId(PROMPT, 5_599)}`)).status).toBe(200);

  await studio.picture(names[0] ?? "").focus();
  await page.keyboard.press("Delete");
  await studio.picture(names[0] ?? "").waitFor({ state: "detached" });
  expect(
    await page.evaluate(() => document.activeElement?.getAttribute("aria-label")),
    "the focus goes on to the next one",
  ).toBe(making.open(names[1] ?? ""));
  expectsInConsole(/status of 404/);
  await page.goto("about:blank");
  await expect
    .poll(async () => (await client.call("GET", `/api/predictions/${seededId(PROMPT, 5_599)}`)).status)
    .toBe(404);
  expect((await client.call("GET", `/api/predictions/${seededId(PROMPT, 5_598)}`)).status).toBe(200);
});

test("offline says so and comes back", async () => {
  const { page, context, studio, expectsInConsole } = await open();
  expectsInConsole(/ERR_INTERNET_DISCONNECTED/);
  await context.setOffline(true);
  await page.getByRole("searchbox").fill("picture 9");
  await page.getByText(pictureText.offline).waitFor();
  await context.setOffline(false);
  await studio.picture(`${PROMPT} 9999`).waitFor();
});
