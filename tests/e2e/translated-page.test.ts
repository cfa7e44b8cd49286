/** The studio in a page that the browser translates: it keeps rendering, and its texts stay current. */
import type { Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { createText } from "../../frontend/text/create.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createSimulatorClient } from "./support/simulator.ts";

useBrowser();
const simulator = createSimulatorClient(inject("app").adminUrl);

/**
 * Puts <font> elements with a copy of the text in the place of every text node, now and whenever the studio adds one,
 * as Chrome's translation does: the studio's own text nodes are then in no document.
 */
async function translate(page: Page): Promise<void> {
  await page.evaluate(() => {
    const wrap = (root: Node) => {
      const texts: Text[] = [];
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      for (let node: Node | null = root; node; node = walker.nextNode()) {
        if (!(node instanceof Text) || node.data.trim() === "") continue;
        if (!node.parentElement?.closest("font, script, style, textarea, [translate=no]")) texts.push(node);
      }
      for (const text of texts) {
        const font = document.createElement("font");
        font.appendChild(document.createElement("font")).append(text.data);
        text.replaceWith(font);
      }
    };
    wrap(document.body);
    new MutationObserver((records) => {
      for (const { addedNodes } of records) for (const node of addedNodes) if (node.isConnected) wrap(node);
    }).observe(document.body, { childList: true, subtree: true });
  });
}

test.each(["/", "/gallery"])("a page translated on %s: generate, open, delete and undo", async (path) => {
  const [kept, prompt] = [`A bell at ${path}`, `[mood:stuck] A boat at ${path}`];
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  await studio.isSignedIn();
  await studio.generate(kept);
  await studio.seesImage(kept);
  await studio.open(path);
  await studio.image(kept).waitFor();
  await translate(page);
  await page.getByRole("link", { name: commonText.create, exact: true }).click();

  await studio.generate(prompt);
  await studio.working(prompt).waitFor();
  const generating = page.locator("header").getByText(createText.creatingCount(1));
  await generating.waitFor();
  const header = page.locator("header");
  for (const count of [1, 2]) {
    await studio.generate(`A queue at ${path}, ${count}`);
    await expect.poll(() => header.innerText()).toContain(createText.queuedCount(count));
  }
  expect(await header.innerText()).not.toContain(createText.queuedCount(1));
  await simulator.finish(prompt);
  await studio.seesImage(prompt);
  for (const count of [1, 2]) await studio.seesImage(`A queue at ${path}, ${count}`);
  await generating.waitFor({ state: "hidden" });
  expect(await header.innerText()).not.toMatch(/\d/);

  const viewer = await studio.openImage(prompt);
  await viewer.getByRole("button", { name: galleryText.favorite, exact: true }).click();
  await viewer.getByRole("button", { name: galleryText.favorite, exact: true, pressed: true }).waitFor();
  await viewer.getByRole("button", { name: galleryText.delete, exact: true }).click();
  await page.getByText(galleryText.deleted(1), { exact: true }).waitFor();
  expect(await studio.image(prompt).count()).toBe(0);
  await studio.button(galleryText.undo).click();
  await page.getByText(galleryText.deleted(1), { exact: true }).waitFor({ state: "hidden" });
  // The next image's page may be open by then.
  await page.keyboard.press("Escape");
  await studio.seesImage(prompt);
  await studio.seesImage(kept);
});
