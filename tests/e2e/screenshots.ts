/**
 * `npm run screenshots`: PNGs of every state of the studio in `.cache/screenshots/`, on phones, a tablet, a desktop and
 * a low window, light and dark, for a person to look at. With `-- --readme` it takes the README's screenshots instead.
 */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { root, runTool } from "../../scripts/run.ts";
import type { AspectRatio, ModelId } from "../../worker/shared/models.ts";
import { startApp } from "./support/app.ts";
import { type Client, createClient } from "./support/client.ts";
import { launch } from "./support/launch.ts";
import { takeReadmeImages } from "./support/readme-images.ts";
import { createSimulatorClient } from "./support/simulator.ts";
import { createStudioPage } from "./support/studio-page.ts";
import { isAtRest } from "./support/at-rest.ts";
import { walkPast } from "./support/walk.ts";
import { written } from "./support/words.ts";

const SCHEMES = ["light", "dark"] as const;
/** Touch screens and a mouse. The window of a touch screen may be turned. */
const SCREENS = [
  {
    touch: true,
    sizes: [
      { width: 390, height: 844 },
      { width: 360, height: 740 },
      { width: 820, height: 1180 },
    ],
  },
  {
    touch: false,
    sizes: [
      { width: 1440, height: 900 },
      { width: 2560, height: 1440 },
      { width: 720, height: 450 },
    ],
  },
];

/** Oldest first. */
const IMAGES: [prompt: string, aspectRatio: AspectRatio, model?: ModelId][] = [
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
const PROMPTS = {
  landed: "Paper-cut forest with a fox, layered, warm light from within",
  several: "A harbor at dusk, lanterns on the water",
  batch: "A balloon over terraced fields, first light",
  failed: "A bridge that was never built",
  refused: "Something that is not allowed",
  rejected: "Something with unsupported options",
  running: "A glass greenhouse on the moon, isometric, pastel colors",
  waiting: "A tram in the snow, seen through a café window",
  offline: "مدينة في الصحراء عند الغروب",
  lost: "A bottle on a beach, with a letter in it",
};

/** Shown large in the README. */
const BEST = "A planet with two rings, deep space, film grain";

const forReadme = process.argv.includes("--readme");
const folder = join(root, forReadme ? "docs/images" : ".cache/screenshots");
if (!forReadme) await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
if (!process.env["STUDIO_BUILT"]) await runTool("vite", ["build", "--logLevel", "warn"]);
const app = await startApp();
const simulator = createSimulatorClient(app.adminUrl);
const browser = await launch();
try {
  if (forReadme) {
    const client = await createClient(app.url, "maker@example.com");
    await createImages(client);
    await takeReadmeImages(browser, app, client, BEST);
  } else {
    for (const screen of SCREENS) await shoot(screen);
  }
} finally {
  await browser.close();
  await app.stop();
}
console.log(folder);
process.exit(0);

async function createImages(client: Client): Promise<void> {
  for (const [prompt, aspectRatio, model] of IMAGES) {
    await client.makes(prompt, { aspectRatio, ...(model && { model }) });
  }
}

async function shoot({ touch, sizes }: (typeof SCREENS)[number]): Promise<void> {
  const [viewport] = sizes;
  const context = await browser.newContext({
    viewport: viewport ?? null,
    baseURL: app.url,
    reducedMotion: "reduce",
    hasTouch: touch,
    isMobile: touch,
  });
  const page = await context.newPage();
  // The previous screen has set some.
  await simulator.setMoods([]);
  const client = await createClient(app.url, `maker-${touch ? "finger" : "mouse"}@example.com`);
  const states = walkPast({
    page,
    studio: createStudioPage(page),
    context,
    words: written,
    client,
    prompts: PROMPTS,
    makeMore: () => createImages(client),
    // For the next generation only, without a mark in the prompt, which the screenshot shows.
    async fated(prompt, ...moods) {
      await simulator.setMoods(moods);
      return prompt;
    },
  });
  let at = 0;
  for await (const state of states) {
    at += 1;
    const name = `${String(at).padStart(2, "0")}-${state.replace(/\W+/g, "-")}`;
    for (const size of sizes) {
      await page.setViewportSize(size);
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme });
        await isAtRest(page);
        await page.screenshot({ path: join(folder, `${name}-${size.width}-${colorScheme}.png`) });
      }
    }
    if (viewport) await page.setViewportSize(viewport);
  }
  await context.close();
}
