/** The feed by keyboard: what replaces a control with the focus gets the focus. */
import type { Locator } from "playwright-core";
import { expect, inject, test } from "vitest";
import { createText } from "../../frontend/text/create.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { createSimulatorClient } from "./support/simulator.ts";
import { until } from "./support/until.ts";

useBrowser();
const app = inject("app");
const simulator = createSimulatorClient(app.adminUrl);

const hasFocus = (control: Locator) =>
  until("the focus to be passed on", () => control.evaluate((element) => element === document.activeElement));

test("Cancel, Try again and Dismiss keep the focus in the entry, or pass it on", async () => {
  const email = newEmail();
  const [prompt, other] = ["[mood:stuck] A lamp in the fog", "A lamp on the quay"];
  const client = await createClient(app.url, email);
  await client.makes(other);
  const { page, studio } = await visit({ email });
  await studio.open();
  await studio.image(other).waitFor();
  await studio.isSignedIn();
  await studio.generate(prompt);
  await simulator.idOf(prompt);
  const control = (name: string) => studio.entry(prompt).getByRole("button", { name });

  await control(createText.cancel).focus();
  await page.keyboard.press("Enter");
  await hasFocus(control(createText.dismiss));
  await client.isIdle();
  await page.getByText(createText.creatingCount(1)).waitFor({ state: "hidden" });

  await control(createText.tryAgain).focus();
  await page.keyboard.press("Enter");
  await hasFocus(control(createText.cancel));
  await until("the second one to be asked for", async () => (await simulator.creates(prompt)).length === 2);

  await page.keyboard.press("Enter");
  await hasFocus(control(createText.dismiss));
  await page.keyboard.press("Enter");
  await hasFocus(studio.image(other));
  expect(await studio.entry(prompt).count()).toBe(0);
});

test("a held Enter cancels and does nothing else; after the last entry the prompt gets the focus", async () => {
  const prompt = "[mood:stuck] A lamp that is held up";
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  await studio.isSignedIn();
  await studio.generate(prompt);
  await simulator.idOf(prompt);
  await studio.prompt.fill("A draft that is not sent");
  const control = (name: string) => studio.entry(prompt).getByRole("button", { name });

  await control(createText.cancel).focus();
  await page.keyboard.down("Enter");
  await hasFocus(control(createText.dismiss));
  for (let count = 0; count < 3; count += 1) await page.keyboard.down("Enter");
  await page.keyboard.up("Enter");
  await hasFocus(control(createText.dismiss));

  await page.keyboard.down("Enter");
  await hasFocus(studio.prompt);
  for (let count = 0; count < 3; count += 1) await page.keyboard.down("Enter");
  await page.keyboard.up("Enter");
  expect(await studio.prompt.inputValue()).toBe("A draft that is not sent");
  expect(await simulator.creates("A draft that is not sent")).toEqual([]);
});

test("Tab leads from an earlier image to its actions, and on to the next image", async () => {
  const email = newEmail();
  const [oldest, earlier, latest] = ["A gate in the dunes", "A gate in the wall", "A gate in the sky"];
  const client = await createClient(app.url, email);
  for (const prompt of [oldest, earlier, latest]) await client.makes(prompt);
  const { page, studio } = await visit({ email });
  await studio.open();
  await studio.image(earlier).waitFor();
  await studio.image(latest).focus();
  const entry = page.locator("li[data-entry]", { has: studio.image(earlier) });
  await until("the earlier image to have the focus", async () => {
    await page.keyboard.press("Tab");
    return studio.image(earlier).evaluate((element) => element === document.activeElement);
  });
  for (const name of [createText.favorite, createText.share, createText.edit, createText.again]) {
    await page.keyboard.press("Tab");
    await hasFocus(entry.getByRole("button", { name }));
  }
  await page.keyboard.press("Tab");
  await hasFocus(entry.getByRole("link", { name: createText.download }));
  await page.keyboard.press("Tab");
  await hasFocus(studio.image(oldest));
  await until("the actions to go", async () => (await entry.getByRole("button").count()) === 0);
  await page.keyboard.press("Shift+Tab");
  await hasFocus(studio.image(earlier));
});
