/** Number of images, style, preset, reference image, collections and comparison, without a pointer. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Locator, Page } from "playwright-core";
import { actionsText } from "../../frontend/text/actions.ts";
import { batchText } from "../../frontend/text/batch.ts";
import { collectionsText } from "../../frontend/text/collections.ts";
import { commonText } from "../../frontend/text/common.ts";
import { createText } from "../../frontend/text/create.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { imageText } from "../../frontend/text/image.ts";
import { presetsText } from "../../frontend/text/presets.ts";
import { referenceText } from "../../frontend/text/reference.ts";
import { stylesText } from "../../frontend/text/styles.ts";
import { type App, startApp } from "./support/app.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { until } from "./support/until.ts";

useBrowser();
let app: App;
beforeAll(async () => {
  const MODELS = "truefusion-pro=Standard: without an image,truefusion-edit=Edit: with an image";
  app = await startApp({ tiny: true, vars: { MODELS } });
});
afterAll(() => app?.stop());

const hasFocus = (control: Locator) =>
  until("the focus", () => control.evaluate((element) => element === document.activeElement));

/** Presses Tab until this control has the focus, as a user without a pointer has to. */
async function tabTo(page: Page, control: Locator, key: "Tab" | "Shift+Tab" = "Tab") {
  await control.waitFor({ state: "attached" });
  for (let presses = 0; presses < 60; presses += 1) {
    if (await control.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`Tab does not reach ${control.toString()}.`);
}

test("number of images, style and preset: chosen, used and removed", async () => {
  const { page, studio } = await visit({ url: app.url, email: newEmail() });
  const keys = page.keyboard;
  await studio.open();
  await studio.isSignedIn();
  await studio.prompt.focus();
  await keys.type("Two herons");
  await tabTo(page, studio.button(commonText.style));
  await keys.press("Enter");
  const styles = page.getByRole("dialog", { name: stylesText.title });
  await tabTo(page, styles.getByRole("button", { name: "Line art" }));
  await keys.press("Enter");
  await hasFocus(studio.prompt);
  await tabTo(page, page.getByRole("radio", { name: batchText.countLabel(1) }));
  await keys.press("ArrowRight");
  await studio.button(commonText.generateCount(2)).waitFor();

  await tabTo(page, studio.button(commonText.presets), "Shift+Tab");
  await keys.press("Enter");
  const presets = page.getByRole("dialog", { name: presetsText.title });
  await tabTo(page, presets.getByLabel(presetsText.saveForm));
  await keys.type("Herons");
  await keys.press("Enter");
  await presets.getByRole("button", { name: presetsText.apply("Herons") }).waitFor();
  await keys.press("Escape");
  await hasFocus(studio.button(commonText.presets));
  const style = studio.button(stylesText.remove("Line art"));
  await tabTo(page, style);
  await keys.press("Enter");
  await style.waitFor({ state: "detached" });
  await hasFocus(studio.prompt);
  await tabTo(page, page.getByRole("radio", { name: batchText.countLabel(2) }));
  await keys.press("ArrowLeft");
  await studio.generateButton.waitFor();

  await tabTo(page, studio.button(commonText.presets), "Shift+Tab");
  await keys.press("Enter");
  await tabTo(page, presets.getByRole("button", { name: presetsText.apply("Herons") }));
  await keys.press("Enter");
  await style.waitFor();
  await hasFocus(studio.prompt);
  await keys.press("Enter");
  const grid = page.getByRole("list", { name: batchText.name(2) });
  await page.getByText(batchText.ready(2, 2)).waitFor();
  const second = grid.getByRole("link", { name: createText.open("Two herons") }).nth(1);
  await tabTo(page, second);
  const address = await second.getAttribute("href");
  await keys.press("Enter");
  await page.waitForURL(`**${address}`);
});

test("reference image: a file and an own image", async () => {
  const email = newEmail();
  const client = await createClient(app.url, email);
  for (const prompt of ["A lamp", "A vase"]) await client.makes(prompt);
  const { page, studio } = await visit({ url: app.url, email });
  const keys = page.keyboard;
  await studio.open();
  await studio.seesImage("A vase");
  await studio.prompt.focus();
  await tabTo(page, page.getByRole("radio", { name: /^Standard/ }));
  await keys.press("ArrowRight");
  await tabTo(page, studio.button(referenceText.addLabel));
  const chooser = page.waitForEvent("filechooser");
  await keys.press("Enter");
  const { items } = await (await client.call("GET", "/api/generations")).json();
  const original = await client.call("GET", items[0].outputUrl);
  const buffer = Buffer.from(await original.arrayBuffer());
  await (await chooser).setFiles({ name: "a.png", mimeType: "image/png", buffer });
  const chip = studio.button(referenceText.remove);
  await chip.locator("img").waitFor();
  await tabTo(page, chip);
  await keys.press("Enter");
  await chip.waitFor({ state: "detached" });
  await hasFocus(studio.prompt);

  await tabTo(page, studio.image("A lamp"));
  const overlay = page.locator("[data-overlay]");
  await tabTo(page, overlay.getByRole("button", { name: actionsText.reference }));
  await keys.press("Enter");
  await chip.locator("img").waitFor();
  await hasFocus(studio.prompt);
});

test("collection and comparison: from the gallery and back", async () => {
  const email = newEmail();
  const client = await createClient(app.url, email);
  for (const prompt of ["A lamp", "A vase", "A bowl"]) await client.makes(prompt);
  const { page, studio } = await visit({ url: app.url, email });
  const keys = page.keyboard;
  await studio.open("/gallery");
  await studio.image("A bowl").waitFor();
  await tabTo(page, studio.image("A bowl"));
  await keys.press("x");
  await keys.press("ArrowRight");
  await keys.press("x");
  const bar = page.getByRole("group", { name: galleryText.select });
  await tabTo(page, bar.getByRole("button", { name: galleryText.collect }));
  await keys.press("Enter");
  const dialog = page.getByRole("dialog", { name: collectionsText.addTo(2) });
  await tabTo(page, dialog.getByRole("button", { name: collectionsText.new }));
  await keys.press("Enter");
  await keys.type("Ceramics");
  await keys.press("Enter");
  await page.getByRole("status").getByText(collectionsText.added(2, "Ceramics")).waitFor();
  await dialog.waitFor({ state: "detached" });
  await hasFocus(bar.getByRole("button", { name: galleryText.collect }));

  await tabTo(page, bar.getByRole("button", { name: galleryText.compare }), "Shift+Tab");
  await keys.press("Enter");
  const compare = page.getByRole("dialog", { name: imageText.compare(2) });
  await compare.waitFor();
  const favorite = compare.getByRole("button", { name: galleryText.favorite }).first();
  await tabTo(page, favorite);
  await keys.press("Enter");
  await compare.getByRole("button", { name: galleryText.favorite, pressed: true }).waitFor();
  await keys.press("Escape");
  await compare.waitFor({ state: "detached" });
  await hasFocus(bar.getByRole("button", { name: galleryText.compare }));
  await keys.press("Escape");
  await bar.waitFor({ state: "detached" });

  await tabTo(page, page.getByRole("button", { name: collectionsText.title, exact: true }), "Shift+Tab");
  await keys.press("Enter");
  await tabTo(page, page.locator("#collections").getByRole("button", { name: /^Ceramics/ }));
  await keys.press("Enter");
  await studio.image("A lamp").waitFor({ state: "detached" });
  await tabTo(page, studio.image("A bowl"));
  await keys.press("x");
  await tabTo(page, bar.getByRole("button", { name: collectionsText.take }));
  await keys.press("Enter");
  await studio.image("A bowl").waitFor({ state: "detached" });
  expect(await studio.images.count()).toBe(1);
});
