/**
 * `npm run screenshots`: what the studio looks like, as PNGs in `.cache/screenshots/`, on a phone, a tablet and a
 * desktop, light and dark. Made to be looked at by a person; nothing is compared.
 */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { text } from "../../frontend/text/first.ts";
import { making } from "../../frontend/text/making.ts";
import { pictureText } from "../../frontend/text/pictures.ts";
import { failures } from "../../frontend/text/told.ts";
import { root, runTool } from "../../scripts/run.ts";
import type { AspectRatio, ModelId } from "../../worker/catalog.ts";
import type { Generation, GenerationPage } from "../../worker/contract.ts";
import { startApp } from "./support/app.ts";
import { createClient } from "./support/client.ts";
import { launch } from "./support/launch.ts";
import { createSimulatorClient } from "./support/simulator.ts";
import { createStudioPage, type StudioPage } from "./support/studio-page.ts";

const WIDTHS = [
  { width: 360, height: 740 },
  { width: 390, height: 844 },
  { width: 820, height: 1180 },
  { width: 1440, height: 900 },
];
const SCHEMES = ["light", "dark"] as const;
const RUNNING = "A glass greenhouse on the moon, isometric, pastel colours";
const LOST = "A bottle on a beach, with a letter in it";
const NEXT = "A tram in the snow, seen through a café window";
const RTL = "مدينة في الصحراء عند الغروب";
const LONG = "An orchestra of animals in a forest clearing, dawn light through the fog, ".repeat(7);
const FAILING = "A bridge that was never built";

/** Oldest first. */
const PICTURES: [prompt: string, aspectRatio: AspectRatio, model?: ModelId][] = [
  ["Folded paper mountains at sunrise, soft shadows", "3:2"],
  ["A quiet lake in autumn, mist between the trees", "16:9"],
  ["Neon city in the rain, seen from a rooftop", "2:3"],
  ["Aurora over a frozen fjord", "16:9"],
  ["Wild flowers in a meadow, early summer morning", "1:1"],
  ["Desert dunes under a full moon", "4:3"],
  ["A planet with two rings, deep space, film grain", "1:1"],
  ["Sunset over a calm sea, one sailing boat", "3:4"],
  ["Snowy pine forest at dawn", "9:16"],
  ["Abstract waves in coral and teal", "1:1", "truefusion-2.0"],
  ["Lighthouse on a basalt cliff at blue hour, long exposure", "3:2", "truefusion-2.0"],
  ["Layered hills in fog, ink on paper", "16:9"],
];

const folder = join(root, ".cache/screenshots");
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
await runTool("vite", ["build", "--logLevel", "warn"]);
const app = await startApp();
const simulator = createSimulatorClient(app.adminUrl);
const maker = await createClient(app.url, "maker@example.com");
const browser = await launch();
try {
  const shown = (await makePictures()).at(-2);
  if (!shown) throw new Error("No pictures to show.");
  for (const viewport of WIDTHS) {
    for (const colorScheme of SCHEMES) await shoot(browser, { viewport, colorScheme }, shown);
  }
} finally {
  await browser.close();
  await app.stop();
}
console.log(folder);
process.exit(0);

async function makePictures(): Promise<Generation[]> {
  const made: Generation[] = [];
  for (const [prompt, aspectRatio, model] of PICTURES) {
    made.push(await maker.makes(prompt, { aspectRatio, ...(model && { model }) }));
  }
  return made;
}

type Look = { viewport: { width: number; height: number }; colorScheme: "light" | "dark" };

async function shoot(browser: Browser, look: Look, shown: Generation): Promise<void> {
  const { viewport, colorScheme } = look;
  const context = await browser.newContext({
    ...look,
    baseURL: app.url,
    reducedMotion: "reduce",
    hasTouch: viewport.width < 1000,
    isMobile: viewport.width < 1000,
  });
  const page = await context.newPage();
  const studio = createStudioPage(page);
  const save = async (name: string) => {
    await isAtRest(page);
    await page.screenshot({ path: join(folder, `${name}-${viewport.width}-${colorScheme}.png`) });
  };

  await studio.open();
  await page.getByText(text.tryOne).waitFor();
  await save("1-studio-empty");
  await studio.generate(RUNNING);
  await studio.signInDialog.waitFor();
  await save("2-sign-in");
  // Given up, so that it does not go on by itself.
  await page.keyboard.press("Escape");

  await context.request.post("/api/auth/dev", { data: { email: maker.email } });
  await studio.open();
  await arePicturesDrawn(page);
  await save("3-studio-results");
  await simulator.setMoods(["stuck"]);
  await studio.generate(RUNNING);
  await studio.working(RUNNING).getByText(making.processing).waitFor();
  await save("4-studio-in-flight");
  await shootComposer(page, studio, save);
  await studio.working(RUNNING).getByRole("button", { name: making.cancel }).click();
  await page.getByText(making.canceled, { exact: true }).first().waitFor();
  await maker.isIdle();
  await simulator.setMoods(["failed"]);
  await studio.generate(FAILING);
  await studio.card(FAILING).getByText(failures.upstream_failed).waitFor();
  await save("5-studio-without-picture");
  await simulator.setMoods(["answer-lost", "webhook-held", "list-500"]);
  await studio.generate(LOST);
  await studio.working(LOST).getByText(making.unconfirmed).waitFor();
  await save("5-studio-unconfirmed");
  await simulator.sendWebhook(LOST, "succeeded");
  await simulator.setMoods([]);
  await maker.isIdle();
  await context.setOffline(true);
  await studio.generate(RTL);
  await studio.working(RTL).getByText(making.cut).waitFor();
  await save("5-studio-offline");
  await studio.working(RTL).getByRole("button", { name: making.cancel }).click();
  await context.setOffline(false);

  await studio.open("/gallery");
  await arePicturesDrawn(page);
  await save("6-gallery");
  await page.getByRole("button", { name: pictureText.filter, exact: true }).click();
  await save("6-gallery-filter");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: pictureText.select, exact: true }).click();
  await page
    .getByRole("checkbox", { name: /^Select/ })
    .nth(1)
    .click();
  await page
    .getByRole("checkbox", { name: /^Select/ })
    .nth(3)
    .click();
  await save("6-gallery-selection");
  await page.getByRole("toolbar").getByRole("button", { name: pictureText.delete }).click();
  await page.getByText(pictureText.deleted(2)).waitFor();
  await save("6-gallery-undo");
  await page.getByRole("button", { name: pictureText.undo }).click();
  await studio.open("/gallery?q=zebra&favorite=true");
  await page.getByText(pictureText.tooNarrow).waitFor();
  await save("6-gallery-nothing");
  await studio.open("/gallery?status=failed");
  await page.getByRole("link", { name: pictureText.failed(FAILING) }).waitFor();
  await save("6-gallery-failed");
  await studio.open("/gallery");
  await arePicturesDrawn(page);
  const viewer = await studio.openPicture(shown.prompt);
  await arePicturesDrawn(page);
  await save("7-picture");
  await page.keyboard.press("z");
  await save("7-picture-zoomed");
  await page.keyboard.press("z");
  await viewer.getByRole("button", { name: making.share }).click();
  await studio.shareDialog.waitFor();
  await studio.shareDialog.getByRole("switch", { name: pictureText.shareOn }).click();
  await studio.shareDialog.getByLabel(pictureText.link, { exact: true }).waitFor();
  await save("8-share-dialog");

  const share = await maker.call("POST", `/api/generations/${shown.id}/share`, { showPrompt: true });
  await page.goto((await share.json()).url);
  await arePicturesDrawn(page);
  await save("9-share-page");
  await maker.call("DELETE", `/api/generations/${shown.id}/share`);
  await tidyUp();
  await context.close();
}

/** The form and what opens from it, while a picture is on its way. */
async function shootComposer(page: Page, studio: StudioPage, save: (name: string) => Promise<void>) {
  await studio.generate(NEXT);
  await studio.generate(RTL);
  await studio.waiting(RTL).waitFor();
  await studio.prompt.fill(LONG);
  await save("4-studio-up-next");
  for (const prompt of [NEXT, RTL]) {
    await page.getByRole("button", { name: making.removeWaiting(prompt) }).click();
  }
  await studio.prompt.fill("");
  await page.getByRole("button", { name: text.options }).click();
  await page.getByText("16:9", { exact: true }).click();
  await page.getByRole("button", { name: making.seedDraw }).click();
  await save("4-studio-options");
  await page.getByRole("button", { name: making.reset }).click();
  await page.keyboard.press("Escape");
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: making.shortcuts }).waitFor();
  await save("4-shortcuts");
  await page.keyboard.press("Escape");
}

/** The next look starts from the same pictures. */
async function tidyUp(): Promise<void> {
  const { items } = (await (await maker.call("GET", "/api/generations")).json()) as GenerationPage;
  for (const { id, status } of items) {
    if (status !== "succeeded") await maker.call("DELETE", `/api/generations/${id}`);
  }
}

/** Until there are pictures, and all in sight have their pixels. */
async function arePicturesDrawn(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const inSight = [...document.querySelectorAll<HTMLImageElement>("main img, dialog img")].filter(
      (image) => image.getBoundingClientRect().top < innerHeight,
    );
    return inSight.length > 0 && inSight.every((image) => image.complete && image.naturalWidth > 0);
  });
}

/** Until all in sight is decoded, and what fades or slides has arrived; what shimmers never does. */
async function isAtRest(page: Page): Promise<void> {
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
