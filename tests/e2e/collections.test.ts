/** Collections in the gallery: by pointer, by keyboard, by drag, on a phone, and when they change elsewhere. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { collectionsText } from "../../frontend/text/collections.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { type App, startApp } from "./support/app.ts";
import { violationsInBothThemes } from "./support/axe.ts";
import { DESKTOP, PHONE, useBrowser, visit } from "./support/browser.ts";
import { type Client, createClient } from "./support/client.ts";
import { paintSeeded, seededId, seedImages } from "./support/seed.ts";

const PROMPT = "Seeded fox";
const EMAIL = "collections@example.com";
const COUNT = 300;
/** Right-to-left text, which would reorder the words around it. */
const ARABIC = "ثعالب حمراء (٢)";

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
  const phone = viewport === PHONE;
  const visitor = await visit({ url: app.url, email: EMAIL, viewport, hasTouch: phone, isMobile: phone });
  await paintSeeded(visitor.page, PROMPT);
  await visitor.studio.open(path);
  return visitor;
}

async function create(name: string, ids: string[] = []): Promise<string> {
  const response = await client.call("POST", "/api/collections", { name });
  const { id } = (await response.json()).collection;
  if (ids.length > 0) {
    await client.call("POST", "/api/generations/bulk", { ids, action: "collect", collection: id });
  }
  return id;
}

const menu = (page: Page) => page.locator("#collections");
const toast = (page: Page, text: string) => page.getByRole("status").getByText(text);
const select = (page: Page, ...numbers: number[]) =>
  Promise.all(
    numbers.map((number) =>
      page
        .getByRole("checkbox", { name: galleryText.choose(`${PROMPT} ${number}`), exact: true })
        .evaluate((box: HTMLElement) => box.click()),
    ),
  );

test.each([DESKTOP, PHONE])(
  "a selection goes into a new collection, leaves it, and the collection is renamed and deleted at $width px",
  async (viewport) => {
    const { page, studio } = await open("/gallery", viewport);
    await studio.images.first().waitFor();
    await studio.button(galleryText.select).click();
    await select(page, 300, 299);
    await studio.button(galleryText.collect).click();
    const dialog = page.getByRole("dialog", { name: collectionsText.addTo(2) });
    await dialog.getByRole("button", { name: collectionsText.new }).click();
    expect(await violationsInBothThemes(page, false)).toEqual([]);
    await page.keyboard.type(ARABIC);
    await page.keyboard.press("Enter");
    await toast(page, collectionsText.added(2, ARABIC)).waitFor();
    await studio.button(collectionsText.view).click();
    await page.waitForURL(/collection=/);
    await studio.image(`${PROMPT} 299`).waitFor();
    expect(await studio.images.count()).toBe(2);

    await studio.button(galleryText.select).click();
    await select(page, 299);
    await studio.button(collectionsText.take).click();
    await studio.image(`${PROMPT} 299`).waitFor({ state: "detached" });
    await page.getByRole("button", { name: collectionsText.undo }).click();
    await studio.image(`${PROMPT} 299`).waitFor();

    await page.getByRole("button", { name: collectionsText.title, exact: true }).click();
    expect(await violationsInBothThemes(page, false)).toEqual([]);
    await menu(page).getByRole("button", { name: collectionsText.rename }).click();
    await page.keyboard.type(" ");
    await page.keyboard.press("Enter");
    await menu(page).getByText(collectionsText.nameProblem("empty")).waitFor();
    await page.keyboard.type("Foxes");
    await page.keyboard.press("Enter");
    await page
      .getByRole("button", { name: galleryText.remove(collectionsText.collection("Foxes")) })
      .waitFor();
    await menu(page).getByRole("button", { name: collectionsText.delete, exact: true }).click();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/gallery");
    await studio.image(`${PROMPT} 300`).waitFor();
    expect((await (await client.call("GET", "/api/collections")).json()).collections).toEqual([]);
  },
);

test("an image is added by keyboard alone, from its tile and from the viewer", async () => {
  const id = await create("Keys");
  const { page, studio } = await open();
  await studio.image(`${PROMPT} 300`).focus();
  await page.keyboard.press("x");
  await page
    .getByRole("group", { name: galleryText.select })
    .getByRole("button", { name: galleryText.collect })
    .focus();
  await page.keyboard.press("Enter");
  const row = page.getByRole("dialog").getByRole("button", { name: collectionsText.addToOne("Keys") });
  await row.focus();
  await page.keyboard.press("Enter");
  await toast(page, collectionsText.added(1, "Keys")).waitFor();
  await page.keyboard.press("Escape");

  const viewer = await studio.openImage(`${PROMPT} 298`);
  await viewer.getByRole("button", { name: galleryText.collect }).click();
  await row.click();
  await viewer.getByText(collectionsText.added(1, "Keys")).waitFor();
  // The toast of the first one may still be there.
  const idsIn = async () => {
    const { items } = await (await client.call("GET", `/api/generations?collection=${id}`)).json();
    return items.map((item: { id: string }) => item.id);
  };
  await expect.poll(idsIn).toEqual([seededId(PROMPT, 300), seededId(PROMPT, 298)]);
  await client.call("DELETE", `/api/collections/${id}`);
});

test("a selection is dragged onto a collection", async () => {
  const id = await create("Dropped");
  const { page, studio } = await open();
  await studio.images.first().waitFor();
  await select(page, 300, 297);
  const tile = await studio.image(`${PROMPT} 300`).boundingBox();
  if (!tile) throw new Error("no tile");
  await page.mouse.move(tile.x + 40, tile.y + 60);
  await page.mouse.down();
  await page.mouse.move(tile.x + 60, tile.y + 80, { steps: 4 });
  const target = page.locator("[data-drop-targets] li", { hasText: "Dropped" });
  await target.waitFor();
  const box = await target.boundingBox();
  if (!box) throw new Error("no target");
  await page.mouse.move(box.x + 20, box.y + 20, { steps: 4 });
  await page.mouse.up();
  await toast(page, collectionsText.added(2, "Dropped")).waitFor();
  expect(await page.locator("[data-drop-targets]").count()).toBe(0);
  await client.call("DELETE", `/api/collections/${id}`);
});

test("a collection that was deleted elsewhere shows a reason and a way back to all images", async () => {
  const id = await create("Short-lived", [seededId(PROMPT, 5)]);
  await client.call("DELETE", `/api/collections/${id}`);
  const { page, studio, expectsInConsole } = await open(`/gallery?collection=${id}`);
  expectsInConsole(/status of 404/);
  await page.getByRole("heading", { name: collectionsText.gone }).waitFor();
  await studio.button(collectionsText.showAll).click();
  await studio.image(`${PROMPT} 300`).waitFor();
});

test("of many collections one is found by a part of its name", async () => {
  const ids = await Promise.all(Array.from({ length: 30 }, (_, index) => create(`Series ${index}`)));
  const { page } = await open("/gallery", PHONE);
  await page.getByRole("button", { name: collectionsText.title, exact: true }).click();
  await menu(page).getByRole("searchbox").fill("series 17");
  await menu(page)
    .getByRole("button", { name: /^Series 17/ })
    .click();
  await page.getByRole("heading", { name: collectionsText.empty }).waitFor();
  await Promise.all(ids.map((id) => client.call("DELETE", `/api/collections/${id}`)));
});
