/** The images in the README: the studio on a desktop and a phone, light and dark. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { root } from "../../../scripts/run.ts";
import type { AppAddress } from "./app.ts";
import { DESKTOP, PHONE } from "./browser.ts";
import type { Client } from "./client.ts";
import { createStudioPage } from "./studio-page.ts";
import { areImagesDrawn, isAtRest } from "./at-rest.ts";

const NEWEST = "A glass greenhouse on the moon, isometric, pastel colors";
/** Of WebP, in percent: the lowest without visible artifacts. */
const QUALITY = 78;

/** Writes them into `docs/images/`; `client` has images, and `best` is opened in the viewer. */
export async function takeReadmeImages(browser: Browser, app: AppAddress, client: Client, best: string) {
  async function open(phone: boolean, colorScheme: "light" | "dark") {
    const context = await browser.newContext({
      baseURL: app.url,
      viewport: phone ? PHONE : DESKTOP,
      deviceScaleFactor: phone ? 1.5 : 1,
      isMobile: phone,
      hasTouch: phone,
      colorScheme,
      reducedMotion: "reduce",
    });
    await context.request.post("/api/auth/dev", { data: { email: client.email } });
    const page = await context.newPage();
    const studio = createStudioPage(page);
    // From the second visit on the images show instead of the headline.
    await studio.open();
    await areImagesDrawn(page);
    await studio.open();
    await areImagesDrawn(page);
    return { page, studio };
  }

  const desk = await open(false, "light");
  await desk.studio.generate(NEWEST);
  await desk.studio.seesImage(NEWEST);
  await areImagesDrawn(desk.page);
  await take(desk.page, "studio");
  await client.isIdle();

  const dark = await open(false, "dark");
  await dark.studio.open("/gallery");
  await areImagesDrawn(dark.page);
  await take(dark.page, "gallery");

  const phone = await open(true, "light");
  await take(phone.page, "phone-studio");
  const night = await open(true, "dark");
  await night.studio.open("/gallery");
  await areImagesDrawn(night.page);
  await take(night.page, "phone-gallery");
  await night.studio.openImage(best);
  await areImagesDrawn(night.page);
  await take(night.page, "phone-image");
  for (const { page } of [desk, dark, phone, night]) await page.context().close();
}

/** Playwright itself writes no WebP. */
async function take(page: Page, name: string): Promise<void> {
  await isAtRest(page);
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
  await writeFile(join(root, "docs/images", `${name}.webp`), Buffer.from(data, "base64"));
}
