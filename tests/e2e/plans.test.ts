/** A plan that changes while the studio is open: shown at once, applied to the next Generate. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createText } from "../../frontend/text/create.ts";
import { errorSentences } from "../../frontend/text/errors.ts";
import { type App, startApp } from "./support/app.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { setPlan } from "./support/operator.ts";
import { createSimulatorClient } from "./support/simulator.ts";
import { inPrompt } from "./support/walk.ts";

/** Between a change and the studio showing it. */
const SEEN_WITHIN_MS = 5_000;

useBrowser();
let app: App;

beforeAll(async () => {
  app = await startApp({ tiny: true, vars: { PLAN_DAILY_GENERATIONS: "free=3,pro=5" } });
});

afterAll(async () => {
  await app?.stop();
});

test("an open studio shows a changed plan; a larger one starts the queue, a smaller one cancels nothing", async () => {
  const email = newEmail();
  const client = await createClient(app.url, email);
  const simulator = createSimulatorClient(app.adminUrl);
  const { page, studio, expectsInConsole } = await visit({ url: app.url, email });
  expectsInConsole(/status of 429/);
  const says = (words: string) => page.getByText(words, { exact: true }).waitFor({ timeout: SEEN_WITHIN_MS });
  const prompts = ["A barge", "A tug", "A punt", "A raft"].map((prompt) => inPrompt(prompt, "stuck"));
  const [first = "", second = "", third = "", fourth = ""] = prompts;

  await studio.open();
  await studio.generate(first);
  await says(createText.creatingCount(1));
  await says(createText.dayLeft(2, 3));
  await studio.generate(second);
  await studio.seesQueued(second);

  await setPlan(app, email, "pro");
  await says(createText.creatingCount(2));
  await studio.working(second).waitFor();
  await studio.generate(third);
  await says(createText.creatingCount(3));
  await says(createText.dayLeft(2, 5));

  await setPlan(app, email, "free");
  await says(createText.creatingCount(3));
  await page.getByText(createText.dayOver(new Date().setUTCHours(24, 0, 0, 0))).waitFor();
  await studio.generate(fourth);
  await studio.seesQueued(fourth);
  for (const prompt of [first, second, third]) {
    const id = String(await simulator.idOf(prompt));
    expect((await client.generation(id)).status, "still in flight").toMatch(/queued|processing/);
    await simulator.finish(prompt);
    await studio.image(prompt).waitFor();
  }
  await page.getByText(errorSentences.quota_exceeded).waitFor();
  expect(await simulator.creates(fourth), "beyond the daily limit").toEqual([]);

  await setPlan(app, email, "pro");
  await studio.working(fourth).waitFor({ timeout: SEEN_WITHIN_MS });
  await says(createText.dayLeft(1, 5));
});
