/** Headings of days and the size of the images, in a gallery of several days. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { galleryText } from "../../frontend/text/gallery.ts";
import { root } from "../../scripts/run.ts";
import { ROW_REM } from "../../worker/shared/tile-image.ts";
import { type App, startApp } from "./support/app.ts";
import { DESKTOP, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { paintSeeded, seedImages } from "./support/seed.ts";

const PROMPT = "Seeded day";
const EMAIL = "days@example.com";
/** One a minute: more than a day. */
const COUNT = 1_600;

useBrowser();
let app: App;
beforeAll(async () => {
  app = await startApp({ tiny: true });
  await createClient(app.url, EMAIL);
  await seedImages(app, { email: EMAIL, count: COUNT, prompt: PROMPT });
});
afterAll(() => app.stop());

async function open(viewport: typeof DESKTOP) {
  const phone = viewport.width < 1_000;
  const visitor = await visit({ url: app.url, email: EMAIL, viewport, hasTouch: phone, isMobile: phone });
  await paintSeeded(visitor.page, PROMPT);
  await visitor.studio.open("/gallery");
  await visitor.studio.images.first().waitFor();
  return visitor;
}

/** The height of a row, in rem. */
const rowHeight = (page: Page) =>
  page
    .getByRole("list", { name: galleryText.title })
    .evaluate((grid) => Number.parseFloat(getComputedStyle(grid).gridAutoRows) / 16);

/** The name of the first image below the toolbar. */
const firstInSight = (page: Page) =>
  page
    .locator("[data-tile=image] > a")
    .evaluateAll(
      (links) =>
        links.find((link) => link.getBoundingClientRect().bottom > 200)?.getAttribute("aria-label") ?? "",
    );

test("the stylesheet's row heights are those of the images' sizes", () => {
  const tokens = readFileSync(join(root, "frontend/styles/tokens.css"), "utf8");
  const heights = (token: string) =>
    [...tokens.matchAll(new RegExp(`${token}: ([\\d.]+)rem`, "g"))].map(([, rem]) => Number(rem));
  const expected = Object.values(ROW_REM).map(({ phone, wide }) => [phone, wide]);
  expect([heights("--spacing-row-small"), heights("--spacing-row"), heights("--spacing-row-large")]).toEqual(
    expected,
  );
});

describe.each([DESKTOP, PHONE])("at $width px", (viewport) => {
  test("each day has a heading above its first row", async () => {
    const { page } = await open(viewport);
    const newest = new Date(Date.now() - 3_600_000);
    const midnight = (days: number) =>
      new Date(newest.getFullYear(), newest.getMonth(), newest.getDate() - days).getTime();
    const skipped = newest.getDate() === new Date().getDate() ? 0 : 1;
    const nameOf = (days: number) => galleryText.day(midnight(days), skipped + days);
    const heading = (name: string) => page.getByRole("heading", { name, exact: true });
    await heading(nameOf(0)).waitFor();
    const box = await heading(nameOf(0)).boundingBox();
    const tile = await page.locator("[data-tile=image]").first().boundingBox();
    expect(box && tile && box.y + box.height <= tile.y).toBe(true);
    await expect
      .poll(async () => {
        await page.evaluate(() => scrollBy(0, 2 * innerHeight));
        return heading(nameOf(1)).count();
      })
      .toBe(1);
  });

  test("a size is chosen by keyboard, keeps the place, and stays after a reload", async () => {
    const { page, studio } = await open(viewport);
    const rem = viewport === PHONE ? "phone" : "wide";
    await expect
      .poll(() =>
        page.evaluate(() => {
          scrollTo(0, 2_400);
          return scrollY;
        }),
      )
      .toBe(2_400);
    // The rows at that place are still being read.
    await expect.poll(() => firstInSight(page)).not.toBe("");
    const before = await firstInSight(page);
    await studio.button(galleryText.filter).focus();
    await page.keyboard.press("Enter");
    const large = studio.button(galleryText.tileSizes.large);
    await large.waitFor();
    for (let step = 0; step < 10; step += 1) {
      await page.keyboard.press("Tab");
      if (await large.evaluate((button) => button === document.activeElement)) break;
    }
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await expect.poll(() => rowHeight(page)).toBe(ROW_REM.large[rem]);
    const names = await page.locator("[data-tile=image] > a").evaluateAll((links) =>
      links
        .filter((link) => {
          const { top, bottom } = link.getBoundingClientRect();
          return bottom > 0 && top < innerHeight;
        })
        .map((link) => link.getAttribute("aria-label")),
    );
    expect(names, "the same images are in the window").toContain(before);
    await page.reload();
    await studio.images.first().waitFor();
    await expect.poll(() => rowHeight(page)).toBe(ROW_REM.large[rem]);
  });
});
