/**
 * The gallery with ten thousand pictures: what the page's main thread works for a frame while one scrolls through
 * them, what is kept of each, and what it takes to come back to them. Work is the thread's own time without a brake,
 * times four.
 */
import type { Browser, Page } from "playwright-core";
import { type App, startApp } from "../e2e/support/app.ts";
import { createClient } from "../e2e/support/client.ts";
import { launch } from "../e2e/support/launch.ts";
import { paintSeeded, seedPictures } from "../e2e/support/seed.ts";
import { createStudioPage } from "../e2e/support/studio-page.ts";
import { until } from "../e2e/support/until.ts";
import type { Measure } from "./measure.ts";
import { type TraceEvent, traced, workBetween } from "./trace.ts";

const COUNT = 10_000;
const PROMPT = "Seeded picture";
const EMAIL = "hoarder@example.com";
const SLOWER = 4;
/** Three screens a second, for as long as it takes to look through a few hundred pictures. */
const STEPS = 120;
const STEP_PX = 400;

const FRAME_MS = 1_000 / 60;
const LONG_TASK_MS = 50;

export async function measureScroll(): Promise<Measure[]> {
  const app = await startApp();
  const browser = await launch();
  try {
    return await measure(app, browser);
  } finally {
    await browser.close();
    await app.stop();
  }
}

async function measure(app: App, browser: Browser): Promise<Measure[]> {
  const { cookie } = await createClient(app.url, EMAIL);
  await seedPictures(app, { email: EMAIL, count: COUNT, prompt: PROMPT });
  const context = await browser.newContext({ baseURL: app.url, viewport: { width: 1440, height: 900 } });
  const [name = "", value = ""] = cookie.split("=");
  await context.addCookies([{ name, value, url: app.url }]);
  const page = await context.newPage();
  await paintSeeded(page, PROMPT);
  const studio = createStudioPage(page);
  await studio.open("/gallery");
  await studio.pictures.first().waitFor();
  const devtools = await context.newCDPSession(page);
  const sizeOf = async () => {
    await devtools.send("HeapProfiler.collectGarbage");
    const { usedSize } = await devtools.send("Runtime.getHeapUsage");
    const elements = await page.evaluate(() => document.querySelectorAll("*").length);
    return { usedSize, elements };
  };
  const start = await sizeOf();
  await until(
    "the last picture",
    async () => {
      await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
      return (await page.locator(".tile").last().getAttribute("aria-posinset")) === String(COUNT);
    },
    300_000,
  );
  const end = await sizeOf();

  await page.evaluate(() => scrollTo(0, 0));
  await page.mouse.move(720, 500);
  const scrolling = await traced(browser, page, async () => {
    for (let step = 0; step < STEPS; step += 1) await page.mouse.wheel(0, STEP_PX);
    await frames(page);
  });
  const tasks = mainThread(scrolling);
  const painted = scrolling.filter(({ name: what }) => what === "Commit").length;

  const place = await page.evaluate(() => scrollY);
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await studio.prompt.waitFor();
  const returning = await traced(browser, page, async () => {
    await page.goBack();
    await studio.pictures.first().waitFor();
    await frames(page);
  });
  const off = Math.abs((await page.evaluate(() => scrollY)) - place);
  await context.close();

  return [
    {
      what: `10,000 pictures: a frame of scrolling, times ${SLOWER}`,
      value: (SLOWER * tasks.reduce((sum, task) => sum + task, 0)) / painted,
      unit: "ms",
      limit: FRAME_MS,
    },
    {
      what: `its longest task, times ${SLOWER}`,
      value: SLOWER * Math.max(...tasks),
      unit: "ms",
      limit: LONG_TASK_MS,
    },
    { what: "its frames", value: painted, unit: "" },
    { what: "kept of each picture", value: (end.usedSize - start.usedSize) / COUNT, unit: "B", limit: 2_500 },
    {
      what: "elements in the page, beyond the first screens'",
      value: end.elements - start.elements,
      unit: "",
      limit: 500,
    },
    { what: `back to where one was, times ${SLOWER}`, value: SLOWER * backToPictures(returning), unit: "ms" },
    { what: "off the place that was left", value: off, unit: "px", limit: 0 },
  ];
}

const frames = (page: Page) =>
  page.evaluate(
    () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  );

/** Milliseconds of each task of the thread that the page's scripts run on. */
function mainThread(events: TraceEvent[]): number[] {
  const script = events.find(({ name }) => name === "EventDispatch");
  return events
    .filter(({ name, pid, tid }) => name === "RunTask" && pid === script?.pid && tid === script.tid)
    .map(({ tdur }) => (tdur ?? 0) / 1_000);
}

/** From the news that one goes back to the end of the first paint with pictures in their places. */
function backToPictures(events: TraceEvent[]): number {
  const back = events.find(({ name, args }) => name === "EventDispatch" && args.data?.type === "popstate");
  const paint = events.find(
    ({ name, ts, tid, pid }) =>
      name === "Paint" && back && ts >= back.ts + (back.dur ?? 0) && tid === back.tid && pid === back.pid,
  );
  if (!back || !paint) throw new Error("The trace shows no way back, or no paint.");
  return workBetween(back, paint);
}
