/** What a plan allows, in a studio that is open while it changes: seen at once, counted with the next Generate. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { text } from "../../frontend/text/common.ts";
import { making } from "../../frontend/text/create.ts";
import { problems } from "../../frontend/text/errors.ts";
import { type App, startApp } from "./support/app.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { setPlan } from "./support/operator.ts";
import { createSimulatorClient } from "./support/simulator.ts";
import { inPrompt } from "./support/walk.ts";

/** Between a change and the studio that shows it. */
const SEEN_WITHIN_MS = 5_000;

useBrowser();
let app: App;

beforeAll(async () => {
  app = await startApp({ tiny: true, vars: { PLAN_DAILY_GENERATIONS: "free=3,pro=5" } });
});

afterAll(async () => {
  await app?.stop();
});

test("a plan that changes is seen in an open studio; a larger one lets go on, a smaller one ends nothing", async () => {
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
  await says(text.generating(1, 1));
  await says(making.dayLeft(2, 3));
  await studio.generate(second);
  await studio.waiting(second).waitFor();

  await setPlan(app, email, "pro");
  await says(text.generating(2, 3));
  await studio.working(second).waitFor();
  await studio.generate(third);
  await says(text.generating(3, 3));
  await says(making.dayLeft(2, 5));

  await setPlan(app, email, "free");
  await says(text.generating(3, 1));
  await page.getByText(making.dayOver(new Date().setUTCHours(24, 0, 0, 0))).waitFor();
  await studio.generate(fourth);
  await studio.waiting(fourth).waitFor();
  for (const prompt of [first, second, third]) {
    const id = String(await simulator.idOf(prompt));
    expect((await client.generation(id)).status, "goes on").toMatch(/queued|processing/);
    await simulator.finish(prompt);
    await studio.picture(prompt).waitFor();
  }
  await page.getByText(problems.quota_exceeded).waitFor();
  expect(await simulator.creates(fourth), "one more than the day has").toEqual([]);

  await setPlan(app, email, "pro");
  await studio.working(fourth).waitFor({ timeout: SEEN_WITHIN_MS });
  await says(making.dayLeft(1, 5));
});
