/** What older browsers get: the colors of both themes without `light-dark()`, or a sentence. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../scripts/run.ts";
import { page as words } from "../../frontend/text/html.ts";
import { useBrowser, visit } from "./support/browser.ts";

useBrowser();

const CANVAS = { light: "rgb(250, 250, 249)", dark: "rgb(17, 17, 16)" };

test("no stylesheet of the build needs light-dark()", () => {
  const assets = join(root, "dist/assets");
  const sheets = readdirSync(assets).filter((name) => name.endsWith(".css"));
  expect(sheets.length).toBeGreaterThan(0);
  for (const path of [join(root, "dist/index.html"), ...sheets.map((name) => join(assets, name))]) {
    expect(readFileSync(path, "utf8"), path).not.toContain("light-dark(");
  }
});

test("the canvas follows the system's theme and the user's choice", async () => {
  const { page, studio } = await visit({ colorScheme: "dark" });
  await studio.open();
  const canvas = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const choose = (theme: string | null) =>
    page.evaluate((name) => {
      if (name === null) delete document.documentElement.dataset["theme"];
      else document.documentElement.dataset["theme"] = name;
    }, theme);
  expect(await canvas()).toBe(CANVAS.dark);
  await choose("light");
  expect(await canvas()).toBe(CANVAS.light);
  await choose(null);
  await page.emulateMedia({ colorScheme: "light" });
  expect(await canvas()).toBe(CANVAS.light);
  await choose("dark");
  expect(await canvas()).toBe(CANVAS.dark);
});

test("only a browser that cannot run the studio shows that it is too old", async () => {
  const { page, studio } = await visit({ bypassCSP: true });
  await studio.open();
  expect(await page.getByText(words.outdated).isVisible()).toBe(false);
  // The same page in a browser without popovers; the policy names the unchanged stylesheet by its digest.
  await page.route("**/", async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    const old = html.replaceAll(":popover-open)", ":unknown-pseudo)");
    expect(old).not.toBe(html);
    await route.fulfill({ response, body: old });
  });
  await page.goto("/");
  expect(await page.getByText(words.outdated).isVisible()).toBe(true);
});
