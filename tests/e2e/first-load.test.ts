/** What happens before the deferred chunk is loaded. */
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";

useBrowser();

const DEFERRED = "**/assets/deferred-*";
const FIRST_SCREEN = "**/assets/studio-*";

/** Holds these files back until the returned function is called. */
async function hold(page: Page, files: string): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route(files, async (route) => {
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
  const release = await hold(page, DEFERRED);
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
  const release = await hold(page, DEFERRED);
  await page.goto("/", { waitUntil: "networkidle" });
  await page.locator("textarea[name=prompt]").blur();
  const requested = page.waitForRequest(DEFERRED);
  await page.keyboard.press("?");
  await requested;
  expect(await page.locator("dialog[open]").count()).toBe(0);
  release();
  await page.locator("dialog[open]").waitFor();
});

test("a click on Generate before the first script has run generates once, and a reload does not repeat it", async () => {
  const { page } = await visit({ email: newEmail() });
  const submitted = watchSubmissions(page);
  const release = await hold(page, FIRST_SCREEN);
  await page.goto("/", { waitUntil: "commit" });
  await page.locator("textarea[name=prompt]").fill("A red kite");
  for (let click = 0; click < 2; click += 1) await page.locator("button[type=submit]").click();
  expect(new URL(page.url()).search, "the form is not submitted by the browser").toBe("");
  release();
  await page.locator("li[data-entry]", { hasText: "A red kite" }).waitFor();
  await page.waitForLoadState("networkidle");
  expect(submitted).toEqual(["/api/generate"]);
  await page.reload({ waitUntil: "networkidle" });
  await page.getByText("A red kite").first().waitFor();
  expect(submitted).toEqual(["/api/generate"]);
});

test("a click on an example before the first script has run generates it", async () => {
  const [example = ""] = commonText.examples;
  const { page } = await visit({ email: newEmail() });
  const submitted = watchSubmissions(page);
  const release = await hold(page, FIRST_SCREEN);
  await page.goto("/", { waitUntil: "commit" });
  await page.getByRole("button", { name: example }).click();
  release();
  await page.locator("li[data-entry]", { hasText: example }).waitFor();
  await page.waitForLoadState("networkidle");
  expect(submitted).toEqual(["/api/generate"]);
});

describe.each(["?", "#"])("a prompt in the address, after %s", (mark) => {
  test("fills the form and generates nothing, also if a Generate waited for a sign-in", async () => {
    const { page } = await visit({ email: newEmail() });
    await page.addInitScript(() => sessionStorage.setItem("studio.resume", String(Date.now())));
    const submitted = watchSubmissions(page);
    await page.goto(`/${mark}prompt=A+red+kite`, { waitUntil: "networkidle" });
    await page.locator("header [data-avatar]").waitFor();
    expect(await page.locator("textarea[name=prompt]").inputValue()).toBe("A red kite");
    expect([submitted, page.url()]).toEqual([[], new URL("/", page.url()).href]);
  });

  test("is not generated by a click that was made before it was visible", async () => {
    const { page } = await visit({ email: newEmail() });
    const submitted = watchSubmissions(page);
    const release = await hold(page, FIRST_SCREEN);
    await page.goto(`/${mark}prompt=A+red+kite`, { waitUntil: "commit" });
    await page.locator("button[type=submit]").click();
    release();
    await page.locator("header [data-avatar]").waitFor();
    await page.waitForLoadState("networkidle");
    expect(await page.locator("textarea[name=prompt]").inputValue()).toBe("A red kite");
    expect(submitted).toEqual([]);
  });
});

test.each(["before", "after"])(
  "Generate reloads the page with the prompt if clicked %s the first script failed to load",
  async (when) => {
    const { page, expectsInConsole } = await visit();
    expectsInConsole(/ERR_FAILED|dynamically imported/);
    const failed = Promise.withResolvers<void>();
    await page.route(FIRST_SCREEN, async (route) => {
      await failed.promise;
      const isReload = route.request().frame().url().includes("?prompt=");
      await (isReload ? route.continue() : route.abort());
    });
    await page.goto("/", { waitUntil: "commit" });
    await page.locator("textarea[name=prompt]").fill("A red kite");
    const generate = page.locator("button[type=submit]");
    if (when === "before") await generate.click();
    const failure = page.waitForEvent("requestfailed");
    failed.resolve();
    await failure;
    if (when === "after") await generate.click();
    await page.waitForFunction(() => "__k" in (document.getElementById("app") ?? {}));
    expect(await page.locator("textarea[name=prompt]").inputValue()).toBe("A red kite");
  },
);
