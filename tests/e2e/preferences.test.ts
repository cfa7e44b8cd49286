/** What people ask of their system and the studio has to follow: colours of its choosing, and less motion. */
import { decode } from "fast-png";
import type { Locator, Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { text } from "../../frontend/text/common.ts";
import { later } from "../../frontend/text/sign-in.ts";
import { making } from "../../frontend/text/create.ts";
import { pictureText } from "../../frontend/text/gallery.ts";
import { createClient } from "./support/client.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";

useBrowser();
const app = inject("app");

/** As it is without a hand on it. */
async function look(control: Locator): Promise<Buffer> {
  const page = control.page();
  await page.mouse.move(0, 0);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  return control.screenshot();
}

/** Controls that show nothing at all: one colour from edge to edge, the same as around them. */
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
  expect(controls.length, "controls to look at").toBeGreaterThan(3);
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

test("in the system's colours everything is seen, and what is on looks other than what is off", async () => {
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
  await studio.seesPicture(prompt);
  blank.push(...(await unseen(page)));
  await turns("model", labelOf("High quality"), () => studio.chooseModel("truefusion-2.0"));
  await studio.button(text.options).click();
  await turns("shape", labelOf("16:9"), () => labelOf("16:9").click());
  blank.push(...(await unseen(page)));
  await page.keyboard.press("Escape");
  await studio.button(text.account).click();
  await turns("theme", labelOf(later.themes.dark), () => labelOf(later.themes.dark).click());
  await page.getByRole("button", { name: making.shortcuts }).click();
  const keys = page.getByRole("switch", { name: making.shortcutsOn });
  await turns("switch", keys, () => keys.click());
  await page.keyboard.press("Escape");

  const tab = page.getByRole("navigation").getByRole("link", { name: text.gallery });
  await turns("page", tab, () => tab.click());
  await studio.seesPicture(prompt);
  const tile = page.getByRole("listitem");
  await turns("selecting", studio.button(pictureText.select), () =>
    studio.button(pictureText.select).click(),
  );
  await turns("selected", tile, () => page.getByRole("checkbox").click());
  blank.push(...(await unseen(page)));
  await page.keyboard.press("Escape");
  const viewer = await studio.openPicture(prompt);
  const favorite = viewer.getByRole("button", { name: pictureText.favorite });
  await turns("favourite", favorite, async () => {
    await favorite.click();
    await viewer.getByRole("button", { name: pictureText.favorite, pressed: true }).waitFor();
  });
  blank.push(...(await unseen(page)));
  expect({ alike, blank }).toEqual({ alike: [], blank: [] });
});

test("motion stops for whoever wants less of it; else a picture comes out of its tile and goes back", async () => {
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
  /** What flew since this was asked last, and what the browser had against it. */
  const flights = () =>
    page.evaluate(() => {
      const { started } = globalThis as unknown as { started: ViewTransition[] };
      return Promise.all(started.splice(0).map(({ ready }) => ready.then(() => "flew", String)));
    });
  const goesOn = () =>
    page.evaluate(
      () =>
        document
          .getAnimations()
          .filter(({ effect }) => effect?.getComputedTiming().iterations === Number.POSITIVE_INFINITY).length,
    );

  const openAndClose = async () => {
    await studio.openPicture(prompt);
    await page.keyboard.press("Escape");
    await studio.viewer(prompt).waitFor({ state: "detached" });
  };

  await studio.open("/gallery");
  await studio.seesPicture(prompt);
  // How to fly is fetched once all else is there: whoever is earlier sees the picture at once.
  await expect.poll(() => openAndClose().then(flights)).not.toEqual([]);
  await studio.openPicture(prompt);
  expect(await flights()).toEqual(["flew"]);
  await page.keyboard.press("Escape");
  await studio.viewer(prompt).waitFor({ state: "detached" });
  expect(await flights()).toEqual(["flew"]);

  const running = "[mood:stuck] A swallow far away";
  await page.getByRole("navigation").getByRole("link", { name: text.create }).click();
  await studio.generate(running);
  await studio.working(running).getByText(making.processing).waitFor();
  expect(await goesOn(), "it shimmers").toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await expect.poll(goesOn).toBe(0);
  await openAndClose();
  expect(await flights(), "no more of it").toEqual([]);
});

test("a dialog dims the window from edge to edge, and where a scrollbar would be", async () => {
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
