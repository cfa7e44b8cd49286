/** Windows that are narrow or low, and words that are long: what the studio offers stays in sight and in reach. */
import type { Locator, Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { text } from "../../frontend/text/common.ts";
import { making } from "../../frontend/text/create.ts";
import { pictureText } from "../../frontend/text/gallery.ts";
import { failures } from "../../frontend/text/errors.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { createSimulatorClient } from "./support/simulator.ts";
import { isAtRest } from "./support/walk.ts";

useBrowser();
const app = inject("app");
const simulator = createSimulatorClient(app.adminUrl);

const WINDOWS = [
  { width: 320, height: 320 },
  { width: 360, height: 640 },
  { width: 740, height: 360 },
  { width: 820, height: 400 },
  { width: 1024, height: 320 },
  { width: 1280, height: 620 },
  { width: 1440, height: 900 },
];
const UNBROKEN = "Donaudampfschifffahrt".repeat(20);
const LONG = "A harbour at dusk, with lanterns on the water and a ferry that comes home late. ".repeat(5);

/** What reaches out of its box, and by how much; nothing when it is all in there. */
async function outOf(box: { x: number; y: number; width: number; height: number }, inner: Locator) {
  const at = await inner.boundingBox();
  if (!at) return "not there";
  const over = {
    left: box.x - at.x,
    top: box.y - at.y,
    right: at.x + at.width - box.x - box.width,
    bottom: at.y + at.height - box.y - box.height,
  };
  const found = Object.entries(over).filter(([, pixels]) => pixels > 0.5);
  return found.map(([side, pixels]) => `${side} ${Math.round(pixels)}`).join(", ");
}

const windowOf = (page: Page) => ({ x: 0, y: 0, width: 0, height: 0, ...page.viewportSize() });

/** Scrolls to it, and says whether it is this that a click there would meet. */
const isInReach = (control: Locator) =>
  control.evaluate((element) => {
    element.scrollIntoView({ block: "nearest", behavior: "instant" });
    const { left, top, width, height } = element.getBoundingClientRect();
    const met = document.elementFromPoint(left + width / 2, top + height / 2);
    return met !== null && (element.contains(met) || met.contains(element));
  });

/** Opens a menu in every window, and looks whether it and its first and last control can be reached there. */
async function unreachable(page: Page, menu: Locator, controls: Locator, open: () => Promise<void>) {
  const found: string[] = [];
  for (const size of WINDOWS) {
    const name = `${size.width} × ${size.height}`;
    await page.setViewportSize(size);
    await open();
    await menu.waitFor();
    // It rises: with less motion that takes a frame.
    await isAtRest(page);
    const over = await outOf(windowOf(page), menu);
    if (over) found.push(`${name}: ${over}`);
    if (await menu.evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)) {
      found.push(`${name}: scrolls sideways`);
    }
    for (const control of [controls.first(), controls.last()]) {
      if (!(await isInReach(control))) found.push(`${name}: out of reach: ${await control.innerText()}`);
    }
    await page.keyboard.press("Escape");
    await menu.waitFor({ state: "hidden" });
  }
  return found;
}

test.each([
  { what: "no prompt", prompt: "" },
  { what: "a long prompt", prompt: LONG },
])("with $what, the options are within the window, whatever its size", async ({ prompt }) => {
  const { page, studio } = await visit();
  await studio.open();
  await studio.prompt.fill(prompt);
  const menu = page.getByRole("group", { name: text.options, exact: true });
  const open = () => studio.button(text.options).click();
  expect(await unreachable(page, menu, menu.locator("label"), open)).toEqual([]);
});

test("the account menu is within the window, whatever its size", async () => {
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  const menu = page.locator("#account");
  const open = () => studio.button(text.account).click();
  expect(await unreachable(page, menu, menu.locator(".menu-item"), open)).toEqual([]);
});

test("the gallery's filters are within the window, whatever its size", async () => {
  const client = await createClient(app.url, newEmail());
  await client.makes("A sieve in a stream");
  const { page, studio } = await visit({ email: client.email });
  await studio.open("/gallery?from=2020-01-01");
  await studio.pictures.first().waitFor();
  const menu = page.locator("#filters");
  const open = () => studio.button(pictureText.filterCount(1)).click();
  expect(await unreachable(page, menu, menu.locator(".field"), open)).toEqual([]);
});

test("a word without an end keeps what waits in its place, and its buttons in sight", async () => {
  const arabic = "مدينة في الصحراء عند الغروب";
  const running = "[mood:stuck] A word that holds the line";
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  await studio.generate(running);
  await simulator.idOf(running);
  await page.getByText(text.generating(1, 1)).waitFor();
  for (const prompt of [UNBROKEN, arabic]) {
    await studio.generate(prompt);
    await studio.waiting(prompt).waitFor();
  }
  const list = page.getByRole("region", { name: making.upNext });
  const found: string[] = [];
  for (const size of WINDOWS) {
    await page.setViewportSize(size);
    const box = await list.boundingBox();
    for (const prompt of [UNBROKEN, arabic]) {
      const row = studio.waiting(prompt);
      const name = `${size.width} × ${size.height}, ${prompt.slice(0, 9)}`;
      const words = row.getByText(prompt);
      // Where the letters are, which is not everywhere in their line.
      const letters = await words.evaluate((element) => {
        const range = document.createRange();
        range.selectNodeContents(element);
        const { left, right } = range.getBoundingClientRect();
        return { left, right };
      });
      if (!box || letters.right < box.x || letters.left > box.x + box.width) found.push(`${name}: unseen`);
      for (const part of [words, ...(await row.getByRole("button").all())]) {
        const over = box && (await outOf({ ...box, y: 0, height: 1e6 }, part));
        if (over !== "") found.push(`${name}: ${over}`);
      }
    }
  }
  await simulator.finish(running);
  expect(found).toEqual([]);
});

test("why there is no picture is readable in the smallest tile", async () => {
  const client = await createClient(app.url, newEmail());
  const fails = async (prompt: string) => {
    expect((await client.generate({ prompt })).status).toBe(202);
    await client.isIdle();
  };
  // The newest first: beside two squares, or a wide picture, a phone has half a line left for words.
  await fails("[mood:nsfw] A word too many");
  await client.makes("A wide stone", { aspectRatio: "16:9" });
  await fails(`[mood:failed] ${UNBROKEN}`);
  for (const prompt of ["A square pond", "A square sail"]) {
    await client.makes(prompt, { aspectRatio: "1:1" });
  }
  const { page, studio } = await visit({ email: client.email, isMobile: true, hasTouch: true });
  await studio.open("/gallery?status=all");
  await page.getByText(failures.upstream_failed).waitFor();
  const cards = page.locator(".tile-card");
  expect(await cards.count()).toBe(2);
  const found: string[] = [];
  for (const width of [320, 360, 390, 740, 1440]) {
    await page.setViewportSize({ width, height: 740 });
    // Rows are laid anew with the next frame.
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
    for (const card of await cards.all()) {
      const tile = await card.boundingBox();
      if (!tile) throw new Error("A tile is not there.");
      const name = `${width} px, a tile of ${Math.round(tile.width)} × ${Math.round(tile.height)}`;
      const reason = await outOf(tile, card.locator(".tile-reason"));
      if (reason) found.push(`${name}: the reason: ${reason}`);
      const prompt = await card.locator(".tile-prompt").boundingBox();
      // Whole, or not at all.
      const isOut = prompt && prompt.x >= tile.x + tile.width;
      const over = await outOf(tile, card.locator(".tile-prompt"));
      if (over && !isOut) found.push(`${name}: the prompt: ${over}`);
    }
  }
  expect(found).toEqual([]);
});
