import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { hasBlockedWord } from "../../worker/lib/blocked-words.ts";
import { settingsOf } from "../../worker/config/settings.ts";
import { expectProblem, generate, limitsOf, newUser, reaches, rowsOf } from "./support/app.ts";
import { set } from "./support/settings.ts";
import { createsOf } from "./support/simulator.ts";

describe("a blocked word", () => {
  it.each([
    ["the same spelling", "gore", "a scene of gore"],
    ["in capitals", "gore", "GORE everywhere"],
    ["with accents", "gore", "a scene of góre"],
    ["listed with accents", "Führer", "the fuhrer waves"],
    ["in full-width letters", "gore", "ｇｏｒｅ"],
    ["with marks that are not seen", "gore", "a g\u200bo\u00adr\u2060e scene"],
    ["between punctuation", "gore", "blood,gore;and more"],
    ["at the ends", "gore", "gore"],
    ["as a phrase, whatever is between its words", "Mickey Mouse", "MICKEY\n-  mouse!"],
    ["in a script without spaces", "暴力", "とても暴力的な絵"],
    ["in a script without spaces, torn apart", "暴力", "暴 力"],
    ["in Cyrillic", "война", "и Война идёт"],
  ])("is found %s", (_, word, prompt) => {
    expect(hasBlockedWord(prompt, ["another", word])).toBe(true);
  });

  it.each([
    ["inside of another word", "gore", "a gorgeous gorefest of categories"],
    ["as half a phrase", "mickey mouse", "a mouse named Mickey"],
    ["where a vowel sign makes it another", "कि", "का घर"],
    ["where nothing is blocked", "", "anything"],
  ])("is not found %s", (_, word, prompt) => {
    expect(hasBlockedWord(prompt, word === "" ? [] : [word])).toBe(false);
  });

  it("must contain a letter or digit", () => {
    const settings = {
      SESSION_SECRET: "0123456789abcdef0123",
      SKYTELLS_API_KEY: "sk",
      BLOCKED_WORDS: "gore, !!",
    };
    expect(() => settingsOf(settings)).toThrow(/BLOCKED_WORDS/);
  });
});

describe("BLOCKED_WORDS", () => {
  it("rejects before Skytells is called; stores and counts nothing", async () => {
    const user = await newUser();
    await set(user, { BLOCKED_WORDS: "gore, mickey mouse" });
    const prompt = `Gore ${crypto.randomUUID()}`;
    const before = await env.DB.prepare("select * from days").all();
    const problem = await expectProblem(await user.post("/api/generate", { prompt }), "content_policy");
    expect(problem.detail, "it is not told which").not.toMatch(/gore/i);
    expect(await createsOf(prompt)).toEqual([]);
    expect(await rowsOf(user)).toEqual([]);
    expect(await limitsOf(user)).toMatchObject({ inFlight: 0 });
    expect((await env.DB.prepare("select * from days").all()).results).toEqual(before.results);
  });

  it("accepts other prompts, and the word in the negative prompt", async () => {
    const user = await newUser();
    await set(user, { BLOCKED_WORDS: "gore" });
    const { id } = await generate(user, `a gorge ${crypto.randomUUID()}`, { negativePrompt: "gore" });
    await reaches(user, id, "succeeded");
  });

  it("does not end a job that was admitted before the setting", async () => {
    const user = await newUser();
    const prompt = `gore ${crypto.randomUUID()}`;
    const key = { "idempotency-key": crypto.randomUUID() };
    expect((await user.post("/api/generate", { prompt }, key)).status).toBe(202);
    await set(user, { BLOCKED_WORDS: "gore" });
    expect((await user.post("/api/generate", { prompt }, key)).status).toBe(202);
    expect(await createsOf(prompt)).toHaveLength(1);
  });
});
