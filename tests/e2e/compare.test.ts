/** Comparing images that are selected in the gallery. */
import type { Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { galleryText } from "../../frontend/text/gallery.ts";
import { imageText } from "../../frontend/text/image.ts";
import { violationsInBothThemes } from "./support/axe.ts";
import { DESKTOP, newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { isDrawn } from "./support/studio-page.ts";
import { touch } from "./support/touch.ts";

useBrowser();
const { url } = inject("app");

const PROMPTS = ["A harbor, one", "A harbor, two", "A harbor, three"];

/** The gallery of a user with these images. */
async function open(prompts: string[], viewport = DESKTOP) {
  const email = newEmail();
  const client = await createClient(url, email);
  for (const prompt of prompts) await client.makes(prompt);
  const phone = viewport.width < 1_000;
  const visitor = await visit({ email, viewport, hasTouch: phone, isMobile: phone });
  await visitor.studio.open("/gallery");
  return { ...visitor, client };
}

const dialogOf = (page: Page, count: number) => page.getByRole("dialog", { name: imageText.compare(count) });

/** Where each image is drawn. */
const boxes = (page: Page) =>
  page.locator("[data-compare] img:not([alt=''])").evaluateAll((images) =>
    images.map((image) => {
      const { left, top, width, height } = image.getBoundingClientRect();
      const pane = image.closest("li")?.getBoundingClientRect() ?? { left: 0, top: 0 };
      return {
        x: Math.round(left - pane.left),
        y: Math.round(top - pane.top),
        width: Math.round(width),
        height: Math.round(height),
      };
    }),
  );

const widths = async (page: Page) => (await boxes(page)).map(({ width }) => width);
/** The same in every pane. */
const isInStep = async (page: Page) =>
  new Set((await boxes(page)).map((box) => JSON.stringify(box))).size === 1;

async function selectAll(page: Page, prompts: string[]) {
  await page.getByRole("button", { name: galleryText.select, exact: true }).click();
  for (const prompt of prompts) await page.getByRole("link", { name: galleryText.open(prompt) }).click();
}

test("zooms and pans two images together by wheel and mouse, and opens one over them", async () => {
  const prompts = PROMPTS.slice(0, 2);
  const { page, studio } = await open(prompts);
  await selectAll(page, prompts);
  await studio.button(galleryText.compare).click();
  const dialog = dialogOf(page, 2);
  for (const prompt of prompts) await isDrawn(dialog.getByRole("img", { name: prompt }), prompt);
  const [fit = 0] = await widths(page);
  expect(await isInStep(page)).toBe(true);

  await page.mouse.move(300, 400);
  await page.mouse.wheel(0, -600);
  await expect.poll(async () => (await widths(page))[0]).toBeGreaterThan(fit);
  await expect.poll(() => isInStep(page)).toBe(true);
  const before = (await boxes(page))[1]?.x ?? 0;
  await page.mouse.down();
  await page.mouse.move(380, 420, { steps: 4 });
  await page.mouse.up();
  expect((await boxes(page))[1]?.x).toBeGreaterThan(before);
  expect(await isInStep(page)).toBe(true);
  expect(await violationsInBothThemes(page, false)).toEqual([]);

  const link = dialog.getByRole("link", { name: imageText.open("A harbor, one") });
  await link.click();
  await studio.viewer("A harbor, one").waitFor();
  await page.keyboard.press("Escape");
  await studio.viewer("A harbor, one").waitFor({ state: "detached" });
  expect(await dialog.isVisible(), "the images are still compared").toBe(true);
  expect(await link.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(new URL(page.url()).pathname).toBe("/gallery");
});

test("compares by keyboard alone: select, compare, zoom, pan, favorite, close", async () => {
  const { page, client } = await open(PROMPTS);
  await page.getByRole("link", { name: galleryText.open("A harbor, three") }).focus();
  for (const key of ["Space", "ArrowRight", "Space", "ArrowRight", "Space"]) await page.keyboard.press(key);
  await page.getByText(galleryText.selected(3)).waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  const tabTo = async (name: string) => {
    for (let step = 0; step < 20 && (await focused()) !== name; step += 1) await page.keyboard.press("Tab");
    expect(await focused()).toBe(name);
  };
  await tabTo(galleryText.compare);
  await page.keyboard.press("Enter");
  const dialog = dialogOf(page, 3);
  await dialog.waitFor();
  const [fit = 0] = await widths(page);
  await page.keyboard.press("+");
  await page.keyboard.press("+");
  await page.keyboard.press("+");
  await page.keyboard.press("ArrowRight");
  await expect.poll(async () => (await widths(page))[2]).toBeGreaterThan(fit);
  expect(await isInStep(page)).toBe(true);
  await page.keyboard.press("z");
  await expect.poll(() => widths(page)).toEqual([fit, fit, fit]);
  await tabTo(imageText.open("A harbor, three"));
  await page.keyboard.press("f");
  await expect
    .poll(
      async () => (await (await client.call("GET", "/api/generations?favorite=true")).json()).items.length,
    )
    .toBe(1);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(await focused(), "the focus is back").toBe(galleryText.compare);
});

test("on a phone: the images are below each other, and a pinch enlarges both", async () => {
  const prompts = PROMPTS.slice(0, 2);
  const { page, context, studio } = await open(prompts, PHONE);
  await selectAll(page, prompts);
  await studio.button(galleryText.compare).tap();
  const dialog = dialogOf(page, 2);
  for (const prompt of prompts) await isDrawn(dialog.getByRole("img", { name: prompt }), prompt);
  const panes = await dialog
    .getByRole("listitem")
    .evaluateAll((items) => items.map((item) => item.getBoundingClientRect().toJSON()));
  expect(panes.map(({ width }) => width)).toEqual([PHONE.width, PHONE.width]);
  expect(panes[1].top).toBeGreaterThanOrEqual(panes[0].bottom);
  const [fit = 0] = await widths(page);
  const fingers = await touch(context, page);
  const pinch = [15, 80, 140].map((distance) => [
    { x: 195 - distance, y: 250 },
    { x: 195 + distance, y: 250 },
  ]);
  await fingers([...pinch, []]);
  await expect.poll(async () => (await widths(page))[1]).toBeGreaterThan(fit);
  expect(await isInStep(page)).toBe(true);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
});

test("the beginning of a prompt is visible in either direction", async () => {
  const prompts = ["Donaudampfschiff at dusk ".repeat(9).trim(), "مدينة في الصحراء ".repeat(12).trim()];
  const { page, studio } = await open(prompts, PHONE);
  await selectAll(page, prompts);
  await studio.button(galleryText.compare).click();
  await dialogOf(page, 2).waitFor();
  for (const prompt of prompts) {
    const isVisible = await dialogOf(page, 2)
      .getByText(prompt, { exact: true })
      .evaluate((element) => {
        const range = document.createRange();
        range.setStart(element.firstChild ?? element, 0);
        range.setEnd(element.firstChild ?? element, 1);
        const { left, right, top, height } = range.getBoundingClientRect();
        return element.contains(document.elementFromPoint((left + right) / 2, top + height / 2));
      });
    expect(isVisible, prompt).toBe(true);
  }
});
