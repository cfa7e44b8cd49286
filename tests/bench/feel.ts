/**
 * How fast the studio answers a hand, by Chromium's own trace with the processor four times slower: from the click
 * on Generate to the frame that shows its card, and the worst interaction of a visit.
 */
import type { Page } from "playwright-core";
import { startApp } from "../e2e/support/app.ts";
import { createClient } from "../e2e/support/client.ts";
import { launch } from "../e2e/support/launch.ts";
import { createSimulatorClient } from "../e2e/support/simulator.ts";
import { createStudioPage } from "../e2e/support/studio-page.ts";
import { text } from "../../frontend/text/first.ts";
import { type Measure, median } from "./measure.ts";

const SLOWER = 4;
const CLICKS = 12;
const MARK = "card in the page";

/** Times are microseconds of the browser's one clock. */
type TraceEvent = {
  name: string;
  ph: string;
  ts: number;
  dur?: number;
  id2?: { local?: string };
  args: { data?: { type?: string; interactionId?: number; duration?: number } };
};

export async function measureFeel(): Promise<Measure[]> {
  const app = await startApp();
  const browser = await launch();
  try {
    const { cookie } = await createClient(app.url, "feel@example.com");
    await createSimulatorClient(app.adminUrl).setMoods(["output-tiny"]);
    const context = await browser.newContext({ baseURL: app.url, viewport: { width: 390, height: 844 } });
    const [name = "", value = ""] = cookie.split("=");
    await context.addCookies([{ name, value, url: app.url }]);
    const page = await context.newPage();
    const studio = createStudioPage(page);
    await studio.open();
    await page.waitForLoadState("networkidle");
    await markCards(page);
    const devtools = await context.newCDPSession(page);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });

    async function traced(work: () => Promise<void>): Promise<TraceEvent[]> {
      await browser.startTracing(page, {
        categories: ["devtools.timeline", "blink.user_timing", "disabled-by-default-devtools.timeline"],
      });
      await work();
      const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
      return trace.traceEvents;
    }

    const painted: number[] = [];
    const worst: number[] = [];
    for (let n = 1; n <= CLICKS; n += 1) {
      const prompt = `A kite over the dunes, number ${n}`;
      const events = await traced(async () => {
        await studio.prompt.pressSequentially(prompt);
        // As long as a finger rests: the press is an interaction of its own.
        await studio.generateButton.click({ delay: 90 });
        await studio.working(prompt).waitFor();
        await studio.seesPicture(prompt);
        await page.getByRole("button", { name: text.options }).first().click();
        await page.keyboard.press("Escape");
      });
      painted.push(clickToCard(events));
      worst.push(...interactionsOf(events));
    }
    worst.sort((a, b) => a - b);
    return [
      {
        what: `click to card painted, ${SLOWER}x slower, median`,
        value: median(painted),
        unit: "ms",
        limit: 50,
      },
      { what: "the slowest of them", value: Math.max(...painted), unit: "ms" },
      {
        what: `INP (98th of ${worst.length} interactions)`,
        value: worst[Math.floor(worst.length * 0.98)] ?? Number.NaN,
        unit: "ms",
        limit: 200,
      },
    ];
  } finally {
    await browser.close();
    await app.stop();
  }
}

/** Puts a mark on the timeline whenever a card that is being worked on comes into the page. */
async function markCards(page: Page): Promise<void> {
  await page.evaluate((name) => {
    new MutationObserver((changes) => {
      const isCard = (node: Node) =>
        node instanceof Element &&
        (node.matches('li[aria-busy="true"]') || node.querySelector('li[aria-busy="true"]') !== null);
      if (changes.some(({ addedNodes }) => [...addedNodes].some(isCard))) performance.mark(name);
    }).observe(document.body, { childList: true, subtree: true });
  }, MARK);
}

/** Milliseconds from the press that the system reported to the end of the first paint with the card in the page. */
function clickToCard(events: TraceEvent[]): number {
  const click = events.find(
    ({ name, ph, args }) => name === "EventTiming" && ph === "b" && args.data?.type === "click",
  );
  const card = events.find(({ name, ts }) => name === MARK && click && ts >= click.ts);
  const paint = events.find(
    ({ name, ts, ph }) => name === "Paint" && ph === "X" && card !== undefined && ts >= card.ts,
  );
  if (!click || !card || !paint) throw new Error("The trace shows no click, no card or no paint.");
  return (paint.ts + (paint.dur ?? 0) - click.ts) / 1000;
}

/** Milliseconds to the next frame, of every press, click and key of the trace. */
function interactionsOf(events: TraceEvent[]): number[] {
  const begun = events.filter(({ name, ph }) => name === "EventTiming" && ph === "b");
  return begun.flatMap(({ args: { data }, ts, id2 }) => {
    if (!data?.interactionId) return [];
    const end = events.find(
      (event) => event.name === "EventTiming" && event.ph === "e" && event.id2?.local === id2?.local,
    );
    return end ? [(end.ts - ts) / 1000] : [];
  });
}
