/**
 * The studio in a language nobody speaks, from right to left: what is left in plain letters was not in the catalogue,
 * and what does not fit or lie the other way would not in a real one. The studio is a build of its own.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { environment, exitOf, root, startTool } from "../../scripts/run.ts";
import { refusalFor } from "../../simulator/errors.ts";
import { pseudo } from "../pseudo/pseudo.ts";
import { type App, startApp } from "./support/app.ts";
import { violationsInBothThemes } from "./support/axe.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { inPrompt, PROMPTS, SAID_BY_THE_WAY, walkPast } from "./support/walk.ts";
import { written } from "./support/words.ts";

const built = join(root, ".cache/dist-pseudo");
const looks = join(root, ".cache/right-to-left");
const isLong = process.env["TEST_ALL"] === "1";
const words = pseudo(written);
useBrowser();
let app: App;

beforeAll(async () => {
  await mkdir(looks, { recursive: true });
  const env = { ...environment, STUDIO_LANGUAGE: "pseudo" };
  expect(await exitOf(startTool("vite", ["build", "--logLevel", "warn"], env)), "the build").toBe(0);
  app = await startApp({ tiny: true, assets: built });
});

afterAll(async () => {
  await app?.stop();
});

/** Words on the page, seen or only heard, that are neither the language's nor `own`. */
async function leftOver(page: Page, own: readonly string[]): Promise<string[]> {
  const said = await page.evaluate(() => {
    const words = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      if (!parent?.closest("script, style, noscript")) words.push(walker.currentNode.textContent ?? "");
    }
    for (const element of document.querySelectorAll("*")) {
      for (const name of ["aria-label", "title", "alt", "placeholder", "aria-valuetext"]) {
        words.push(element.getAttribute(name) ?? "");
      }
    }
    return words;
  });
  const without = (words: string) => own.reduce((rest, part) => rest.replaceAll(part, ""), words);
  return [...new Set(said.filter((words) => /[A-Za-z]/.test(without(words))))];
}

/** What reaches past the page's edges, and would make it scroll sideways. */
function tooWide(page: Page): Promise<string[]> {
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
  "every state, %i px wide",
  async (width) => {
    const client = await createClient(app.url, newEmail());
    const visitor = await visit({ url: app.url, viewport: { width, height: 800 }, words });
    visitor.expectsInConsole(SAID_BY_THE_WAY);
    const { page } = visitor;
    const own = [refusalFor(400).message, client.email, client.email.charAt(0)];
    const fated = (prompt: string, ...moods: string[]) => {
      const written = inPrompt(prompt, ...moods);
      own.unshift(written);
      return written;
    };
    const walk = walkPast({ ...visitor, words, client, prompts: PROMPTS, fated });
    const found: string[] = [];
    for await (const state of walk) {
      // The Worker writes these in its own language.
      if (state.startsWith("shared")) continue;
      await page.screenshot({ path: join(looks, `${state.replace(/\W+/g, "-")}-${width}.png`) });
      const left = await leftOver(page, own);
      const wide = await tooWide(page);
      const violations = await violationsInBothThemes(page, isLong);
      found.push(
        ...left.map((words) => `${state}, not in the catalogue: ${words}`),
        ...wide.map((element) => `${state}, too wide: ${element}`),
        ...violations.map((violation) => `${state}, ${violation}`),
      );
    }
    expect(found).toEqual([]);
  },
  240_000,
);

test("the installed studio's name and direction are the language's", async () => {
  const { lang, dir, name } = await (await fetch(`${app.url}/manifest.webmanifest`)).json();
  expect({ lang, dir, name }).toEqual({ lang: "ar-XB", dir: "rtl", name: words.page.title });
});

test("what comes first is to the right, and the arrows go that way", async () => {
  const client = await createClient(app.url, newEmail());
  const [first, second] = ["Mooring posts", "A ferry"];
  for (const prompt of [first, second]) await client.makes(prompt);
  const { page, studio } = await visit({ url: app.url, email: client.email, words });
  const leftOf = async (name: string) => (await studio.button(name).boundingBox())?.x ?? Number.NaN;
  await studio.open();
  const prompt = await studio.prompt.boundingBox();
  expect(await leftOf(words.text.generate), "Generate stands at the line's end").toBeLessThan(prompt?.x ?? 0);

  await studio.open("/gallery");
  await studio.openPicture(second);
  expect(await leftOf(words.pictureText.previous)).toBeGreaterThan(await leftOf(words.pictureText.next));
  await page.keyboard.press("ArrowLeft");
  await studio.viewer(first).waitFor();
  await page.keyboard.press("ArrowRight");
  await studio.viewer(second).waitFor();
});
