/** When there is no image: a sentence says why, and the prompt is kept. */
import { expect, test } from "vitest";
import { createText } from "../../frontend/text/create.ts";
import { failureSentences, errorSentences, errors } from "../../frontend/text/errors.ts";
import { newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";

useBrowser();

test.each([
  { mood: "failed", status: null, sentence: failureSentences.upstream_failed },
  { mood: "nsfw", status: null, sentence: failureSentences.content_policy },
  { mood: "refused", status: 422, sentence: errorSentences.content_policy },
  { mood: "create-401", status: 503, sentence: errorSentences.owner_must_act },
  { mood: "create-404", status: 422, sentence: errorSentences.model_unavailable },
  { mood: "output-html", status: null, sentence: failureSentences.output_invalid },
])("$mood: the row shows why, and Edit puts the prompt into the form", async ({ mood, status, sentence }) => {
  const prompt = `[mood:${mood}] A castle made of glass`;
  const { studio, expectsInConsole } = await visit({ email: newEmail(), viewport: PHONE });
  if (status) expectsInConsole(new RegExp(`status of ${status}`));
  await studio.open();
  await studio.generate(prompt);

  const card = studio.entry(prompt);
  await card.getByText(sentence).waitFor();
  expect(await card.getAttribute("aria-busy")).toBe("false");
  await card.getByRole("button", { name: createText.edit }).click();
  expect(await studio.prompt.inputValue()).toBe(prompt);
});

test("Try again after a rejection makes the image in the same entry", async () => {
  const prompt = "[mood:create-503-once] A second attempt at a sunrise";
  const { studio, expectsInConsole } = await visit({ email: newEmail() });
  expectsInConsole(/status of 503/);
  await studio.open();
  await studio.generate(prompt);
  const card = studio.entry(prompt);
  await card.getByText(errorSentences.upstream_unavailable).waitFor();
  await card.getByRole("button", { name: createText.tryAgain }).click();
  await studio.seesImage(prompt);
  expect(await studio.entry(prompt).count()).toBe(1);
});

test("an empty or too long prompt is not sent", async () => {
  const { studio, page } = await visit({ email: newEmail() });
  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/generate")) sent.push(request.url());
  });
  await studio.open();
  await studio.generate("   ");
  await page.getByText(errors.promptProblem("empty", "", 500)).waitFor();
  await studio.generate("x".repeat(503));
  await page.getByText(errors.promptProblem("too_long", "x".repeat(503), 500)).waitFor();
  expect(await studio.prompt.inputValue(), "the prompt is kept").toHaveLength(503);
  expect(sent).toEqual([]);
});
