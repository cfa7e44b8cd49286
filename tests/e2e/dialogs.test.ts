/** Dialogs and menus open when the user asks for them, and only then. */
import { expect, inject, test } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { menuText } from "../../frontend/text/menu.ts";
import { signInText } from "../../frontend/text/sign-in.ts";
import { createText } from "../../frontend/text/create.ts";
import { errorSentences } from "../../frontend/text/errors.ts";
import { actionsText } from "../../frontend/text/actions.ts";
import { collectionsText } from "../../frontend/text/collections.ts";
import { stylesText } from "../../frontend/text/styles.ts";
import { newEmail, PHONE, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";

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

test("Back closes the dialog that is open", async () => {
  const prompt = "A door in a dune";
  const client = await createClient(inject("app").url, newEmail());
  await client.makes(prompt);
  const { page, studio } = await visit({ email: client.email });
  await studio.open("/gallery");
  await page.getByRole("link", { name: commonText.create, exact: true }).click();
  await studio.button(commonText.style).click();
  const styles = page.getByRole("dialog", { name: stylesText.title });
  await styles.waitFor();
  await page.goBack();
  await page.waitForURL("**/gallery");
  await styles.waitFor({ state: "detached" });

  const viewer = await studio.openImage(prompt);
  await viewer.getByRole("button", { name: actionsText.collect }).click();
  const collect = page.getByRole("dialog", { name: collectionsText.addTo(1) });
  await collect.waitFor();
  await page.goBack();
  await viewer.waitFor({ state: "detached" });
  await collect.waitFor({ state: "detached" });
});
