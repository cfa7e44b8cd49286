/** A home-screen app on iOS, simulated in Chromium: files open the share sheet. */
import { expect, test } from "vitest";
import { accountText } from "../../frontend/text/account.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";

useBrowser();

type SharedFile = { name: string; type: string; size: number };

test("an image and a part of an export open the share sheet without leaving the page", async () => {
  const { page, studio } = await visit({ email: newEmail(), viewport: PHONE });
  await page.addInitScript(() => {
    const shared: SharedFile[] = [];
    Object.assign(globalThis, { shared });
    Object.defineProperty(navigator, "standalone", { value: true });
    Object.defineProperty(navigator, "share", {
      value: async ({ files: [file] }: { files: File[] }) => {
        if (file) shared.push({ name: file.name, type: file.type, size: file.size });
      },
    });
  });
  const sharedFiles = () => page.evaluate(() => (globalThis as unknown as { shared: SharedFile[] }).shared);
  const downloads: string[] = [];
  page.on("download", (download) => downloads.push(download.suggestedFilename()));

  const prompt = "Ein Fuchs im Schnee";
  await studio.open();
  await studio.generate(prompt);
  await studio.seesImage(prompt);
  const viewer = await studio.openImage(prompt);
  await viewer.getByRole("link", { name: galleryText.download }).click();
  await expect.poll(sharedFiles).toEqual([
    {
      name: expect.stringMatching(/^ein-fuchs-im-schnee-[\w-]+\.png$/),
      type: "image/png",
      size: expect.any(Number),
    },
  ]);

  await page.goto("/account");
  await page.getByRole("button", { name: accountText.exportShow }).click();
  await page.getByRole("list", { name: accountText.exportParts }).getByRole("link").first().click();
  await expect.poll(sharedFiles).toEqual([
    {
      name: expect.stringMatching(/^image-studio-[\d-]+-part-1\.zip$/),
      type: "application/zip",
      size: expect.any(Number),
    },
  ]);
  expect(downloads).toEqual([]);
});
