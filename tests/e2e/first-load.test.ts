/** What happens before the deferred chunk is loaded. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { newEmail, useBrowser, visit } from "./support/browser.ts";

useBrowser();

const DEFERRED = "**/assets/deferred-*";

/** Holds the deferred chunk back until the returned function is called. */
async function holdDeferred(page: Page): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route(DEFERRED, async (route) => {
    await promise;
    await route.continue();
  });
  return resolve;
}

/** The paths of the generations that the page has submitted. */
function watchSubmissions(page: Page): string[] {
  const submitted: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (request.method() === "POST" && pathname.startsWith("/api/")) submitted.push(pathname);
  });
  return submitted;
}

test("a stranger loads one script, and hydration changes no element", async () => {
  const { page } = await visit();
  const scripts: string[] = [];
  page.on("request", (request) => {
    if (request.resourceType() === "script") scripts.push(new URL(request.url()).pathname);
  });
  await page.addInitScript(() => {
    document.addEventListener("DOMContentLoaded", () => {
      const changes: string[] = [];
      Object.assign(window, { changes });
      const observer = new MutationObserver((records) => {
        for (const { addedNodes, removedNodes } of records) {
          for (const node of [...addedNodes, ...removedNodes]) {
            if (node instanceof Element) changes.push(node.outerHTML);
          }
        }
      });
      observer.observe(document.getElementById("app") ?? document, { subtree: true, childList: true });
    });
  });
  const session = page.waitForResponse("**/api/session");
  await page.goto("/", { waitUntil: "networkidle" });
  await session;
  expect(await page.evaluate(() => Reflect.get(window, "changes"))).toEqual([]);
  expect(scripts).toEqual([expect.stringMatching(/^\/assets\/studio-/)]);
});

test("several clicks on Generate before the deferred chunk is loaded submit once", async () => {
  const { page } = await visit({ email: newEmail() });
  const submitted = watchSubmissions(page);
  const release = await holdDeferred(page);
  const requested = page.waitForRequest(DEFERRED);
  await page.goto("/");
  await page.locator("textarea[name=prompt]").fill("A red kite");
  await requested;
  for (let click = 0; click < 3; click += 1) await page.locator("button[type=submit]").click();
  expect(submitted).toEqual([]);
  release();
  await page.getByText("A red kite").first().waitFor();
  await expect.poll(() => submitted.length).toBe(1);
  await page.waitForLoadState("networkidle");
  expect(submitted).toHaveLength(1);
});

test("a key that is pressed before the deferred chunk is loaded works once it is", async () => {
  const { page } = await visit();
  const release = await holdDeferred(page);
  await page.goto("/", { waitUntil: "networkidle" });
  await page.locator("textarea[name=prompt]").blur();
  const requested = page.waitForRequest(DEFERRED);
  await page.keyboard.press("?");
  await requested;
  expect(await page.locator("dialog[open]").count()).toBe(0);
  release();
  await page.locator("dialog[open]").waitFor();
});
