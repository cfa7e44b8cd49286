/** Waits for a page that does not change any more. */
import type { Page } from "playwright-core";
import { until } from "./until.ts";

/** Waits until there are images, and all in the window are decoded. */
export async function areImagesDrawn(page: Page): Promise<void> {
  await until("the images", () =>
    page.evaluate(() => {
      const inSight = [...document.querySelectorAll<HTMLImageElement>("main img, dialog img")].filter(
        (image) => image.getBoundingClientRect().top < innerHeight,
      );
      return inSight.length > 0 && inSight.every((image) => image.complete && image.naturalWidth > 0);
    }),
  );
}

/** Waits until all images in the window are decoded and all animations that end have ended. */
export async function isAtRest(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const inSight = [...document.images].filter((image) => image.getBoundingClientRect().top < innerHeight);
    await Promise.allSettled(inSight.map((image) => image.decode()));
    const painted = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const ending = () =>
      document
        .getAnimations()
        .filter(({ effect }) => Number.isFinite(Number(effect?.getComputedTiming().endTime)))
        .filter(({ playState }) => playState !== "finished");
    for (await painted(); ending().length > 0; await painted()) {
      await Promise.allSettled(ending().map(({ finished }) => finished));
    }
    await painted();
  });
}
