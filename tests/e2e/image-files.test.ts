/** An image as a file: on the clipboard, dragged out of the page; and the mark of a public link. */
import type { Locator, Page } from "playwright-core";
import { describe, expect, inject, test } from "vitest";
import { actionsText } from "../../frontend/text/actions.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { imageText } from "../../frontend/text/image.ts";
import { DESKTOP, newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { isDrawn } from "./support/studio-page.ts";

useBrowser();
const { url } = inject("app");
const PROMPT = "A paper boat";

async function open(viewport = DESKTOP) {
  const email = newEmail();
  const client = await createClient(url, email);
  const { id } = await client.makes(PROMPT);
  const phone = viewport.width < 1_000;
  const visitor = await visit({ email, viewport, hasTouch: phone, isMobile: phone });
  return { ...visitor, client, id };
}

/** The size of the PNG on the clipboard. */
const copiedSize = (page: Page) =>
  page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const bitmap = item && (await createImageBitmap(await item.getType("image/png")));
    return bitmap ? [bitmap.width, bitmap.height] : null;
  });

describe.each([DESKTOP, PHONE])("at $width px", (viewport) => {
  test("copies the latest result, and the open image by keyboard", async () => {
    const { page, studio, client, id } = await open(viewport);
    const { width, height } = await client.generation(id);
    await studio.open("/");
    await studio.button(actionsText.copyImage).click();
    await page.getByText(actionsText.imageCopied).first().waitFor();
    expect(await copiedSize(page)).toEqual([width, height]);

    await page.evaluate(() => navigator.clipboard.writeText("something else"));
    const viewer = await studio.openImage(PROMPT);
    const copy = viewer.getByRole("button", { name: actionsText.copyImage });
    for (let step = 0; step < 12; step += 1) {
      await page.keyboard.press("Tab");
      if (await copy.evaluate((button) => button === document.activeElement)) break;
    }
    await page.keyboard.press("Enter");
    await expect.poll(() => copiedSize(page).catch(() => null)).toEqual([width, height]);
  });

  test("marks an image with a public link on its tile and in the viewer", async () => {
    const { studio, client, id } = await open(viewport);
    expect((await client.call("POST", `/api/generations/${id}/share`, {})).ok).toBe(true);
    await studio.open("/gallery");
    const tile = studio.entry(galleryText.publicLink);
    await tile.waitFor();
    const viewer = await studio.openImage(PROMPT);
    await viewer.getByRole("button", { name: imageText.publicLink }).click();
    await studio.shareDialog.waitFor();
  });
});

test("converts an image of another type to PNG", async () => {
  const { page, studio } = await open();
  await studio.open("/");
  const jpeg = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(40, 30);
    canvas.getContext("2d")?.fillRect(0, 0, 40, 30);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg" })).arrayBuffer());
    return Array.from(bytes);
  });
  await page.route("**/images/*/0", (route) =>
    route.fulfill({ contentType: "image/jpeg", body: Buffer.from(jpeg) }),
  );
  await studio.button(actionsText.copyImage).click();
  await page.getByText(actionsText.imageCopied).first().waitFor();
  expect(await copiedSize(page)).toEqual([40, 30]);
});

/** Drags with the mouse, and tells what the drag carries as a file. */
async function drag(page: Page, from: Locator): Promise<string | null> {
  await page.evaluate(() => {
    document.documentElement.dataset["dragged"] = "";
    addEventListener(
      "dragstart",
      ({ dataTransfer }) => {
        document.documentElement.dataset["dragged"] = dataTransfer?.getData("DownloadURL") ?? "";
      },
      { once: true },
    );
  });
  const box = await from.boundingBox();
  if (!box) throw new Error("nothing to drag");
  const head = page.waitForResponse((response) => response.request().method() === "HEAD", { timeout: 2_000 });
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await head.catch(() => null);
  await page.mouse.move(box.x + box.width / 2 + 40, box.y + box.height / 2 + 40, { steps: 5 });
  await page.mouse.up();
  return page.evaluate(() => document.documentElement.dataset["dragged"] ?? null);
}

test("a tile and the open image can be dragged out as a file with its download name", async () => {
  const { page, studio, id } = await open();
  const file = `image/png:a-paper-boat-${id}.png:${url}/images/${id}/0?download`;
  await studio.open("/gallery");
  await studio.seesImage(PROMPT);
  expect(await drag(page, studio.image(PROMPT))).toBe(file);
  const viewer = await studio.openImage(PROMPT);
  const shown = viewer.getByRole("img", { name: PROMPT });
  await isDrawn(shown, PROMPT);
  expect(await drag(page, shown)).toBe(file);

  // Enlarged, the mouse moves the image instead.
  await page.keyboard.press("z");
  await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.draggable)).toBe(false);
  expect(await drag(page, shown)).toBe("");
  await viewer.waitFor();
});
