/** axe on everything one can look at, light and dark, on a phone and a desktop: no violations. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";
import type { Page } from "playwright-core";
import { describe, expect, inject, test } from "vitest";
import { text } from "../../frontend/text/first.ts";
import { making } from "../../frontend/text/making.ts";
import { failures } from "../../frontend/text/told.ts";
import { createClient } from "./support/client.ts";
import { DESKTOP, newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createSimulatorClient } from "./support/simulator.ts";
import { isDrawn } from "./support/studio-page.ts";

useBrowser();
const app = inject("app");
const simulator = createSimulatorClient(app.adminUrl);
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds, named so that a failing test says where to look. */
async function violations(page: Page): Promise<string[]> {
  // Through the debugger, so that the page's own policy stays as it is.
  await page.evaluate(axeSource);
  const results = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ["violations"] }),
  );
  return results.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target.join(" ")}: ${failureSummary}`),
  );
}

describe.each([
  { colorScheme: "light", viewport: DESKTOP },
  { colorScheme: "dark", viewport: PHONE },
] as const)("$colorScheme, $viewport.width px wide", ({ colorScheme, viewport }) => {
  test("the studio of a stranger, and its sign-in", async () => {
    const { page, studio, expectsInConsole } = await visit({ colorScheme, viewport });
    // Who is quicker than the answer that nobody is signed in hears it from Generate.
    expectsInConsole(/status of 401/);
    await studio.open();
    await page.getByText(text.tryOne).waitFor();
    expect(await violations(page), "empty studio").toEqual([]);

    await studio.generate("A bridge in the rain");
    await studio.signInDialog.waitFor();
    expect(await violations(page), "sign-in").toEqual([]);
  });

  test("cards in every state, the gallery, the picture view and the share page", async () => {
    const email = newEmail();
    const prompt = `A windmill at the end of a road, ${colorScheme}`;
    const client = await createClient(app.url, email);
    const { id } = await client.makes(prompt);
    const { page, studio } = await visit({ colorScheme, viewport, email });
    await studio.open();
    await studio.seesPicture(prompt);
    const failing = "[mood:failed] A windmill without wind";
    await studio.generate(failing);
    await studio.card(failing).getByText(failures.upstream_failed).waitFor();
    const running = `[mood:stuck] A windmill at work, ${colorScheme}`;
    await studio.generate(running);
    await studio.working(running).waitFor();
    const waiting = `A windmill that waits, ${colorScheme}`;
    await studio.generate(waiting);
    await studio.waiting(waiting).waitFor();
    expect(await violations(page), "studio with cards, and one up next").toEqual([]);
    await page.getByRole("button", { name: making.removeWaiting(waiting) }).click();
    await page.getByRole("button", { name: text.options }).click();
    await page.getByRole("textbox", { name: making.seed }).waitFor();
    expect(await violations(page), "options").toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: text.account }).click();
    await page.getByText(email).waitFor();
    expect(await violations(page), "account menu").toEqual([]);
    await page.getByRole("button", { name: making.shortcuts }).click();
    await page.getByRole("dialog", { name: making.shortcuts }).waitFor();
    expect(await violations(page), "list of shortcuts").toEqual([]);
    await page.keyboard.press("Escape");
    await simulator.finish(running);

    await studio.open("/gallery");
    await studio.seesPicture(prompt);
    expect(await violations(page), "gallery").toEqual([]);

    const viewer = await studio.openPicture(prompt);
    await isDrawn(viewer.getByRole("img", { name: prompt }), prompt);
    expect(await violations(page), "picture view").toEqual([]);
    await viewer.getByRole("button", { name: making.share }).click();
    await studio.shareDialog.waitFor();
    expect(await violations(page), "share dialog").toEqual([]);

    const share = await client.call("POST", `/api/generations/${id}/share`, { showPrompt: true });
    await page.goto((await share.json()).url);
    await isDrawn(page.getByRole("img", { name: prompt }), prompt);
    expect(await violations(page), "share page").toEqual([]);
  });
});
