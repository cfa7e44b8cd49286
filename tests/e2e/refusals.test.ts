/** When there is no picture: a sentence that says why, and nothing typed is lost. */
import { expect, test } from "vitest";
import { making } from "../../frontend/text/create.ts";
import { failures, problems, told } from "../../frontend/text/errors.ts";
import { newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";

useBrowser();

test.each([
  { mood: "failed", status: null, sentence: failures.upstream_failed },
  { mood: "nsfw", status: null, sentence: failures.content_policy },
  { mood: "refused", status: 422, sentence: problems.content_policy },
  { mood: "create-401", status: 503, sentence: problems.owner_must_act },
  { mood: "create-404", status: 422, sentence: problems.model_unavailable },
  { mood: "output-html", status: null, sentence: failures.output_invalid },
])("$mood: the card says so and gives the prompt back", async ({ mood, status, sentence }) => {
  const prompt = `[mood:${mood}] A castle made of glass`;
  const { studio, expectsInConsole } = await visit({ email: newEmail(), viewport: PHONE });
  if (status) expectsInConsole(new RegExp(`status of ${status}`));
  await studio.open();
  await studio.generate(prompt);

  const card = studio.card(prompt);
  await card.getByText(sentence).waitFor();
  expect(await card.getAttribute("aria-busy")).toBe("false");
  await card.getByRole("button", { name: making.editPrompt }).click();
  expect(await studio.prompt.inputValue()).toBe(prompt);
});

test("trying again after a refusal makes the picture on the same card", async () => {
  const prompt = "[mood:create-503-once] A second attempt at a sunrise";
  const { studio, expectsInConsole } = await visit({ email: newEmail() });
  expectsInConsole(/status of 503/);
  await studio.open();
  await studio.generate(prompt);
  const card = studio.card(prompt);
  await card.getByText(problems.upstream_unavailable).waitFor();
  await card.getByRole("button", { name: making.tryAgain }).click();
  await studio.seesPicture(prompt);
  expect(await studio.card(prompt).count()).toBe(1);
});

test("nothing is sent for a prompt that cannot be one", async () => {
  const { studio, page } = await visit({ email: newEmail() });
  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/generate")) sent.push(request.url());
  });
  await studio.open();
  await studio.generate("   ");
  await page.getByText(told.promptProblem("empty", "", 500)).waitFor();
  await studio.generate("x".repeat(503));
  await page.getByText(told.promptProblem("too_long", "x".repeat(503), 500)).waitFor();
  expect(await studio.prompt.inputValue(), "what was typed is still there").toHaveLength(503);
  expect(sent).toEqual([]);
});
