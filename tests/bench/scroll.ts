/**
 * CPU time of the main thread, times four as in `feel`, while a user scrolls through ten thousand images on a phone.
 * tests/e2e/gallery.test.ts checks that the page does not grow.
 */
import type { Page } from "playwright-core";
import { startApp } from "../e2e/support/app.ts";
import { createClient } from "../e2e/support/client.ts";
import { launch } from "../e2e/support/launch.ts";
import { paintSeeded, seedImages } from "../e2e/support/seed.ts";
import { createStudioPage } from "../e2e/support/studio-page.ts";
import { type Measure, median } from "./measure.ts";
import { traced } from "./trace.ts";

const COUNT = 10_000;
const PROMPT = "A long history";
const EMAIL = "scroll@example.com";
const CPU_SLOWDOWN = 4;
/** A touch screen, so that hover content is not rendered. */
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
/** Pixels per frame. 4,200 per second is a fast flick. */
const SCROLL_PX = 70;
const SCROLLS = 400;
/** The elements of the tiles that one step of the window adds. */
const MAX_RESTYLED = 120;
/** At 60 Hz. */
const FRAME_MS = 1_000 / 60;

export async function measureScroll(): Promise<Measure[]> {
  const app = await startApp({ tiny: true });
  const browser = await launch();
  try {
    const { cookie } = await createClient(app.url, EMAIL);
    await seedImages(app, { email: EMAIL, count: COUNT, prompt: PROMPT });
    const context = await browser.newContext({ baseURL: app.url, ...PHONE });
    const [name = "", value = ""] = cookie.split("=");
    await context.addCookies([{ name, value, url: app.url }]);
    const page = await context.newPage();
    await paintSeeded(page, PROMPT);
    await createStudioPage(page).open("/gallery");
    await page.locator("[data-tile] img").first().waitFor();
    await page.waitForLoadState("networkidle");
    const events = await traced(browser, page, () => scroll(page));
    const scrolledPx = await page.evaluate(() => scrollY);
    const main = events.find(({ name: what }) => what === "FireAnimationFrame");
    const ofMain = events.filter(({ pid, tid }) => pid === main?.pid && tid === main.tid);
    const tasks = ofMain
      .filter(({ name: what }) => what === "RunTask")
      .map(({ tdur = 0 }) => (CPU_SLOWDOWN * tdur) / 1_000);
    const restyled = ofMain.flatMap(({ name: what, args }) =>
      what === "UpdateLayoutTree" && args.elementCount ? [args.elementCount] : [],
    );
    const work = tasks.reduce((sum, ms) => sum + ms, 0) / SCROLLS;
    return [
      { what: `scrolled through ${COUNT} images`, value: scrolledPx, unit: "px" },
      {
        what: `CPU time for ${SCROLL_PX} px, times ${CPU_SLOWDOWN}`,
        value: work,
        unit: "ms",
        limit: FRAME_MS,
      },
      { what: `median task, times ${CPU_SLOWDOWN}`, value: median(tasks), unit: "ms" },
      { what: "tasks over 50 ms per 100 frames", value: longTasks(tasks), unit: "" },
      {
        what: "elements per style update, median",
        value: median(restyled),
        unit: "",
        limit: MAX_RESTYLED,
      },
    ];
  } finally {
    await browser.close();
    await app.stop();
  }
}

const longTasks = (tasks: readonly number[]) => (100 * tasks.filter((ms) => ms > 50).length) / SCROLLS;

/** Scrolls by `SCROLL_PX` in every frame. */
function scroll(page: Page): Promise<void> {
  return page.evaluate(
    ([push, pushes]) =>
      new Promise<void>((done) => {
        let left = pushes;
        const step = () => {
          scrollBy(0, push);
          left -= 1;
          if (left > 0) requestAnimationFrame(step);
          else done();
        };
        requestAnimationFrame(step);
      }),
    [SCROLL_PX, SCROLLS] as const,
  );
}
