/** The Worker dies in mid-generation, or nobody knows what Skytells does. Nothing may be lost or ordered twice. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { making } from "../../frontend/text/create.ts";
import { type App, startApp } from "./support/app.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createSimulatorClient, type SimulatorClient } from "./support/simulator.ts";

let app: App;
let simulator: SimulatorClient;
beforeAll(async () => {
  app = await startApp({ tiny: true, vars: { CREATE_TIMEOUT_SECONDS: "1" } });
  simulator = createSimulatorClient(app.adminUrl);
});
afterAll(() => app?.stop());
useBrowser();

/** What Chromium says when a server is gone. */
const CUT_LINE = /WebSocket connection to .* failed|net::ERR_/;

test.each([
  { when: "ended while the Worker was dead", endsWhileDead: true, prompt: "[mood:stuck] A fox at night" },
  { when: "ended after it was back", endsWhileDead: false, prompt: "[mood:stuck] A fox at noon" },
])("a picture that $when reaches the open page", async ({ endsWhileDead, prompt }) => {
  const { page, studio, expectsInConsole } = await visit({ url: app.url, email: newEmail() });
  expectsInConsole(CUT_LINE);
  await studio.open();
  const accepted = page.waitForResponse((response) => response.url().endsWith("/api/generate"));
  await studio.generate(prompt);
  await (await accepted).finished();

  await app.kill();
  if (endsWhileDead) await simulator.finish(prompt);
  await app.start();
  if (!endsWhileDead) await simulator.finish(prompt);

  await studio.seesPicture(prompt);
  expect(await simulator.creates(prompt), "never paid for twice").toHaveLength(1);
});

test("killed while Skytells still thinks about the create, the picture comes, once", async () => {
  const prompt = "[mood:answer-slow=3] A clock without hands";
  const { studio, expectsInConsole } = await visit({ url: app.url, email: newEmail() });
  expectsInConsole(CUT_LINE);
  expectsInConsole(/status of (409|50[234])/);
  await studio.open();
  await studio.generate(prompt);
  await studio.working(prompt).waitFor();
  await simulator.idOf(prompt);

  await app.kill();
  await app.start();
  await studio.seesPicture(prompt);
  expect(await studio.picture(prompt).count(), "one order, one card").toBe(1);
  expect(await simulator.creates(prompt), "never paid for twice").toHaveLength(1);
});

// The last one here: from then on this simulator refuses to list anything.
test("a create that nobody can vouch for is shown as just that, until Skytells speaks", async () => {
  const prompt = "[mood:answer-lost,webhook-held,list-500=1000,stuck] An echo in the mountains";
  const { studio, expectsInConsole } = await visit({ url: app.url, email: newEmail() });
  expectsInConsole(/status of 50[24]/);
  await studio.open();
  await studio.generate(prompt);
  const doubt = studio.working(prompt).getByText(making.unconfirmed);
  await doubt.waitFor();

  await simulator.sendWebhook(prompt, "started");
  await doubt.waitFor({ state: "detached" });
  await simulator.finish(prompt);
  await studio.seesPicture(prompt);
  expect(await simulator.creates(prompt), "never paid for twice").toHaveLength(1);
});
