/** The Worker is killed, or a create is unconfirmed: no generation may be lost or created twice. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createText } from "../../frontend/text/create.ts";
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

/** What Chromium logs when a server is down. */
const CONNECTION_ERROR = /WebSocket connection to .* failed|net::ERR_/;

test.each([
  { when: "ended while the Worker was down", endsWhileDown: true, prompt: "[mood:stuck] A fox at night" },
  { when: "ended after the restart", endsWhileDown: false, prompt: "[mood:stuck] A fox at noon" },
])("an image that $when reaches the open page", async ({ endsWhileDown, prompt }) => {
  const { page, studio, expectsInConsole } = await visit({ url: app.url, email: newEmail() });
  expectsInConsole(CONNECTION_ERROR);
  await studio.open();
  const accepted = page.waitForResponse((response) => response.url().endsWith("/api/generate"));
  await studio.generate(prompt);
  await (await accepted).finished();

  await app.kill();
  if (endsWhileDown) await simulator.finish(prompt);
  await app.start();
  if (!endsWhileDown) await simulator.finish(prompt);

  await studio.seesImage(prompt);
  expect(await simulator.creates(prompt), "never paid for twice").toHaveLength(1);
});

test("a Worker killed during the create delivers the image, once", async () => {
  const prompt = "[mood:answer-slow=3] A clock without hands";
  const { studio, expectsInConsole } = await visit({ url: app.url, email: newEmail() });
  expectsInConsole(CONNECTION_ERROR);
  expectsInConsole(/status of (409|50[234])/);
  await studio.open();
  await studio.generate(prompt);
  await studio.working(prompt).waitFor();
  await simulator.idOf(prompt);

  await app.kill();
  await app.start();
  await studio.seesImage(prompt);
  expect(await studio.image(prompt).count(), "one entry").toBe(1);
  expect(await simulator.creates(prompt), "never paid for twice").toHaveLength(1);
});

// The last test: from here on the simulator rejects every list request.
test("a create without a response is shown as unconfirmed until a webhook arrives", async () => {
  const prompt = "[mood:answer-lost,webhook-held,list-500=1000,stuck] An echo in the mountains";
  const { studio, expectsInConsole } = await visit({ url: app.url, email: newEmail() });
  expectsInConsole(/status of 50[24]/);
  await studio.open();
  await studio.generate(prompt);
  const unconfirmed = studio.working(prompt).getByText(createText.unconfirmed);
  await unconfirmed.waitFor();

  await simulator.sendWebhook(prompt, "started");
  await unconfirmed.waitFor({ state: "detached" });
  await simulator.finish(prompt);
  await studio.seesImage(prompt);
  expect(await simulator.creates(prompt), "never paid for twice").toHaveLength(1);
});
