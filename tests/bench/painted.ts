/**
 * The time from storing an image to painting it in the Create page: with pushes, and without a socket, by a poll every two
 * seconds. Both are measured in one run on the same machine.
 */
import type { Browser, Page } from "playwright-core";
import { type App, startApp } from "../e2e/support/app.ts";
import { createClient } from "../e2e/support/client.ts";
import { launch } from "../e2e/support/launch.ts";
import { createSimulatorClient } from "../e2e/support/simulator.ts";
import { createStudioPage } from "../e2e/support/studio-page.ts";
import { type Measure, median } from "./measure.ts";

const IMAGES = 9;
const MAX_SHARE_OF_POLLING = 0.25;

export async function measurePainted(): Promise<Measure[]> {
  const app = await startApp({ tiny: true });
  const browser = await launch();
  try {
    const pushed = await delays(app, browser, "pushes");
    const polled = await delays(app, browser, "polling");
    return [
      { what: "stored to painted, with pushes, median", value: pushed, unit: "ms" },
      { what: "stored to painted, polling every 2 s, median", value: polled, unit: "ms" },
      {
        what: "pushes against polling",
        value: Math.round((100 * pushed) / polled) / 100,
        unit: "",
        limit: MAX_SHARE_OF_POLLING,
      },
    ];
  } finally {
    await browser.close();
    await app.stop();
  }
}

/** The median of the milliseconds from `completedAt` to the frame that shows the image. */
async function delays(app: App, browser: Browser, transport: "pushes" | "polling"): Promise<number> {
  const client = await createClient(app.url, `painted-${transport}@example.com`);
  const context = await browser.newContext({ baseURL: app.url });
  const [name = "", value = ""] = client.cookie.split("=");
  await context.addCookies([{ name, value, url: app.url }]);
  const page = await context.newPage();
  // The socket never opens, as behind a proxy that blocks it.
  if (transport === "polling") await page.routeWebSocket(/\/api\/events$/, (socket) => void socket.close());
  const studio = createStudioPage(page);
  const simulator = createSimulatorClient(app.adminUrl);
  await studio.open();
  await studio.isSignedIn();
  const times: number[] = [];
  for (let n = 1; n <= IMAGES; n += 1) {
    const prompt = `Painted with ${transport}, number ${n}`;
    const painted = nextPaint(page, prompt);
    await studio.generate(prompt);
    const id = await simulator.idOf(prompt);
    const paintedAt = await painted;
    const { completedAt } = await client.generation(id);
    times.push(paintedAt - Date.parse(completedAt ?? ""));
    await client.isIdle();
  }
  await context.close();
  return median(times);
}

/** When (milliseconds since 1970) the image of this prompt was first painted. */
function nextPaint(page: Page, prompt: string): Promise<number> {
  return page.evaluate(
    (alt) =>
      new Promise<number>((resolve) => {
        const check = () => {
          const image = [...document.images].find(
            (one) => one.alt === alt && one.complete && one.naturalWidth > 0,
          );
          if (image) resolve(Date.now());
          else requestAnimationFrame(check);
        };
        check();
      }),
    prompt,
  );
}
