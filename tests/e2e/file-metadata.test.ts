/** What other programs read in a downloaded image, with the setting off and on. */
import { readFile } from "node:fs/promises";
import ExifReader from "exifreader";
import type { Download, Locator, Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { accountText } from "../../frontend/text/account.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { entriesOf } from "../zip.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";

useBrowser();
const { url } = inject("app");
const PROMPT = 'A fox & a "wolf" <in the snow>, 狐 🦊';

async function saved(page: Page, control: Locator): Promise<{ name: string; bytes: Uint8Array }> {
  const [file] = await Promise.all([page.waitForEvent("download"), control.click()]);
  return read(file);
}

const read = async (file: Download) => ({
  name: file.suggestedFilename(),
  bytes: new Uint8Array(await readFile(await file.path())),
});

const tagsOf = (bytes: Uint8Array) => ExifReader.load(Uint8Array.from(bytes).buffer, { expanded: true });

test("a file and a zip contain prompt and settings only after the user has chosen that", async () => {
  const email = newEmail();
  const client = await createClient(url, email);
  const { id } = await client.makes(PROMPT, { aspectRatio: "3:2", seed: 77 });
  const { page, studio } = await visit({ email });
  // Chromium then keeps the zip in memory and downloads it.
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, "showSaveFilePicker"));

  await studio.open("/gallery");
  const viewer = await studio.openImage(PROMPT);
  const link = viewer.getByRole("link", { name: galleryText.download });
  const plain = await saved(page, link);
  const original = await (await client.call("GET", `/images/${id}/0`)).arrayBuffer();
  expect(plain.bytes).toEqual(new Uint8Array(original));
  expect(tagsOf(plain.bytes)).not.toHaveProperty("xmp");

  await studio.open("/account");
  const control = page.getByRole("switch", { name: accountText.fileMetadata });
  await control.focus();
  await page.keyboard.press("Space");
  await page.getByRole("switch", { name: accountText.fileMetadata, checked: true }).waitFor();

  await studio.open("/gallery");
  await studio.openImage(PROMPT);
  const file = await saved(page, link);
  expect(file.name).toBe(plain.name);
  const settings = `Seed: 77, Model: truefusion-pro, Aspect ratio: 3:2`;
  const { xmp, pngText, file: size } = tagsOf(file.bytes);
  expect(xmp?.description?.description).toBe(PROMPT);
  expect(xmp?.UserComment?.description).toBe(`${PROMPT}\n${settings}`);
  expect(xmp?.CreatorTool?.description).toBe("Image Studio");
  expect(pngText?.parameters?.description).toBe(`${PROMPT}\n${settings}`);
  expect(size).toEqual(tagsOf(plain.bytes).file);
  const [byKey] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("d")]);
  expect((await read(byKey)).bytes).toEqual(file.bytes);

  await page.keyboard.press("Escape");
  await studio.image(PROMPT).focus();
  await page.keyboard.press("x");
  const bar = page.getByRole("group", { name: galleryText.select });
  const zip = await saved(page, bar.getByRole("button", { name: galleryText.download }));
  const [inZip] = entriesOf(zip.bytes);
  expect(inZip?.bytes).toEqual(file.bytes);
});
