/** The studio's cards by keyboard: what takes a card's place takes the focus too. */
import type { Locator } from "playwright-core";
import { expect, inject, test } from "vitest";
import { text } from "../../frontend/text/common.ts";
import { making } from "../../frontend/text/create.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { createSimulatorClient } from "./support/simulator.ts";
import { until } from "./support/until.ts";

useBrowser();
const app = inject("app");
const simulator = createSimulatorClient(app.adminUrl);

const hasFocus = (control: Locator) =>
  until("the focus to be passed on", () => control.evaluate((element) => element === document.activeElement));

test("Cancel, Try again and Remove keep the focus at the card, or pass it on", async () => {
  const email = newEmail();
  const [prompt, other] = ["[mood:stuck] A lamp in the fog", "A lamp on the quay"];
  const client = await createClient(app.url, email);
  await client.makes(other);
  const { page, studio } = await visit({ email });
  await studio.open();
  await studio.picture(other).waitFor();
  await studio.isSignedIn();
  await studio.generate(prompt);
  await simulator.idOf(prompt);
  const control = (name: string) => studio.card(prompt).getByRole("button", { name });

  await control(making.cancel).focus();
  await page.keyboard.press("Enter");
  await hasFocus(control(making.dismiss));
  await client.isIdle();
  await page.getByText(text.generating(1, 1)).waitFor({ state: "hidden" });

  await control(making.tryAgain).focus();
  await page.keyboard.press("Enter");
  await hasFocus(control(making.cancel));
  await until("the second one to be asked for", async () => (await simulator.creates(prompt)).length === 2);

  await page.keyboard.press("Enter");
  await hasFocus(control(making.dismiss));
  await page.keyboard.press("Enter");
  await hasFocus(studio.picture(other));
  expect(await studio.card(prompt).count()).toBe(0);
});

test("a held Enter cancels, and goes no further; the last card leaves the focus to the prompt", async () => {
  const prompt = "[mood:stuck] A lamp that is held up";
  const { page, studio } = await visit({ email: newEmail() });
  await studio.open();
  await studio.isSignedIn();
  await studio.generate(prompt);
  await simulator.idOf(prompt);
  await studio.prompt.fill("A draft that nobody sends");
  const control = (name: string) => studio.card(prompt).getByRole("button", { name });

  await control(making.cancel).focus();
  await page.keyboard.down("Enter");
  await hasFocus(control(making.dismiss));
  for (let count = 0; count < 3; count += 1) await page.keyboard.down("Enter");
  await page.keyboard.up("Enter");
  await hasFocus(control(making.dismiss));

  await page.keyboard.down("Enter");
  await hasFocus(studio.prompt);
  for (let count = 0; count < 3; count += 1) await page.keyboard.down("Enter");
  await page.keyboard.up("Enter");
  expect(await studio.prompt.inputValue()).toBe("A draft that nobody sends");
  expect(await simulator.creates("A draft that nobody sends")).toEqual([]);
});
