/** Runs axe on every state in both themes. Right to left: right-to-left.test.ts. */
import { expect, inject, test } from "vitest";
import { violationsInBothThemes } from "./support/axe.ts";
import { DESKTOP, newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { inPrompt, PROMPTS, EXPECTED_IN_CONSOLE, type Walk, walkPast } from "./support/walk.ts";
import { written } from "./support/words.ts";

useBrowser();
const app = inject("app");
const isLong = process.env["TEST_ALL"] === "1";

test.each(isLong ? [PHONE, DESKTOP] : [DESKTOP])(
  "axe finds no violation in any state at $width px",
  async (viewport) => {
    const client = await createClient(app.url, newEmail());
    const phone = viewport === PHONE;
    const visitor = await visit({ viewport, hasTouch: phone, isMobile: phone });
    visitor.expectsInConsole(EXPECTED_IN_CONSOLE);
    const walk: Walk = {
      ...visitor,
      words: written,
      client,
      prompts: PROMPTS,
      fated: inPrompt,
    };
    const found: string[] = [];
    for await (const state of walkPast(walk)) {
      const violations = await violationsInBothThemes(visitor.page, isLong);
      found.push(...violations.map((violation) => `${state}, ${violation}`));
    }
    expect(found).toEqual([]);
  },
  300_000,
);
