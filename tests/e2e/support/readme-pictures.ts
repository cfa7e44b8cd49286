/** The pictures in the README: the studio at its best, on a desktop and a phone, light and dark. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { root } from "../../../scripts/run.ts";
import type { AppAddress } from "./app.ts";
import { DESKTOP, PHONE } from "./browser.ts";
import type { Client } from "./client.ts";
import { createSimulatorClient } from "./simulator.ts";
import { createStudioPage } from "./studio-page.ts";
import { arePicturesDrawn, isAtRest } from "./walk.ts";
import { written } from "./words.ts";

const { making } = written;
const RUNNING = "A glass greenhouse on the moon, isometric, pastel colours";
/** Of WebP, in percent: as small as it goes before one sees it. */
const QUALITY = 78;

/** Writes them into `docs/images/`; `client` has pictures, of which `best` is shown large. */
export async function takeReadmePictures(browser: Browser, app: AppAddress, client: Client, best: string) {
  const simulator = createSimulatorClient(app.adminUrl);

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
    // Whoever comes back sees the pictures and not the headline.
    await studio.open();
    await arePicturesDrawn(page);
    await studio.open();
    await arePicturesDrawn(page);
    return { page, studio };
  }

  const desk = await open(false, "light");
  await simulator.setMoods(["stuck"]);
  await desk.studio.generate(RUNNING);
  const card = desk.studio.working(RUNNING);
  await card.getByText(making.processing).waitFor();
  await take(desk.page, "studio");
  await card.getByRole("button", { name: making.cancel }).click();
  await simulator.setMoods([]);
  await client.isIdle();

  const dark = await open(false, "dark");
  await dark.studio.open("/gallery");
  await arePicturesDrawn(dark.page);
  await take(dark.page, "gallery");

  const phone = await open(true, "light");
  await take(phone.page, "phone-studio");
  const night = await open(true, "dark");
  await night.studio.open("/gallery");
  await arePicturesDrawn(night.page);
  await take(night.page, "phone-gallery");
  await night.studio.openPicture(best);
  await arePicturesDrawn(night.page);
  await take(night.page, "phone-picture");
  for (const { page } of [desk, dark, phone, night]) await page.context().close();
}

/** Playwright itself writes no WebP. */
async function take(page: Page, name: string): Promise<void> {
  await isAtRest(page);
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
  await writeFile(join(root, "docs/images", `${name}.webp`), Buffer.from(data, "base64"));
}
