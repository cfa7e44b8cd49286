/** Dialogs and menus open when the user asks for them, and only then. */
import { expect, test } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { menuText } from "../../frontend/text/menu.ts";
import { signInText } from "../../frontend/text/sign-in.ts";
import { createText } from "../../frontend/text/create.ts";
import { errorSentences } from "../../frontend/text/errors.ts";
import { newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";

useBrowser();

test("the options panel opens by button and key, and not with the page", async () => {
  const { page, studio } = await visit({ email: newEmail() });
  const panel = page.getByRole("group", { name: commonText.options });
  await studio.open("/gallery");
  const isOpen = () =>
    panel.evaluateAll((panels) => panels.some((element) => element.matches(":popover-open")));
  // By key, also from another page.
  await page.getByRole("heading", { name: "Gallery" }).waitFor({ state: "attached" });
  await expect.poll(async () => (await page.keyboard.press("o"), isOpen())).toBe(true);
  await page.keyboard.press("Escape");
  expect(await isOpen()).toBe(false);
  await studio.button(commonText.options).click();
  await panel.waitFor();
  await page.keyboard.press("Escape");
  for (let round = 0; round < 2; round += 1) {
    await page.getByRole("link", { name: commonText.gallery, exact: true }).click();
    await page.waitForURL("**/gallery");
    await page.getByRole("link", { name: commonText.create, exact: true }).click();
    await studio.prompt.waitFor();
    expect(await isOpen(), "after navigation").toBe(false);
  }
});

test("the sign-in dialog shows that it is loading, and why it failed", async () => {
  const { page, studio, expectsInConsole } = await visit({ viewport: PHONE });
  expectsInConsole(/status of 503/);
  const held = Promise.withResolvers<void>();
  let requests = 0;
  await page.route("/api/session", async (route) => {
    requests += 1;
    if (requests > 1) return route.continue();
    await held.promise;
    await route.fulfill({
      status: 503,
      contentType: "application/problem+json",
      body: JSON.stringify({ code: "storage_unavailable", detail: "", status: 503, title: "", type: "" }),
    });
  });
  await studio.open();
  await studio.button(commonText.account).click();
  await page.getByRole("button", { name: menuText.signIn, exact: true }).click();
  const dialog = page.getByRole("dialog", { name: menuText.signIn });
  await dialog.getByText(signInText.loading).waitFor();

  held.resolve();
  await dialog.getByText(errorSentences.storage_unavailable).waitFor();
  await dialog.getByRole("button", { name: createText.tryAgain }).click();
  await dialog.getByLabel(signInText.email).fill(newEmail());
  await dialog.getByRole("button", { name: menuText.signIn, exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await studio.isSignedIn();
});
