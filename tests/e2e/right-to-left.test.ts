/** The studio from right to left: nothing overflows, and what has a direction is mirrored. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../../scripts/run.ts";
import { type App, startApp } from "./support/app.ts";
import { violationsInBothThemes } from "./support/axe.ts";
import { newEmail, useBrowser, type Visitor, type VisitorOptions, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { inPrompt, PROMPTS, EXPECTED_IN_CONSOLE, walkPast } from "./support/walk.ts";
import { written as words } from "./support/words.ts";

const screenshots = join(root, ".cache/right-to-left");
const isLong = process.env["TEST_ALL"] === "1";
useBrowser();
let app: App;

beforeAll(async () => {
  await mkdir(screenshots, { recursive: true });
  app = await startApp({ tiny: true });
});

afterAll(async () => {
  await app?.stop();
});

/** A visitor whose pages run from right to left before any of their scripts runs, as in a right-to-left language. */
async function visitMirrored(options: VisitorOptions = {}): Promise<Visitor> {
  const visitor = await visit({ url: app.url, ...options });
  await visitor.context.addInitScript(() => {
    // The parser has not created <html> yet.
    const observer = new MutationObserver(() => {
      document.documentElement.dir = "rtl";
      observer.disconnect();
    });
    observer.observe(document, { childList: true });
  });
  return visitor;
}

/** The elements that reach past the edges of the page and would make it scroll sideways. */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    return [...document.querySelectorAll("body *")]
      .filter((element) => {
        const { left, right, width } = element.getBoundingClientRect();
        return width > 0 && (left < -1 || right > root.clientWidth + 1);
      })
      .map((element) => `${element.tagName.toLowerCase()}.${element.className}`);
  });
}

test.each(isLong ? [360, 1440] : [360])(
  "no state overflows or fails axe at %i px",
  async (width) => {
    const client = await createClient(app.url, newEmail());
    const visitor = await visitMirrored({ viewport: { width, height: 800 } });
    visitor.expectsInConsole(EXPECTED_IN_CONSOLE);
    const { page } = visitor;
    const walk = walkPast({ ...visitor, words, client, prompts: PROMPTS, fated: inPrompt });
    const found: string[] = [];
    for await (const state of walk) {
      // The Worker renders these pages.
      if (state.startsWith("shared")) continue;
      expect(await page.evaluate(() => document.documentElement.dir)).toBe("rtl");
      await page.screenshot({ path: join(screenshots, `${state.replace(/\W+/g, "-")}-${width}.png`) });
      const wide = await overflowing(page);
      const violations = await violationsInBothThemes(page, isLong);
      found.push(
        ...wide.map((element) => `${state}, too wide: ${element}`),
        ...violations.map((violation) => `${state}, ${violation}`),
      );
    }
    expect(found).toEqual([]);
  },
  300_000,
);

test("the submit button is on the left, and arrow keys follow the reading direction", async () => {
  const client = await createClient(app.url, newEmail());
  const [first, second] = ["Mooring posts", "A ferry"];
  for (const prompt of [first, second]) await client.makes(prompt);
  const { page, studio } = await visitMirrored({ email: client.email });
  const leftOf = async (name: string) => (await studio.button(name).boundingBox())?.x ?? Number.NaN;
  await studio.open();
  expect(await page.evaluate(() => document.documentElement.dir)).toBe("rtl");
  const prompt = await studio.prompt.boundingBox();
  expect(await leftOf(words.commonText.generate), "Generate ends the row").toBeLessThan(prompt?.x ?? 0);

  await studio.open("/gallery");
  await studio.openImage(second);
  expect(await leftOf(words.imageText.previous)).toBeGreaterThan(await leftOf(words.imageText.next));
  await page.keyboard.press("ArrowLeft");
  await studio.viewer(first).waitFor();
  await page.keyboard.press("ArrowRight");
  await studio.viewer(second).waitFor();
});
