/** Images in the feed and the gallery show whole, whatever their shape and the window's. */
import { expect, inject, test } from "vitest";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";

useBrowser();
const app = inject("app");

const WINDOWS = [
  { width: 360, height: 640 },
  { width: 390, height: 664 },
  { width: 667, height: 375 },
  { width: 720, height: 450 },
  { width: 1440, height: 900 },
];
/** A box may have this share of the image's width or height less: sizes of a row are rounded. */
const MAX_CROPPED = 0.1;

test.each(["16:9", "9:16"] as const)("no image is cropped beside a latest one of %s", async (latest) => {
  const client = await createClient(app.url, newEmail());
  for (const aspectRatio of ["9:16", "16:9", "1:1", "9:16", latest] as const) {
    await client.makes(`A shape of ${aspectRatio}`, { aspectRatio });
  }
  const { page, studio } = await visit({ email: client.email });
  const found: string[] = [];
  for (const path of ["/", "/gallery"]) {
    await studio.open(path);
    for (const { width, height } of WINDOWS) {
      await page.setViewportSize({ width, height });
      await expect.poll(() => studio.images.getByRole("img").count()).toBe(5);
      await expect
        .poll(() =>
          studio.images
            .getByRole("img")
            .evaluateAll((images) => images.every((image) => (image as HTMLImageElement).naturalWidth > 0)),
        )
        .toBe(true);
      const cropped = await studio.images.getByRole("img").evaluateAll(
        (images, most) =>
          images.flatMap((image) => {
            const { naturalWidth, naturalHeight } = image as HTMLImageElement;
            const box = image.getBoundingClientRect();
            const shapes = [box.width / box.height, naturalWidth / naturalHeight];
            const shown = Math.min(...shapes) / Math.max(...shapes);
            return shown < 1 - most ? [`${Math.round(box.width)} × ${Math.round(box.height)}`] : [];
          }),
        MAX_CROPPED,
      );
      found.push(...cropped.map((box) => `${path} in ${width} × ${height}: ${box}`));
    }
  }
  expect(found).toEqual([]);
});
