/** The whole journey without a pointer. */
import type { Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { text } from "../../frontend/text/common.ts";
import { making } from "../../frontend/text/create.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createSimulatorClient } from "./support/simulator.ts";
import { until } from "./support/until.ts";

useBrowser();
const simulator = createSimulatorClient(inject("app").adminUrl);

/** Requests for these files are answered once `release` is called. */
async function holdFiles(page: Page, files: string) {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(files, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

test("`/` before any code has loaded: what is typed next is in the prompt", async () => {
  const { page, studio } = await visit({ email: newEmail() });
  const release = await holdFiles(page, "**/assets/*.js");
  await page.goto("/", { waitUntil: "commit" });
  await studio.prompt.waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("g c o f a red kite");
  const connected = page.waitForEvent("websocket");
  release();
  await connected;
  expect(await studio.prompt.inputValue()).toBe("g c o f a red kite");
  expect(new URL(page.url()).pathname).toBe("/");
});

test("`/` in the gallery while the shortcuts load leads to the prompt", async () => {
  const { page, studio } = await visit({ email: newEmail() });
  const release = await holdFiles(page, "**/assets/backstage-*.js");
  await studio.open("/gallery");
  await page.keyboard.press("/");
  await until("the prompt's focus", () =>
    studio.prompt.evaluate((field) => field === document.activeElement),
  );
  await page.keyboard.type("a red kite");
  release();
  expect(await studio.prompt.inputValue()).toBe("a red kite");
});

test("single keys that are off do not open the prompt", async () => {
  const { page, studio } = await visit({ email: newEmail() });
  await page.addInitScript(() => localStorage.setItem("studio.keys", "off"));
  await Promise.all([page.waitForEvent("websocket"), studio.open()]);
  await page.keyboard.press("/");
  expect(await studio.prompt.evaluate((field) => field === document.activeElement)).toBe(false);
});

test("prompt, options, picture, earlier prompts, list of keys and gallery, by keys alone", async () => {
  const prompt = "[mood:stuck] A harp in an empty hall";
  const { page, studio } = await visit({ email: newEmail() });
  const keys = page.keyboard;
  await studio.open();
  await studio.isSignedIn();

  await keys.press("/");
  await until("the prompt's focus", () =>
    studio.prompt.evaluate((field) => field === document.activeElement),
  );
  const example = await studio.prompt.getAttribute("placeholder");
  await keys.press("Tab");
  expect(await studio.prompt.inputValue(), "Tab takes the example").toBe(example);
  await keys.press("ControlOrMeta+a");
  await keys.type(prompt);
  await keys.press("Shift+Enter");
  expect(await studio.prompt.inputValue()).toBe(`${prompt}\n`);

  await keys.press("Tab");
  await keys.press("Enter");
  await page.getByRole("radio", { name: making.ratioAuto }).focus();
  await keys.press("ArrowRight");
  await keys.press("Escape");
  await page.getByRole("button", { name: text.optionsSet("1:1") }).waitFor();
  expect(
    await page
      .getByRole("button", { name: text.optionsSet("1:1") })
      .evaluate((one) => one === document.activeElement),
    "the focus is back where it came from",
  ).toBe(true);
  await keys.press("Tab");
  await keys.press("Enter");
  await studio.working(prompt).waitFor();
  await simulator.finish(prompt);
  await studio.seesPicture(prompt);
  expect(await simulator.creates(prompt)).toHaveLength(1);

  await studio.prompt.focus();
  await keys.press("ArrowUp");
  expect(await studio.prompt.inputValue()).toBe(prompt);
  await keys.press("ArrowDown");
  expect(await studio.prompt.inputValue()).toBe("");
  await keys.press("?");
  expect(await studio.prompt.inputValue(), "a key that is typed is text").toBe("?");
  await keys.press("Backspace");
  await keys.press("Escape");
  await keys.press("Tab");
  await keys.press("?");
  const list = page.getByRole("dialog", { name: making.shortcuts });
  await list.waitFor();
  await keys.press("Escape");
  await list.waitFor({ state: "detached" });
  await keys.press("g");
  await keys.press("g");
  await page.waitForURL("/gallery");
});
