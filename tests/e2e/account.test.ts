/** The account page in a browser: deleting by keys alone, when the first try does not arrive. */
import { expect, inject, test } from "vitest";
import { account } from "../../frontend/text/account.ts";
import { later } from "../../frontend/text/sign-in.ts";
import { text } from "../../frontend/text/common.ts";
import { problems } from "../../frontend/text/errors.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { until } from "./support/until.ts";

useBrowser();
const app = inject("app");

test("an account is deleted by keys alone, at the second try, and every tab forgets it", async () => {
  const [prompt, typed] = ["A suitcase by the door", "A postcard that nobody sends"];
  const email = newEmail();
  const client = await createClient(app.url, email);
  await client.makes(prompt);
  const { page, studio, newTab, expectsInConsole } = await visit({ email, serviceWorkers: "allow" });
  expectsInConsole(/net::ERR_FAILED|status of 401|WebSocket connection/);
  const keys = page.keyboard;
  const cached = () =>
    page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("thumbnails:")));

  await studio.open();
  await studio.seesPicture(prompt);
  await until("the cache of thumbnails", async () => (await cached()).length > 0);
  const other = await newTab();
  await other.studio.open();
  await other.studio.prompt.fill(typed);

  await page.getByRole("button", { name: text.account }).focus();
  await keys.press("Enter");
  await page.getByRole("link", { name: later.yourAccount }).focus();
  await keys.press("Enter");
  await page.getByRole("button", { name: account.deleteOpen }).focus();
  await keys.press("Enter");
  const dialog = page.getByRole("dialog", { name: account.deleteTitle });
  await dialog.waitFor();
  await keys.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(
    await page
      .getByRole("button", { name: account.deleteOpen })
      .evaluate((it) => it === document.activeElement),
    "the focus is back where it came from",
  ).toBe(true);

  await keys.press("Enter");
  await dialog.getByRole("textbox").focus();
  await page.route("**/api/account", (route) => route.abort(), { times: 1 });
  await keys.type(email);
  await keys.press("Enter");
  await dialog.getByText(account.deleteUncertain(problems.offline)).waitFor();
  expect((await client.session()).user, "nothing has arrived").not.toBeNull();
  await keys.press("Tab");
  await keys.press("Enter");

  await page.getByRole("heading", { name: account.farewells.deleted.title }).waitFor();
  expect((await client.call("GET", "/api/generations")).status).toBe(401);
  expect(await cached()).toEqual([]);
  await other.page.getByRole("heading", { name: text.headline }).waitFor();
  for (const tab of [page, other.page]) {
    const kept = await tab.evaluate(() => JSON.stringify([localStorage, sessionStorage]));
    for (const words of [prompt, typed, email]) expect(kept).not.toContain(words);
  }
  await page.goBack();
  await page.getByRole("heading", { name: text.headline }).waitFor();
  expect(await studio.pictures.count()).toBe(0);
});
