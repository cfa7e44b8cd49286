/** Prompts beyond the slots of the plan: they are queued in sight, and start automatically. */
import { expect, inject, test } from "vitest";
import { createText } from "../../frontend/text/create.ts";
import { createClient } from "./support/client.ts";
import { DESKTOP, newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createSimulatorClient } from "./support/simulator.ts";

useBrowser();
const app = inject("app");
const simulator = createSimulatorClient(app.adminUrl);

test.each([
  { screen: "phone", viewport: PHONE },
  { screen: "desktop", viewport: DESKTOP },
])("on a $screen the second prompt is queued, and starts automatically", async ({ screen, viewport }) => {
  const first = `[mood:stuck] A red bicycle, ${screen}`;
  const second = `A white horse, ${screen}`;
  const { studio, page } = await visit({ email: newEmail(), viewport });
  await studio.open();
  await studio.generate(first);
  await simulator.idOf(first);
  await page.getByText(createText.creatingCount(1)).waitFor();
  await studio.generate(second);
  await studio.seesQueued(second);
  expect(await studio.prompt.inputValue(), "the prompt stays").toBe(second);
  expect(await simulator.creates(second), "no request before a slot is free").toEqual([]);

  await page.reload();
  await studio.seesQueued(second);
  await simulator.finish(first);
  await studio.seesImage(second);
  expect(await studio.queued(second).count()).toBe(0);
  expect(await simulator.creates(second)).toHaveLength(1);
});

test("one of two tabs starts a queued prompt, once; it can be edited and removed", async () => {
  const first = "[mood:stuck] A blue sailboat";
  const [second, third] = ["[mood:stuck] A green tractor", "A yellow bus"];
  const { studio, page, newTab } = await visit({ email: newEmail() });
  const other = await newTab();
  await Promise.all([studio.open(), other.studio.open()]);
  await studio.generate(first);
  await simulator.idOf(first);
  await page.getByText(createText.creatingCount(1)).waitFor();
  await studio.generate(second);
  await studio.generate(third);
  await other.studio.seesQueued(third);

  await studio.seesQueued(third);
  await studio
    .queued(third)
    .getByRole("button", { name: createText.editQueued(third) })
    .click();
  expect(await studio.prompt.inputValue()).toBe(third);
  await other.studio.queued(third).waitFor({ state: "detached" });
  await simulator.finish(first);
  await Promise.all([studio.working(second).waitFor(), other.studio.working(second).waitFor()]);
  await simulator.finish(second);
  await Promise.all([studio.seesImage(second), other.studio.seesImage(second)]);
  expect(await simulator.creates(second)).toHaveLength(1);
  expect(await simulator.creates(third)).toEqual([]);
});

test("a prompt waits for the slot that another device uses", async () => {
  const email = newEmail();
  const onOtherDevice = "[mood:stuck] A stone bridge";
  const here = "A wooden chair";
  const client = await createClient(app.url, email);
  const { studio } = await visit({ email });
  await studio.open();
  await studio.isSignedIn();
  await client.generate({ prompt: onOtherDevice });
  await studio.working(onOtherDevice).waitFor();
  await studio.generate(here);
  await studio.seesQueued(here);
  await simulator.finish(onOtherDevice);
  await studio.seesImage(here);
  await studio.seesImage(onOtherDevice);
});
