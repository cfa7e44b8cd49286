/** Sign-in without a provider: from the operator's link to the first image, with Chromium's virtual authenticator. */
import type { Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { accountText } from "../../frontend/text/account.ts";
import { commonText } from "../../frontend/text/common.ts";
import { menuText } from "../../frontend/text/menu.ts";
import { signInText } from "../../frontend/text/sign-in.ts";
import { inviteText } from "../../worker/http/pages/invite-text.ts";
import { ADMIN_TOKEN } from "./support/app.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";

useBrowser();
const { url } = inject("app");

async function invite(email: string, more: object = {}): Promise<string> {
  const response = await fetch(`${url}/api/admin/invitations`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ email, ...more }),
  });
  expect(response.status, await response.clone().text()).toBe(201);
  return ((await response.json()) as { link: string }).link;
}

/** A platform authenticator. Its user confirms, unless `setVerified(false)`. */
async function addAuthenticator(page: Page) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    setVerified: (isUserVerified: boolean) =>
      session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
  };
}

async function accept(page: Page, link: string, email: string) {
  await page.goto(link);
  await page.getByText(email, { exact: true }).waitFor();
  await page.getByRole("button", { name: inviteText.create }).click();
  await page.waitForURL((at) => at.pathname === "/");
}

test("an operator's link opens the studio; the passkey signs in again", async () => {
  const email = newEmail();
  const { page, studio } = await visit();
  await addAuthenticator(page);
  await accept(page, await invite(email, { operator: true, plan: "pro" }), email);
  await studio.isSignedIn();

  // Signing out loads the page again.
  await Promise.all([page.waitForEvent("load"), studio.signOut()]);
  await studio.open();
  await studio.generate("A key on a red thread");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: signInText.withPasskey }).click();
  await studio.seesImage("A key on a red thread");
  await page.goto("/account");
  await page.getByText(email, { exact: true }).first().waitFor();

  await page.getByRole("button", { name: accountText.passkeysShow }).click();
  const list = page.getByRole("list", { name: accountText.passkeys });
  await list.getByText(accountText.passkeyUsed(new Date().toISOString())).waitFor();
  await list.getByRole("button", { name: /^Rename/ }).click();
  await list.getByRole("textbox").fill("Front door");
  await page.keyboard.press("Enter");
  await list.getByRole("button", { name: accountText.passkeyRemoveOne("Front door") }).click();
  const question = page.getByRole("dialog", { name: accountText.passkeyRemoveTitle("Front door") });
  await question.getByText(accountText.passkeyRemoveLast).waitFor();
  await question.getByRole("button", { name: accountText.passkeyRemoveConfirm }).click();
  await page.getByText(accountText.passkeysNone).waitFor();
});

test("an invited person makes an image; the link is used up", async () => {
  const email = newEmail();
  const link = await invite(email);
  const { page, studio } = await visit();
  await addAuthenticator(page);
  await accept(page, link, email);
  await studio.generate("A lantern in the snow");
  await studio.seesImage("A lantern in the snow");

  const other = await visit();
  other.expectsInConsole(/status of 404/);
  await other.page.goto(link);
  await other.page.getByText(inviteText.ended).waitFor();
  expect(await other.page.getByRole("button", { name: inviteText.create }).isVisible()).toBe(false);
});

test("a canceled prompt can be repeated, and another user is signed out", async () => {
  const [email, signedIn] = [newEmail(), newEmail()];
  const { page, studio } = await visit({ email: signedIn });
  const { setVerified } = await addAuthenticator(page);
  await setVerified(false);
  await page.goto(await invite(email));
  await page.getByText(signedIn, { exact: true }).waitFor();
  await page.getByRole("button", { name: inviteText.create }).click();
  await page.getByText(inviteText.canceled).waitFor();
  await setVerified(true);
  await page.getByRole("button", { name: inviteText.create }).click();
  await page.waitForURL((at) => at.pathname === "/");
  await studio.isSignedIn();
  await page.getByRole("button", { name: commonText.account }).click();
  await page.getByRole("link", { name: menuText.yourAccount }).click();
  await page.getByRole("main").getByText(email, { exact: true }).waitFor();
});

test("the page of a link says that the browser has no passkeys", async () => {
  const { page } = await visit();
  await page.addInitScript("delete globalThis.PublicKeyCredential");
  await page.goto(await invite(newEmail()));
  await page.getByText(inviteText.unsupported).waitFor();
});
