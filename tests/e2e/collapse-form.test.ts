/** On a phone the form shows one line while the user scrolls down through the images. */
import type { Page } from "playwright-core";
import { describe, expect, inject, test } from "vitest";
import { newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { touch } from "./support/touch.ts";

useBrowser();
const { url } = inject("app");

async function openFeed(options: { viewport?: typeof PHONE; reducedMotion?: "no-preference" } = {}) {
  const email = newEmail();
  const client = await createClient(url, email);
  for (const color of ["red", "blue", "green"])
    await client.makes(`A ${color} boat`, { aspectRatio: "9:16" });
  const visitor = await visit({ email, viewport: PHONE, hasTouch: true, isMobile: true, ...options });
  await visitor.studio.open("/");
  await visitor.studio.seesImage("A red boat");
  await visitor.page.evaluate(() => scrollTo(0, 0));
  await nextFrame(visitor.page);
  return visitor;
}

const dock = (page: Page) => page.locator("[data-dock]");
const formHeight = async (page: Page) =>
  Math.round((await dock(page).locator("form").boundingBox())?.height ?? 0);
const isCollapsed = (page: Page) => dock(page).evaluate((element) => "collapsed" in element.dataset);
const scroll = (page: Page, distance: number) => page.evaluate((y) => scrollBy(0, y), distance);
const nextFrame = (page: Page) => page.evaluate(() => new Promise(requestAnimationFrame));
/** What the user is looking at: the position of an image in the page, and the height of the page. */
const positions = (page: Page) =>
  page.evaluate(() => [
    document.documentElement.scrollHeight,
    ...Array.from(document.querySelectorAll("main img"), (image) =>
      Math.round(image.getBoundingClientRect().top + scrollY),
    ),
  ]);

/** Step by step: the code that follows the scrolling is loaded last. */
const scrollDown = (page: Page) =>
  expect
    .poll(async () => {
      await scroll(page, 50);
      return isCollapsed(page);
    })
    .toBe(true);

describe("on a phone", () => {
  test("collapses on the way down, opens on the way up, and moves no image", async () => {
    const { page } = await openFeed();
    const [full, before] = [await formHeight(page), await positions(page)];
    await scrollDown(page);
    expect(await formHeight(page)).toBeLessThan(80);
    expect(await positions(page)).toEqual(before);
    const { y = 0, height = 0 } = (await dock(page).locator("form").boundingBox()) ?? {};
    expect(y + height, "at the bottom of the window").toBeGreaterThan(PHONE.height - 40);
    await scroll(page, 100_000);
    expect(await isCollapsed(page)).toBe(true);
    expect(await positions(page)).toEqual(before);
    await scroll(page, -100);
    await expect.poll(() => isCollapsed(page)).toBe(false);
    expect(await formHeight(page)).toBe(full);
    expect(await positions(page)).toEqual(before);
  });

  test("opens on a tap on the prompt, and stays open while the user writes", async () => {
    const { page, context, studio } = await openFeed();
    await scrollDown(page);
    const { x = 0, y = 0 } = (await studio.prompt.boundingBox()) ?? {};
    const model = page.locator('input[name="model"]:checked');
    const chosen = await model.getAttribute("value");
    const send = await touch(context, page);
    await send([[{ x: x + 40, y: y + 20 }], []]);
    await expect.poll(() => isCollapsed(page)).toBe(false);
    expect(await studio.prompt.evaluate((field) => field === document.activeElement)).toBe(true);
    expect(await model.getAttribute("value"), "the tap chose no other model").toBe(chosen);
    await scroll(page, 200);
    await nextFrame(page);
    expect(await isCollapsed(page)).toBe(false);
  });

  test("Generate works in the collapsed form, with one tap", async () => {
    const { page, studio } = await openFeed();
    await studio.prompt.fill("A yellow boat");
    await studio.prompt.evaluate((field) => field.blur());
    await scrollDown(page);
    await studio.generateButton.tap();
    await studio.seesImage("A yellow boat");
    expect(await isCollapsed(page)).toBe(false);
  });

  test("keeps every control for the keyboard and for screen readers, and opens for the focus", async () => {
    const { page, studio } = await openFeed();
    const tree = await dock(page).ariaSnapshot();
    await scrollDown(page);
    expect(await dock(page).ariaSnapshot()).toBe(tree);
    await studio.generateButton.evaluate((button) => button.focus({ preventScroll: true }));
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("type"))).toBe("radio");
    expect(await isCollapsed(page)).toBe(false);
  });

  test("moves only if the user allows motion", async () => {
    const { page } = await openFeed({ reducedMotion: "no-preference" });
    await page.evaluate(() => {
      const { animate } = Element.prototype;
      Element.prototype.animate = function (...given) {
        document.documentElement.dataset["moved"] = this.tagName;
        return animate.apply(this, given);
      };
    });
    await scrollDown(page);
    expect(await page.locator("html").getAttribute("data-moved")).toBe("FORM");
  });
});

test("stays open on a phone held sideways, where it scrolls with the page", async () => {
  const { page } = await openFeed({ viewport: { width: 844, height: 390 } });
  await scroll(page, 300);
  await nextFrame(page);
  expect(await isCollapsed(page)).toBe(false);
});
