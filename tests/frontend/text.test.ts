import { describe, expect, test } from "vitest";
import { number } from "../../frontend/text/format.ts";
import { language } from "../../frontend/text/language.ts";
import { later } from "../../frontend/text/sign-in.ts";
import { making } from "../../frontend/text/create.ts";
import { failures, problems } from "../../frontend/text/errors.ts";
import { FAILURE_CODES, PROBLEM_STATUS } from "../../worker/catalog.ts";

const sentence = /^[A-Z][^_]{10,}[.…]$/;

describe("every cause has a sentence that a person understands", () => {
  test.each([
    ...Object.keys(PROBLEM_STATUS),
    "offline",
    "bad_answer",
    "session_redirected",
    "owner_must_act",
  ])("problem %s", (code) => {
    expect(problems).toHaveProperty(code, expect.stringMatching(sentence));
  });

  test.each(FAILURE_CODES)("failure %s", (code) => {
    expect(failures[code]).toMatch(sentence);
  });

  test("only a refused create claims that nothing was made", () => {
    const claims = Object.entries(problems).filter(([, words]) => words.includes("Nothing was made"));
    expect(claims.map(([code]) => code).sort()).toEqual([
      "content_policy",
      "model_unavailable",
      "owner_must_act",
      "upstream_rejected",
      "upstream_unavailable",
    ]);
    expect(Object.values(failures).join()).not.toMatch(/nothing was made/i);
  });
});

describe("numbers in words", () => {
  test("counts below a thousand are what Intl would write, without asking it", () => {
    const { format } = new Intl.NumberFormat(language.tag);
    for (const value of [0, 7, 42, 908, 999, 1_000, 12_345, 0.5, -1])
      expect(number(value)).toBe(format(value));
  });

  test("limits by plan", () => {
    expect(later.plan("free")).toBe("Free plan · 1 picture at a time");
  });

  test("elapsed time", () => {
    expect([making.seconds(0), making.seconds(59), making.seconds(61)]).toEqual([
      "0 sec",
      "59 sec",
      "1 min 1 sec",
    ]);
  });
});
