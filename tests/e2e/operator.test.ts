/** The operator's page in a real browser: its forms, its contrast, narrow and wide. */
import { expect, inject, test } from "vitest";
import { accountText } from "../../frontend/text/account.ts";
import { operatorText as text } from "../../worker/http/pages/operator/text.ts";
import { violationsInBothThemes } from "./support/axe.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { makeOperator } from "./support/operator.ts";

useBrowser();

test("asks who is signed out to sign in, and is not there for a user", async () => {
  const { page, expectsInConsole } = await visit();
  expectsInConsole(/401/);
  await page.goto("/admin");
  await page.getByRole("heading", { name: text.signIn }).waitFor();
  expect(await violationsInBothThemes(page, true)).toEqual([]);

  const signedIn = await visit({ email: newEmail() });
  signedIn.expectsInConsole(/404/);
  expect((await signedIn.page.goto("/admin"))?.status()).toBe(404);
});

test.each([390, 1440])("an operator finds and changes a user at %i px", async (width) => {
  const app = inject("app");
  const [email, other] = [newEmail(), newEmail()];
  const client = await createClient(app.url, other);
  const { page, studio } = await visit({ email });
  await makeOperator(app, email);
  await page.setViewportSize({ width, height: 900 });
  await studio.open();
  await studio.generate("An image for the operator's chart");
  await studio.seesImage("An image for the operator's chart");
  await studio.open("/account");
  // With the service worker in place: it leaves this page to the Worker.
  await page.getByRole("link", { name: accountText.operator }).click();
  await page.getByRole("heading", { name: text.title, exact: true }).waitFor();
  await page.getByRole("img", { name: text.images }).waitFor();
  expect(await violationsInBothThemes(page, true)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);

  await page.getByLabel(text.columns.address, { exact: true }).fill(newEmail());
  await page.getByRole("button", { name: text.inviteDo }).click();
  await page.getByLabel(text.link).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);

  await page.getByLabel(text.search).fill(other.slice(0, 20));
  await page.getByRole("button", { name: text.find }).click();
  await page.getByRole("button", { name: `${text.plan.pro} ${other}` }).click();
  expect(await page.getByRole("status").textContent()).toBe(text.results["plan"]);
  expect((await client.session()).user).toMatchObject({ plan: "pro" });
  // What was searched is still shown.
  await page.getByRole("button", { name: `${text.plan.free} ${other}` }).waitFor();
  await page.locator("summary", { hasText: other }).click();
  expect(await violationsInBothThemes(page, false)).toEqual([]);
  await page.getByLabel(text.confirm).fill(other);
  await page.getByRole("button", { name: text.deleteDo }).click();
  expect(await page.getByRole("status").textContent()).toBe(text.results["delete-user"]);
  expect((await client.session()).user).toBeNull();
});
