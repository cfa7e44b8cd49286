/** What opens over the page is there when somebody asks for it, and only then. */
import { expect, test } from "vitest";
import { text } from "../../frontend/text/common.ts";
import { later } from "../../frontend/text/sign-in.ts";
import { making } from "../../frontend/text/create.ts";
import { problems } from "../../frontend/text/errors.ts";
import { newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";

useBrowser();

test("the options come for their button and their key, and not once more with the page", async () => {
  const { page, studio } = await visit({ email: newEmail() });
  const panel = page.getByRole("group", { name: text.options });
  await studio.open("/gallery");
  const isThere = () => panel.evaluateAll((panels) => panels.some((one) => one.matches(":popover-open")));
  // By the key: from another page, too.
  await page.getByRole("heading", { name: "Gallery" }).waitFor({ state: "attached" });
  await expect.poll(async () => (await page.keyboard.press("o"), isThere())).toBe(true);
  await page.keyboard.press("Escape");
  expect(await isThere()).toBe(false);
  // By the button.
  await studio.button(text.options).click();
  await panel.waitFor();
  await page.keyboard.press("Escape");
  for (let round = 0; round < 2; round += 1) {
    await page.getByRole("link", { name: text.gallery, exact: true }).click();
    await page.waitForURL("**/gallery");
    await page.getByRole("link", { name: text.create, exact: true }).click();
    await studio.prompt.waitFor();
    expect(await isThere(), "nobody asked").toBe(false);
  }
});

test("who wants to sign in before the studio knows how is told to wait, or why it does not come", async () => {
  const { page, studio, expectsInConsole } = await visit({ viewport: PHONE });
  expectsInConsole(/status of 503/);
  const held = Promise.withResolvers<void>();
  let asked = 0;
  await page.route("/api/session", async (route) => {
    asked += 1;
    if (asked > 1) return route.continue();
    await held.promise;
    await route.fulfill({
      status: 503,
      contentType: "application/problem+json",
      body: JSON.stringify({ code: "storage_unavailable", detail: "", status: 503, title: "", type: "" }),
    });
  });
  await studio.open();
  await studio.button(text.account).click();
  await page.getByRole("button", { name: later.signIn, exact: true }).click();
  const dialog = page.getByRole("dialog", { name: later.signIn });
  await dialog.getByText(later.signInWaits).waitFor();

  held.resolve();
  await dialog.getByText(problems.storage_unavailable).waitFor();
  await dialog.getByRole("button", { name: making.tryAgain }).click();
  await dialog.getByLabel(later.email).fill(newEmail());
  await dialog.getByRole("button", { name: later.signIn }).click();
  await dialog.waitFor({ state: "detached" });
  await page.locator(".initial").waitFor();
});
