/** More than the plan makes at once: it waits in sight, and nobody has to come back for it. */
import { expect, inject, test } from "vitest";
import { text } from "../../frontend/text/common.ts";
import { making } from "../../frontend/text/create.ts";
import { createClient } from "./support/client.ts";
import { DESKTOP, newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createSimulatorClient } from "./support/simulator.ts";

useBrowser();
const app = inject("app");
const simulator = createSimulatorClient(app.adminUrl);

test.each([
  { screen: "phone", viewport: PHONE },
  { screen: "desktop", viewport: DESKTOP },
])("on a $screen the second prompt waits, and starts by itself", async ({ screen, viewport }) => {
  const first = `[mood:stuck] The first of two rivers, ${screen}`;
  const second = `The second of two rivers, ${screen}`;
  const { studio, page } = await visit({ email: newEmail(), viewport });
  await studio.open();
  await studio.generate(first);
  await simulator.idOf(first);
  await page.getByText(text.generating(1, 1)).waitFor();
  await studio.generate(second);
  await studio.waiting(second).waitFor();
  expect(await studio.prompt.inputValue(), "the field is free for the next").toBe("");
  expect(await simulator.creates(second), "nothing is asked for yet").toEqual([]);

  await page.reload();
  await studio.waiting(second).waitFor();
  await simulator.finish(first);
  await studio.seesPicture(second);
  expect(await studio.waiting(second).count()).toBe(0);
  expect(await simulator.creates(second)).toHaveLength(1);
});

test("of two tabs one starts it, once; and it can be edited and removed", async () => {
  const first = "[mood:stuck] A door that is taken";
  const [second, third] = ["[mood:stuck] The next through the door", "Never through the door"];
  const { studio, page, newTab } = await visit({ email: newEmail() });
  const other = await newTab();
  await Promise.all([studio.open(), other.studio.open()]);
  await studio.generate(first);
  await simulator.idOf(first);
  await page.getByText(text.generating(1, 1)).waitFor();
  await studio.generate(second);
  await studio.generate(third);
  await other.studio.waiting(third).waitFor();

  await studio
    .waiting(third)
    .getByRole("button", { name: making.editWaiting(third) })
    .click();
  expect(await studio.prompt.inputValue()).toBe(third);
  await other.studio.waiting(third).waitFor({ state: "detached" });
  await simulator.finish(first);
  await Promise.all([studio.working(second).waitFor(), other.studio.working(second).waitFor()]);
  await simulator.finish(second);
  await Promise.all([studio.seesPicture(second), other.studio.seesPicture(second)]);
  expect(await simulator.creates(second)).toHaveLength(1);
  expect(await simulator.creates(third)).toEqual([]);
});

test("what another device took is waited for as well", async () => {
  const email = newEmail();
  const elsewhere = "[mood:stuck] A picture on the other device";
  const here = "A picture on this one";
  const client = await createClient(app.url, email);
  const { studio } = await visit({ email });
  await studio.open();
  await studio.isSignedIn();
  await client.generate({ prompt: elsewhere });
  await studio.working(elsewhere).waitFor();
  await studio.generate(here);
  await studio.waiting(here).waitFor();
  await simulator.finish(elsewhere);
  await studio.seesPicture(here);
  await studio.seesPicture(elsewhere);
});
