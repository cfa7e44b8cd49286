/** The form of a studio with the setting MODELS. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { MODELS } from "../../worker/shared/models.ts";
import { type App, prepareApp } from "./support/app.ts";
import { PHONE, useBrowser, visit } from "./support/browser.ts";

useBrowser();
let app: App;

beforeAll(async () => {
  app = await prepareApp({
    tiny: true,
    vars: {
      MODELS:
        "truefusion-2.0=Best: Slow, truefusion-pro=Plain: Even, truefusion-edge=Draft: Fast, dream-9=Dream: New",
    },
  });
  await app.start();
});

afterAll(async () => {
  await app?.stop();
});

test("no other model is visible before the form is hydrated, and the first one is chosen then", async () => {
  const { page } = await visit({ url: app.url, viewport: PHONE });
  const { promise, resolve: release } = Promise.withResolvers<void>();
  await page.route("**/assets/studio-*", async (route) => {
    await promise;
    await route.continue();
  });
  // Without the session, the models are those of the page.
  await page.route("**/api/session", () => undefined);
  await page.goto("/", { waitUntil: "commit" });
  await page.locator("textarea[name=prompt]").waitFor();
  for (const { label } of MODELS) {
    expect(await page.getByText(label, { exact: true }).first().isVisible(), label).toBe(false);
  }
  release();
  const menu = page.getByRole("combobox", { name: commonText.models });
  await menu.waitFor();
  expect(await menu.locator("option").allTextContents()).toEqual([
    "Best: Slow",
    "Plain: Even",
    "Draft: Fast",
    "Dream: New",
  ]);
  expect(await menu.inputValue()).toBe("truefusion-2.0");
});
