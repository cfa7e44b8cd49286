import { describe, expect, test } from "vitest";
import { number } from "../../frontend/text/format.ts";
import { language } from "../../frontend/text/language.ts";
import { menuText } from "../../frontend/text/menu.ts";
import { createText } from "../../frontend/text/create.ts";
import { failureSentences, errorSentences } from "../../frontend/text/errors.ts";
import { FAILURE_CODES } from "../../worker/shared/generations.ts";
import { PROBLEM_STATUS } from "../../worker/shared/error-codes.ts";

const sentence = /^[A-Z][^_]{10,}[.…]$/;

describe("every error has a sentence", () => {
  test.each([
    ...Object.keys(PROBLEM_STATUS),
    "network_error",
    "invalid_response",
    "session_redirected",
    "owner_must_act",
  ])("problem %s", (code) => {
    expect(errorSentences).toHaveProperty(code, expect.stringMatching(sentence));
  });

  test.each(FAILURE_CODES)("failure %s", (code) => {
    expect(failureSentences[code]).toMatch(sentence);
  });

  test("only rejections say that the user was not charged", () => {
    const claims = Object.entries(errorSentences).filter(([, words]) =>
      words.includes("You weren't charged"),
    );
    expect(claims.map(([code]) => code).sort()).toEqual([
      "content_policy",
      "model_unavailable",
      "owner_must_act",
      "upstream_rejected",
      "upstream_unavailable",
    ]);
    expect(Object.values(failureSentences).join()).not.toMatch(/charged/i);
  });
});

describe("numbers", () => {
  test("counts below a thousand look as Intl formats them", () => {
    const { format } = new Intl.NumberFormat(language.tag);
    for (const value of [0, 7, 42, 908, 999, 1_000, 12_345, 0.5, -1])
      expect(number(value)).toBe(format(value));
  });

  test("limits by plan", () => {
    expect(menuText.plan("free")).toBe("Free plan · 1 image at a time");
  });

  test("elapsed time", () => {
    expect([createText.seconds(0), createText.seconds(59), createText.seconds(61)]).toEqual([
      "0 s",
      "59 s",
      "1 min 1 s",
    ]);
  });
});
