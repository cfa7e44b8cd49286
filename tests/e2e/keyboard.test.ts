/** The studio by keyboard alone. */
import type { Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { createText } from "../../frontend/text/create.ts";
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

test("`/` before any code has loaded puts what is typed next into the prompt", async () => {
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

test("`/` in the gallery while the shortcuts load focuses the prompt", async () => {
  const { page, studio } = await visit({ email: newEmail() });
  const release = await holdFiles(page, "**/assets/deferred-*.js");
  await page.goto("/gallery");
  await page.getByRole("navigation").waitFor();
  await page.keyboard.press("/");
  await until("the prompt's focus", () =>
    studio.prompt.evaluate((field) => field === document.activeElement),
  );
  await page.keyboard.type("a red kite");
  release();
  expect(await studio.prompt.inputValue()).toBe("a red kite");
});

test("`/` does nothing while single keys are turned off", async () => {
  const { page, studio } = await visit({ email: newEmail() });
  await page.addInitScript(() => localStorage.setItem("studio.keys", "off"));
  await Promise.all([page.waitForEvent("websocket"), studio.open("/gallery")]);
  await page.keyboard.press("/");
  expect(new URL(page.url()).pathname).toBe("/gallery");
});

test("prompt, options, image, earlier prompts, list of shortcuts and gallery work without a pointer", async () => {
  const prompt = "[mood:stuck] A harp in an empty hall";
  const { page, studio } = await visit({ email: newEmail() });
  const keys = page.keyboard;
  await studio.open();
  await studio.isSignedIn();

  await until("the prompt's focus on the landing page", () =>
    studio.prompt.evaluate((field) => field === document.activeElement),
  );
  const example = await studio.prompt.getAttribute("placeholder");
  await keys.press("Tab");
  expect(await studio.prompt.inputValue(), "Tab accepts the example").toBe(example);
  await keys.press("ControlOrMeta+a");
  await keys.type(prompt);
  await keys.press("Shift+Enter");
  expect(await studio.prompt.inputValue()).toBe(`${prompt}\n`);

  await keys.press("Tab");
  await keys.press("Enter");
  await page.getByRole("radio", { name: createText.ratioAuto }).focus();
  await keys.press("ArrowRight");
  await keys.press("Escape");
  await page.getByRole("button", { name: commonText.optionsSet("1:1") }).waitFor();
  expect(
    await page
      .getByRole("button", { name: commonText.optionsSet("1:1") })
      .evaluate((one) => one === document.activeElement),
    "the focus returns to the button",
  ).toBe(true);
  await keys.press("Tab");
  await keys.press("Enter");
  await studio.working(prompt).waitFor();
  await simulator.finish(prompt);
  await studio.seesImage(prompt);
  expect(await simulator.creates(prompt)).toHaveLength(1);

  expect(await studio.prompt.inputValue(), "the prompt stays, selected").toBe(`${prompt}\n`);
  await keys.press("Backspace");
  expect(await studio.prompt.inputValue()).toBe("");
  await keys.press("ArrowUp");
  expect(await studio.prompt.inputValue()).toBe(prompt);
  await keys.press("ArrowDown");
  expect(await studio.prompt.inputValue()).toBe("");
  await keys.press("?");
  expect(await studio.prompt.inputValue(), "a shortcut key is text in the prompt").toBe("?");
  await keys.press("Backspace");
  await keys.press("Escape");
  await keys.press("Tab");
  await keys.press("?");
  const list = page.getByRole("dialog", { name: createText.shortcuts });
  await list.waitFor();
  await keys.press("Escape");
  await list.waitFor({ state: "detached" });
  await keys.press("g");
  await keys.press("g");
  await page.waitForURL("/gallery");
});
