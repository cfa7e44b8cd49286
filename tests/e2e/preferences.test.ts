/** Settings of the system that the studio follows: forced colors and reduced motion. */
import { decode } from "fast-png";
import type { Locator, Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { menuText } from "../../frontend/text/menu.ts";
import { createText } from "../../frontend/text/create.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { createClient } from "./support/client.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";

useBrowser();
const app = inject("app");

/** A screenshot without hover and focus. */
async function look(control: Locator): Promise<Buffer> {
  const page = control.page();
  await page.mouse.move(0, 0);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  return control.screenshot();
}

/** Names of the controls that are invisible: one color from edge to edge. */
async function unseen(page: Page): Promise<string[]> {
  const controls = await page.evaluate(() => {
    const open = document.querySelector("dialog[open]") ?? document;
    return [...open.querySelectorAll<HTMLElement>("button, a, input, select, textarea, label:has(input)")]
      .filter((control) => control.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
      .map((control) => {
        const { x, y, width, height } = control.getBoundingClientRect();
        return { name: control.getAttribute("aria-label") ?? control.textContent, x, y, width, height };
      })
      .filter(({ width, height, y }) => width > 8 && height > 8 && y >= 0 && y + height < innerHeight);
  });
  expect(controls.length, "controls to check").toBeGreaterThan(3);
  const { data, width: stride, channels } = decode(await page.screenshot());
  return controls
    .filter(({ x, y, width, height }) => {
      const seen = new Set<string>();
      for (let row = Math.floor(y); row < y + height; row += 1) {
        for (let column = Math.floor(x); column < x + width; column += 1) {
          const at = (row * stride + column) * channels;
          seen.add(data.slice(at, at + 3).join());
        }
      }
      return seen.size < 2;
    })
    .map(({ name }) => name);
}

test("with forced colors every control is visible, and on looks different from off", async () => {
  const email = newEmail();
  const client = await createClient(app.url, email);
  const prompt = "Black ink on white paper";
  await client.makes(prompt);
  const { page, studio } = await visit({ email, forcedColors: "active" });
  const alike: string[] = [];
  const blank: string[] = [];
  const turns = async (name: string, control: Locator, turn: () => Promise<void>) => {
    const before = await look(control);
    await turn();
    if (before.equals(await look(control))) alike.push(name);
  };
  const labelOf = (name: string) => page.locator("label").filter({ hasText: name });

  await studio.open();
  await studio.seesImage(prompt);
  blank.push(...(await unseen(page)));
  await turns("model", labelOf("High quality"), () => studio.chooseModel("truefusion-2.0"));
  await studio.button(commonText.options).click();
  await turns("aspect ratio", labelOf("16:9"), () => labelOf("16:9").click());
  blank.push(...(await unseen(page)));
  await page.keyboard.press("Escape");
  await studio.button(commonText.account).click();
  await turns("theme", labelOf(menuText.themes.dark), () => labelOf(menuText.themes.dark).click());
  await page.getByRole("button", { name: createText.shortcuts }).click();
  const keys = page.getByRole("switch", { name: createText.shortcutsOn });
  await turns("switch", keys, () => keys.click());
  await page.keyboard.press("Escape");

  const tab = page.getByRole("navigation").getByRole("link", { name: commonText.gallery });
  await turns("page", tab, () => tab.click());
  await studio.seesImage(prompt);
  const tile = page.locator("[data-tile]");
  await turns("selecting", studio.button(galleryText.select), () =>
    studio.button(galleryText.select).click(),
  );
  await turns("selected", tile, () => page.getByRole("checkbox").click());
  blank.push(...(await unseen(page)));
  await page.keyboard.press("Escape");
  const viewer = await studio.openImage(prompt);
  const favorite = viewer.getByRole("button", { name: galleryText.favorite });
  await turns("favorite", favorite, async () => {
    await favorite.click();
    await viewer.getByRole("button", { name: galleryText.favorite, pressed: true }).waitFor();
  });
  blank.push(...(await unseen(page)));
  await page.keyboard.press("Escape");

  const running = "[mood:stuck] White chalk on a blackboard";
  await page.getByRole("navigation").getByRole("link", { name: commonText.create }).click();
  await studio.generate(running);
  const placeholder = decode(await studio.working(running).locator("[data-frame]").screenshot());
  const colors = new Set<string>();
  for (let at = 0; at < placeholder.data.length; at += placeholder.channels) {
    colors.add(placeholder.data.slice(at, at + 3).join());
  }
  if (colors.size < 2) blank.push("placeholder");
  expect({ alike, blank }).toEqual({ alike: [], blank: [] });
});

test("an image flies out of its tile and back, and nothing moves with reduced motion", async () => {
  const email = newEmail();
  const client = await createClient(app.url, email);
  const prompt = "A swallow on its way";
  await client.makes(prompt);
  const { page, studio } = await visit({ email, reducedMotion: "no-preference" });
  await page.addInitScript(() => {
    const started: ViewTransition[] = [];
    const start = document.startViewTransition.bind(document);
    document.startViewTransition = (update) => {
      const transition = start(update);
      started.push(transition);
      return transition;
    };
    Object.assign(globalThis, { started });
  });
  /** The view transitions since the last call: "flew", or the error. */
  const flights = () =>
    page.evaluate(() => {
      const { started } = globalThis as unknown as { started: ViewTransition[] };
      return Promise.all(started.splice(0).map(({ ready }) => ready.then(() => "flew", String)));
    });
  const endlessAnimations = () =>
    page.evaluate(
      () =>
        document
          .getAnimations()
          .filter(({ effect }) => effect?.getComputedTiming().iterations === Number.POSITIVE_INFINITY).length,
    );

  const openAndClose = async () => {
    await studio.openImage(prompt);
    await page.keyboard.press("Escape");
    await studio.viewer(prompt).waitFor({ state: "detached" });
  };

  await studio.open("/gallery");
  await studio.seesImage(prompt);
  // The transition is in the deferred code: before that, an image opens at once.
  await expect.poll(() => openAndClose().then(flights)).not.toEqual([]);
  await studio.openImage(prompt);
  expect(await flights()).toEqual(["flew"]);
  await page.keyboard.press("Escape");
  await studio.viewer(prompt).waitFor({ state: "detached" });
  expect(await flights()).toEqual(["flew"]);

  const running = "[mood:stuck] A swallow far away";
  await page.getByRole("navigation").getByRole("link", { name: commonText.create }).click();
  await studio.generate(running);
  await studio.working(running).getByText(createText.processing).waitFor();
  expect(await endlessAnimations(), "the skeleton moves").toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await expect.poll(endlessAnimations).toBe(0);
  await openAndClose();
  expect(await flights(), "no transition").toEqual([]);
});

test("prints the images without header and form, and a dark theme in dark ink", async () => {
  const prompt = "A woodcut of a mill";
  const client = await createClient(app.url, newEmail());
  await client.makes(prompt);
  const { page, studio } = await visit({ email: client.email, colorScheme: "dark" });
  await studio.open();
  await studio.seesImage(prompt);
  await page.emulateMedia({ media: "print" });
  expect(await page.locator("header").isVisible()).toBe(false);
  expect(await studio.prompt.isVisible()).toBe(false);
  expect(await studio.image(prompt).isVisible()).toBe(true);
  const scheme = await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  expect(scheme).toBe("light");
});

test("a dialog dims the whole window, the place of the scrollbar included", async () => {
  const { page, studio } = await visit({ colorScheme: "light" });
  await studio.open();
  const edge = async () => {
    const { data, channels, width, height } = decode(await page.screenshot());
    const at = (x: number) => {
      const start = ((height - 1) * width + x) * channels;
      return Array.from(data.slice(start, start + 3));
    };
    return { edge: at(width - 1), beside: at(width - 60) };
  };
  const before = await edge();
  expect(before.edge).toEqual(before.beside);
  await studio.generate("A lamp in a window");
  await studio.signInDialog.waitFor();
  await expect.poll(async () => (await edge()).beside[0]).toBeLessThan(140);
  const during = await edge();
  for (const [at, value] of during.beside.entries()) expect(during.edge[at]).toBeCloseTo(value, -1);
  await page.keyboard.press("Escape");
  await expect.poll(edge).toEqual(before);
});
