/** Narrow and low windows, and long words: every control stays visible and can be clicked. */
import type { Locator, Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { createText } from "../../frontend/text/create.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { failureSentences } from "../../frontend/text/errors.ts";
import { imageText } from "../../frontend/text/image.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { createSimulatorClient } from "./support/simulator.ts";
import { isAtRest } from "./support/at-rest.ts";

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
const LONG = "A harbor at dusk, with lanterns on the water and a ferry that comes home late. ".repeat(5);

/** By how many pixels an element exceeds a box, on which sides; "" if it is inside. */
async function outOf(box: { x: number; y: number; width: number; height: number }, inner: Locator) {
  const at = await inner.boundingBox();
  if (!at) return "missing";
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

/** Scrolls to a control; whether a click in its middle would hit it. */
const isInReach = (control: Locator) =>
  control.evaluate((element) => {
    element.scrollIntoView({ block: "nearest", behavior: "instant" });
    const { left, top, width, height } = element.getBoundingClientRect();
    const met = document.elementFromPoint(left + width / 2, top + height / 2);
    return met !== null && (element.contains(met) || met.contains(element));
  });

/** Opens a menu in windows of every size; reports where it, its first or its last control is out of reach. */
async function unreachable(page: Page, menu: Locator, controls: Locator, open: () => Promise<void>) {
  const found: string[] = [];
  for (const size of WINDOWS) {
    const name = `${size.width} × ${size.height}`;
    await page.setViewportSize(size);
    await open();
    await menu.waitFor();
    // It moves when it opens; with reduced motion that takes a frame.
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
])("with $what, the options panel fits in every window", async ({ prompt }) => {
  const { page, studio } = await visit();
  await studio.open();
  await studio.prompt.fill(prompt);
  const menu = page.getByRole("group", { name: commonText.options, exact: true });
  const open = () => studio.button(commonText.options).click();
  expect(await unreachable(page, menu, menu.locator("label"), open)).toEqual([]);
});

test.each([
  { what: "left to right", prompt: LONG },
  { what: "right to left", prompt: "مدينة في الصحراء عند الغروب. ".repeat(9) },
])("the button that clears the prompt covers no word of it, $what", async ({ prompt }) => {
  const { studio } = await visit({ viewport: { width: 390, height: 844 } });
  await studio.open();
  await studio.prompt.fill(prompt);
  const clear = await studio.button(commonText.clearPrompt).boundingBox();
  const text = await studio.prompt.evaluate((area) => {
    const { left, right } = area.getBoundingClientRect();
    const { paddingLeft, paddingRight } = getComputedStyle(area);
    return { left: left + Number.parseFloat(paddingLeft), right: right - Number.parseFloat(paddingRight) };
  });
  if (!clear) throw new Error("no button");
  expect(clear.x >= text.right - 0.5 || clear.x + clear.width <= text.left + 0.5).toBe(true);
});

test("the search field of a phone shows what it is for", async () => {
  const client = await createClient(app.url, newEmail());
  const { page, studio } = await visit({
    email: client.email,
    viewport: { width: 360, height: 740 },
    isMobile: true,
  });
  await studio.open("/gallery");
  const field = page.getByRole("searchbox", { name: galleryText.search });
  await field.waitFor();
  const [room, needed] = await field.evaluate((input: HTMLInputElement) => {
    const { paddingLeft, paddingRight, font } = getComputedStyle(input);
    const context = document.createElement("canvas").getContext("2d");
    if (context) context.font = font;
    const padding = Number.parseFloat(paddingLeft) + Number.parseFloat(paddingRight);
    return [input.clientWidth - padding, context?.measureText(input.placeholder).width ?? Number.NaN];
  });
  expect(room).toBeGreaterThanOrEqual(needed ?? Number.NaN);
});

test("the account menu fits in every window", async () => {
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  const menu = page.locator("#account");
  const open = () => studio.button(commonText.account).click();
  expect(await unreachable(page, menu, menu.locator("a, button, label"), open)).toEqual([]);
});

test("the filter menu fits in every window", async () => {
  const client = await createClient(app.url, newEmail());
  await client.makes("A sieve in a stream");
  const { page, studio } = await visit({ email: client.email });
  await studio.open("/gallery?from=2020-01-01");
  await studio.images.first().waitFor();
  const menu = page.locator("#filters");
  const open = () => studio.button(galleryText.filterCount(1)).click();
  expect(await unreachable(page, menu, menu.locator("select, input"), open)).toEqual([]);
});

test("a panel that can be scrolled shows a shadow at its lower edge until its end", async () => {
  const { page, studio } = await visit({ viewport: { width: 720, height: 450 } });
  await studio.open();
  await studio.button(commonText.options).click();
  const panel = page.getByRole("group", { name: commonText.options, exact: true });
  await panel.waitFor();
  await isAtRest(page);
  expect(await panel.evaluate(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight + 20)).toBe(
    true,
  );
  /** The lowest pixels at the panel's start edge, where no control covers them. */
  const lowerEdge = async () => {
    const box = await panel.boundingBox();
    if (!box) throw new Error("no panel");
    const clip = { x: box.x + 4, y: box.y + box.height - 6, width: 8, height: 4 };
    return (await page.screenshot({ clip })).toString("base64");
  };
  const before = await lowerEdge();
  await panel.evaluate((element) => element.scrollTo({ top: element.scrollHeight, behavior: "instant" }));
  await isAtRest(page);
  expect(await lowerEdge()).not.toBe(before);
});

test.each([360, 390, 820])("at %i px the models are beside each other", async (width) => {
  const { page, studio } = await visit({ viewport: { width, height: 844 } });
  await studio.open();
  const labels = page.getByRole("group", { name: commonText.models }).locator("label");
  const tops = await labels.evaluateAll((all) => all.map((label) => label.getBoundingClientRect().top));
  expect(tops.length).toBe(3);
  expect(new Set(tops).size).toBe(1);
});

test("the labels under the viewer's icons have one line at 320 px", async () => {
  const client = await createClient(app.url, newEmail());
  const { id } = await client.makes("A narrow gate");
  const { page, studio } = await visit({
    email: client.email,
    viewport: { width: 320, height: 640 },
    isMobile: true,
    hasTouch: true,
  });
  await studio.open(`/g/${id}`);
  const bar = page.getByRole("link", { name: imageText.download }).locator("..");
  await bar.waitFor();
  const lines = await bar.locator(":scope > * > span:last-child").evaluateAll((labels) =>
    labels.map((label) => {
      const range = document.createRange();
      range.selectNodeContents(label);
      return `${label.textContent}: ${range.getClientRects().length}`;
    }),
  );
  const { download, share, favorite, edit, again, delete: remove } = imageText;
  expect(lines).toEqual([download, share, favorite, edit, again, remove].map((label) => `${label}: 1`));
});

test("a very long word in the queue keeps the row in its box and its buttons visible", async () => {
  const arabic = "مدينة في الصحراء عند الغروب";
  const running = "[mood:stuck] A word that holds the line";
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  await studio.generate(running);
  await simulator.idOf(running);
  await page.getByText(createText.creatingCount(1)).waitFor();
  for (const prompt of [UNBROKEN, arabic]) {
    await studio.generate(prompt);
    await studio.seesQueued(prompt);
  }
  const list = page.getByRole("region", { name: createText.queue });
  const found: string[] = [];
  for (const size of WINDOWS) {
    await page.setViewportSize(size);
    const box = await list.boundingBox();
    for (const prompt of [UNBROKEN, arabic]) {
      const row = studio.queued(prompt);
      const name = `${size.width} × ${size.height}, ${prompt.slice(0, 9)}`;
      const text = row.getByText(prompt);
      // The letters do not fill their line.
      const letters = await text.evaluate((element) => {
        const range = document.createRange();
        range.selectNodeContents(element);
        const { left, right } = range.getBoundingClientRect();
        return { left, right };
      });
      if (!box || letters.right < box.x || letters.left > box.x + box.width) found.push(`${name}: invisible`);
      for (const part of [text, ...(await row.getByRole("button").all())]) {
        const over = box && (await outOf({ ...box, y: 0, height: 1e6 }, part));
        if (over !== "") found.push(`${name}: ${over}`);
      }
    }
  }
  await simulator.finish(running);
  expect(found).toEqual([]);
});

test.each([
  { width: 720, height: 450 },
  { width: 1440, height: 900 },
])("at $width × $height neither the form nor an image moves when a prompt is queued", async (viewport) => {
  const running = "[mood:stuck] A stone that stays";
  const { page, studio } = await visit({ email: newEmail(), viewport });
  await studio.open();
  await studio.generate(running);
  await simulator.idOf(running);
  await page.getByText(createText.creatingCount(1)).waitFor();
  const places = () =>
    Promise.all([studio.generateButton.boundingBox(), studio.working(running).boundingBox()]);
  await studio.generate("A leaf on the stone");
  await page.getByRole("region", { name: createText.queue }).waitFor();
  const queued = await places();
  await page
    .getByRole("button", { name: createText.removeQueued("A leaf on the stone"), includeHidden: true })
    .evaluate((button) => (button as HTMLElement).click());
  await page.getByRole("region", { name: createText.queue }).waitFor({ state: "detached" });
  expect(await places()).toEqual(queued);
  await simulator.finish(running);
});

test("the reason of a failure is readable in the smallest tile", async () => {
  const client = await createClient(app.url, newEmail());
  const fails = async (prompt: string) => {
    expect((await client.generate({ prompt })).status).toBe(202);
    await client.isIdle();
  };
  // Beside two squares, or a wide image, a phone has half a row left for the text.
  await fails("[mood:nsfw] A word too many");
  await client.makes("A wide stone", { aspectRatio: "16:9" });
  await fails(`[mood:failed] ${UNBROKEN}`);
  for (const prompt of ["A square pond", "A square sail"]) {
    await client.makes(prompt, { aspectRatio: "1:1" });
  }
  const { page, studio } = await visit({ email: client.email, isMobile: true, hasTouch: true });
  await studio.open("/gallery?status=all");
  await page.getByText(failureSentences.upstream_failed).waitFor();
  const cards = page.locator("[data-tile=message]");
  expect(await cards.count()).toBe(2);
  const found: string[] = [];
  for (const width of [320, 360, 390, 740, 1440]) {
    await page.setViewportSize({ width, height: 740 });
    // The rows are laid out in the next frame.
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
    for (const card of await cards.all()) {
      const tile = await card.boundingBox();
      if (!tile) throw new Error("A tile is missing.");
      const name = `${width} px, a tile of ${Math.round(tile.width)} × ${Math.round(tile.height)}`;
      const reason = await outOf(tile, card.locator("[data-reason]"));
      if (reason) found.push(`${name}: the reason: ${reason}`);
      const prompt = await card.locator("[data-prompt]").boundingBox();
      // Either the whole line is visible or nothing of it.
      const isOut = prompt && prompt.x >= tile.x + tile.width;
      const over = await outOf(tile, card.locator("[data-prompt]"));
      if (over && !isOut) found.push(`${name}: the prompt: ${over}`);
    }
  }
  expect(found).toEqual([]);
});
