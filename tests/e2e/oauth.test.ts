/** An app connects by OAuth in a real browser: sign-in, consent, the redirect under the page's policy, disconnecting. */
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { expect, inject, onTestFinished, test } from "vitest";
import { connectedAppsText } from "../../frontend/text/connected-apps.ts";
import { consentText } from "../../worker/http/pages/consent-text.ts";
import { violationsInBothThemes } from "./support/axe.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";

useBrowser();

const NAME = "A desktop assistant";

/** An app on the user's computer: it registers, listens for the answer, and exchanges the code. */
async function startApp() {
  const { url } = inject("app");
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<title>Connected</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
  const registered = await fetch(`${url}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      client_name: NAME,
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: "none",
    }),
  });
  expect(registered.status).toBe(201);
  const { client_id: clientId } = (await registered.json()) as { client_id: string };
  const verifier = randomBytes(32).toString("base64url");
  const query = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    state: "the state",
    scope: "read generate",
    resource: `${url}/mcp`,
  });
  return {
    authorizePath: `/oauth/authorize?${query}`,
    /** What the browser brings back, once it has followed the redirect. */
    async answer(page: Page): Promise<URLSearchParams> {
      await page.waitForURL((at) => at.href.startsWith(redirectUri));
      const answer = new URL(page.url()).searchParams;
      expect(answer.get("state")).toBe("the state");
      return answer;
    },
    async exchange(code: string): Promise<string> {
      const response = await fetch(`${url}/oauth/token`, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "authorization_code",
          code,
          client_id: clientId,
          redirect_uri: redirectUri,
          code_verifier: verifier,
        }),
      });
      expect(response.status).toBe(200);
      return ((await response.json()) as { access_token: string }).access_token;
    },
  };
}

const useTool = (token: string) =>
  fetch(`${inject("app").url}/mcp`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2025-06-18",
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "list_models", arguments: {} },
    }),
  });

test("an app is allowed after the sign-in, uses a tool, and is disconnected", async () => {
  const app = await startApp();
  const { page, studio, expectsInConsole } = await visit();
  expectsInConsole(/401/);
  expectsInConsole(/^request elsewhere: http:\/\/127\.0\.0\.1:\d+\//);
  await page.goto(app.authorizePath);
  await page.getByRole("heading", { name: consentText.signIn }).waitFor();
  expect(await violationsInBothThemes(page, true)).toEqual([]);
  await page.getByLabel(consentText.email).fill(newEmail());
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: consentText.title(NAME) }).waitFor();
  expect(await violationsInBothThemes(page, true)).toEqual([]);
  await page.getByRole("button", { name: consentText.allow }).click();
  const token = await app.exchange((await app.answer(page)).get("code") ?? "");
  const used = await useTool(token);
  expect(used.status).toBe(200);
  expect(await used.text()).toContain('"models"');

  await studio.open("/account");
  await studio.button(connectedAppsText.show).click();
  await studio.button(connectedAppsText.disconnectNamed(NAME)).click();
  const question = page.getByRole("dialog", { name: connectedAppsText.disconnectTitle(NAME) });
  await question.getByRole("button", { name: connectedAppsText.disconnect }).click();
  await page.getByText(connectedAppsText.none).waitFor();
  expect((await useTool(token)).status).toBe(401);
});

test("an app that the user denies learns so, and is not connected", async () => {
  const app = await startApp();
  const { page, studio, expectsInConsole } = await visit({ email: newEmail() });
  expectsInConsole(/^request elsewhere: http:\/\/127\.0\.0\.1:\d+\//);
  await page.goto(app.authorizePath);
  await page.getByRole("button", { name: consentText.deny }).click();
  expect((await app.answer(page)).get("error")).toBe("access_denied");
  await studio.open("/account");
  await studio.button(connectedAppsText.show).click();
  await page.getByText(connectedAppsText.none).waitFor();
});
