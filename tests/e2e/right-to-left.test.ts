/**
 * The studio in a language nobody speaks, from right to left: what is left in plain letters was not in the catalogue,
 * and what does not fit or lie the other way would not in a real one. The studio is a build of its own.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { text } from "../../frontend/text/first.ts";
import { later } from "../../frontend/text/later.ts";
import { making } from "../../frontend/text/making.ts";
import { pictureText } from "../../frontend/text/pictures.ts";
import { failures } from "../../frontend/text/told.ts";
import { environment, exitOf, root, startTool } from "../../scripts/run.ts";
import { pseudo } from "../pseudo/pseudo.ts";
import { type App, startApp } from "./support/app.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { createSimulatorClient } from "./support/simulator.ts";

const built = join(root, ".cache/dist-pseudo");
const looks = join(root, ".cache/right-to-left");
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

describe.each([360, 1440])("%i px wide", (width) => {
  const look = async (page: Page, name: string, own: readonly string[] = []) => {
    await page.screenshot({ path: join(looks, `${name}-${width}.png`) });
    expect(await leftOver(page, own), `${name}: not in the catalogue`).toEqual([]);
    expect(await tooWide(page), `${name}: too wide`).toEqual([]);
  };
  const said = <T>(words: T): T => pseudo(words);

  test("a stranger's studio, its menu, its sign-in and an address that it does not have", async () => {
    const visitor = await visit({ url: app.url, viewport: { width, height: 800 } });
    visitor.expectsInConsole(/status of 401/);
    const { page } = visitor;
    const button = (name: string) => page.getByRole("button", { name: said(name), exact: true });
    await page.goto("/");
    await page.getByText(said(text.tryOne)).waitFor();
    await look(page, "studio-empty");
    const prompt = await page.getByRole("textbox", { name: said(text.prompt) }).boundingBox();
    const send = await button(text.generate).boundingBox();
    expect(send?.x, "Generate stands at the line's end").toBeLessThan(prompt?.x ?? 0);

    await button(text.account).click();
    await page.getByText(said(later.signedOut)).waitFor();
    await look(page, "menu");
    await button(`${making.shortcuts}`)
      .or(page.getByText(said(making.shortcuts)))
      .first()
      .click();
    await page.getByRole("dialog", { name: said(making.shortcuts) }).waitFor();
    await look(page, "shortcuts");
    await page.keyboard.press("Escape");
    await page.getByRole("textbox", { name: said(text.prompt) }).fill("42");
    await button(text.generate).click();
    await page.getByRole("dialog", { name: said(later.signInTitle) }).waitFor();
    await look(page, "sign-in");
    await page.goto("/nowhere");
    await page.getByText(said(later.pageMissing)).waitFor();
    await look(page, "missing");
  });

  test("cards in every state, the options, the gallery and a picture with what it opens", async () => {
    const email = newEmail();
    const [first, second] = [`Mooring posts, ${width}`, `A ferry at dusk, ${width}`];
    const failing = `[mood:failed] A ferry in fog, ${width}`;
    const running = `[mood:stuck] A ferry under way, ${width}`;
    const waiting = `A ferry that waits, ${width}`;
    const own = [first, second, failing, running, waiting, email, email.charAt(0)];
    const client = await createClient(app.url, email);
    await client.makes(first);
    await client.makes(second);
    const visitor = await visit({ url: app.url, viewport: { width, height: 800 }, email });
    const { page } = visitor;
    const button = (name: string) => page.getByRole("button", { name: said(name), exact: true });
    const generate = async (prompt: string) => {
      await page.getByRole("textbox", { name: said(text.prompt) }).fill(prompt);
      await button(text.generate).click();
    };
    await page.goto("/");
    await page.getByRole("img", { name: second }).waitFor();
    await generate(failing);
    await page.getByText(said(failures.upstream_failed)).waitFor();
    await generate(running);
    await page.locator('li[aria-busy="true"]').getByText(said(making.processing)).waitFor();
    await generate(waiting);
    await page.getByText(said(making.starts)).waitFor();
    await look(page, "studio-cards", own);
    await page
      .getByRole("region", { name: said(making.upNext) })
      .getByRole("button")
      .last()
      .click();
    await button(text.options).click();
    await page.getByRole("textbox", { name: said(making.seed) }).waitFor();
    await look(page, "options", own);
    await page.keyboard.press("Escape");
    await button(text.account).click();
    await page.getByText(email).waitFor();
    await look(page, "menu-signed-in", own);
    await page.keyboard.press("Escape");
    await createSimulatorClient(app.adminUrl).finish(running);

    await page.goto("/gallery");
    await page.getByRole("img", { name: first }).waitFor();
    await look(page, "gallery", own);
    await button(pictureText.filter).click();
    await look(page, "gallery-filter", own);
    await page.keyboard.press("Escape");
    await button(pictureText.select).click();
    await page.getByRole("checkbox").first().click();
    await look(page, "gallery-selection", own);
    await page.goto("/gallery?q=42");
    await page.getByText(said(pictureText.nothingFoundWhy)).waitFor();
    await look(page, "gallery-nothing", own);

    await page.goto("/gallery");
    await page.getByRole("img", { name: second }).click();
    const viewer = page.getByRole("dialog", { name: second });
    await viewer.getByText(said(pictureText.copyPrompt)).waitFor();
    await look(page, "picture", own);
    const previous = await button(pictureText.previous).boundingBox();
    const next = await button(pictureText.next).boundingBox();
    expect(previous?.x, "what came before is to the right").toBeGreaterThan(next?.x ?? 0);
    await page.keyboard.press("ArrowLeft");
    await page.getByRole("dialog", { name: first }).waitFor();
    await page.keyboard.press("ArrowRight");
    await viewer.waitFor();
    await viewer.getByRole("button", { name: said(pictureText.share) }).click();
    await page.getByRole("dialog", { name: said(pictureText.shareTitle) }).waitFor();
    await page.getByRole("switch", { name: said(pictureText.shareOn) }).click();
    await page.getByText(said(pictureText.shareWhy)).waitFor();
    await look(page, "share", own);
  });
});
