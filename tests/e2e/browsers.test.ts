/** Older browsers: the colors of both themes without `light-dark()`, or a message. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../scripts/run.ts";
import { useBrowser, visit } from "./support/browser.ts";

useBrowser();

const OUTDATED = /This browser is too old/;
const filesIn = (folder: string) => readdirSync(join(root, folder)).map((name) => join(root, folder, name));
const CANVAS = { light: "rgb(250, 250, 249)", dark: "rgb(17, 17, 16)" };

test("the build contains no light-dark()", () => {
  const page = join(root, "dist/index.html");
  expect(readFileSync(page, "utf8"), "the inlined stylesheet").toContain("<style>");
  for (const path of [page, ...filesIn("dist/assets")]) {
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

test("only an unsupported browser shows that it is too old", async () => {
  const { page, studio } = await visit({ bypassCSP: true });
  await studio.open();
  expect(await page.getByText(OUTDATED).isVisible()).toBe(false);
  // Simulates a browser without popovers. The content security policy has the digest of the original stylesheet.
  await page.route("**/", async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    const old = html.replaceAll(":popover-open)", ":unknown-pseudo)");
    expect(old).not.toBe(html);
    await route.fulfill({ response, body: old });
  });
  await page.goto("/");
  expect(await page.getByText(OUTDATED).isVisible()).toBe(true);
});
