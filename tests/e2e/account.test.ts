/** The account page: deletion by keyboard when the first request fails. */
import { expect, inject, test } from "vitest";
import { accountText } from "../../frontend/text/account.ts";
import { menuText } from "../../frontend/text/menu.ts";
import { commonText } from "../../frontend/text/common.ts";
import { errorSentences } from "../../frontend/text/errors.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { until } from "./support/until.ts";

useBrowser();
const app = inject("app");

test("deletes the account by keyboard at the second try, and clears every tab", async () => {
  const [prompt, typed] = ["A suitcase in a hall", "A postcard with a stamp"];
  const email = newEmail();
  const client = await createClient(app.url, email);
  await client.makes(prompt);
  const { page, studio, newTab, expectsInConsole } = await visit({ email, serviceWorkers: "allow" });
  expectsInConsole(/net::ERR_FAILED|status of 401|WebSocket connection/);
  const keys = page.keyboard;
  const cached = () =>
    page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("thumbnails:")));

  await studio.open();
  await studio.seesImage(prompt);
  await until("the thumbnail cache", async () => (await cached()).length > 0);
  const other = await newTab();
  await other.studio.open();
  await other.studio.prompt.fill(typed);

  await page.getByRole("button", { name: commonText.account }).focus();
  await keys.press("Enter");
  await page.getByRole("link", { name: menuText.yourAccount }).focus();
  await keys.press("Enter");
  await page.getByRole("button", { name: accountText.deleteOpen }).focus();
  await keys.press("Enter");
  const dialog = page.getByRole("dialog", { name: accountText.deleteTitle });
  await dialog.waitFor();
  await keys.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(
    await page
      .getByRole("button", { name: accountText.deleteOpen })
      .evaluate((it) => it === document.activeElement),
    "the focus returns to the button",
  ).toBe(true);

  await keys.press("Enter");
  await dialog.getByRole("textbox").focus();
  await page.route("**/api/account", (route) => route.abort(), { times: 1 });
  await keys.type(email);
  await keys.press("Enter");
  await dialog.getByText(accountText.deleteUncertain(errorSentences.network_error)).waitFor();
  expect((await client.session()).user, "the request has not arrived").not.toBeNull();
  await keys.press("Tab");
  await keys.press("Enter");

  await page.getByRole("heading", { name: accountText.signedOut.deleted.title }).waitFor();
  expect((await client.call("GET", "/api/generations")).status).toBe(401);
  expect(await cached()).toEqual([]);
  await other.page.getByRole("heading", { name: commonText.headline }).waitFor();
  for (const tab of [page, other.page]) {
    const kept = await tab.evaluate(() => JSON.stringify([localStorage, sessionStorage]));
    for (const text of [prompt, typed, email]) expect(kept).not.toContain(text);
  }
  await page.goBack();
  await page.getByRole("heading", { name: commonText.headline }).waitFor();
  expect(await studio.images.count()).toBe(0);
});
