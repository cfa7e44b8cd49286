/** Axe on pages that accessibility.test.ts does not walk through: the Worker's own, and a full account page. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accountText } from "../../frontend/text/account.ts";
import { apiKeysText } from "../../frontend/text/api-keys.ts";
import { connectedAppsText } from "../../frontend/text/connected-apps.ts";
import { webhooksText } from "../../frontend/text/webhooks.ts";
import type { ConnectedApp } from "../../worker/api/schemas/connected-app.ts";
import type { Passkey } from "../../worker/api/schemas/passkey.ts";
import type { WebhookDelivery, WebhookEndpoint } from "../../worker/api/schemas/webhook-endpoint.ts";
import { inviteText } from "../../worker/http/pages/invite-text.ts";
import { operatorText } from "../../worker/http/pages/operator/text.ts";
import { ADMIN_TOKEN, type App, prepareApp, runSql, startApp } from "./support/app.ts";
import { violationsInBothThemes } from "./support/axe.ts";
import { newEmail, useBrowser, visit } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { makeOperator } from "./support/operator.ts";
import { seedOperatorPage } from "./support/seed.ts";

const WIDTHS = [360, 1440];
/** As `setupText` in setup-page.tsx, which these tests cannot import. */
const setupText = { ready: "Everything that the Worker can check works.", wrong: "Wrong" };

useBrowser();
let app: App;

beforeAll(async () => {
  app = await startApp({ tiny: true });
});

afterAll(async () => {
  await app?.stop();
});

/** What is wrong with this state of the page, narrow and wide. */
async function problemsOf(page: Page, state: string): Promise<string[]> {
  const found: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (tooWide > 0) found.push(`${state} at ${width} px: ${tooWide} px too wide`);
    const violations = await violationsInBothThemes(page, width === WIDTHS[0]);
    found.push(...violations.map((violation) => `${state} at ${width} px: ${violation}`));
  }
  return found;
}

async function visitAsOperator(at: Pick<App, "url" | "adminUrl" | "stateDirectory">) {
  const email = newEmail();
  await createClient(at.url, email);
  await makeOperator(at, email);
  return { email, ...(await visit({ url: at.url, email })) };
}

const CREATED = "2026-03-01T10:00:00.000Z";

const endpoint = (id: string, changes: Partial<WebhookEndpoint> = {}): WebhookEndpoint => ({
  id,
  url: `https://hooks.example.org/a-rather-long-address-of-a-server/${id}`,
  includePrompt: false,
  enabled: true,
  disabledReason: null,
  needsRotation: false,
  previousSecretUntil: null,
  failingSince: null,
  createdAt: CREATED,
  ...changes,
});

const delivery = (id: string, changes: Partial<WebhookDelivery> = {}): WebhookDelivery => ({
  id,
  type: "generation.succeeded",
  generation: "a-generation",
  status: "delivered",
  attempts: 1,
  createdAt: CREATED,
  lastAttemptAt: CREATED,
  nextAttemptAt: null,
  responseStatus: 200,
  error: null,
  ...changes,
});

/** Of each section, responses that take days or a device to get. */
const FAKED: Record<string, object> = {
  "/api/passkeys": {
    passkeys: [
      { id: "1", name: "A laptop", createdAt: CREATED, lastUsedAt: CREATED, synced: true },
      { id: "2", name: "ثعالب حمراء", createdAt: CREATED, lastUsedAt: null, synced: false },
    ] satisfies Passkey[],
    hasOtherSignIn: false,
  },
  "/api/connected-apps": {
    apps: ["A desktop assistant", "W".repeat(60)].map(
      (name, index): ConnectedApp => ({
        id: String(index),
        name,
        redirectHost: "app.example",
        scopes: ["read", "generate"],
        createdAt: CREATED,
        expiresAt: null,
      }),
    ),
  },
  "/api/webhook-endpoints": {
    endpoints: [
      endpoint("active", { previousSecretUntil: CREATED }),
      endpoint("gone", { enabled: false, disabledReason: "gone" }),
      endpoint("failing", { failingSince: CREATED, needsRotation: true }),
    ],
  },
  "/api/webhook-endpoints/active/deliveries": {
    deliveries: [
      delivery("1"),
      delivery("2", { status: "pending", attempts: 2, responseStatus: 500, nextAttemptAt: CREATED }),
      delivery("3", { status: "failed", responseStatus: null, error: "timeout" }),
    ],
    nextCursor: "more",
  },
};

test("the account page with all sections filled", async () => {
  const email = newEmail();
  const client = await createClient(app.url, email);
  const { page, studio } = await visit({ url: app.url, email });
  for (const name of ["Build server", "Printer"])
    await client.call("POST", "/api/keys", { name, scopes: ["read", "generate", "manage"] });
  const image = await client.makes("A full account page");
  await client.call("POST", `/api/generations/${image.id}/share`, {});
  await page.route(
    ({ pathname }) => pathname in FAKED,
    (route) => route.fulfill({ json: FAKED[new URL(route.request().url()).pathname] }),
  );
  await studio.open("/account");
  const shows = [
    accountText.exportShow,
    accountText.passkeysShow,
    apiKeysText.show,
    connectedAppsText.show,
    webhooksText.show,
  ];
  for (const name of shows) await studio.button(name).click();
  await studio.button(webhooksText.deliveries).first().click();
  await page.getByRole("list", { name: new RegExp(`^${webhooksText.deliveries}`) }).waitFor();
  expect(await problemsOf(page, "account")).toEqual([]);
});

test("the page of an invitation: valid, used, expired", async () => {
  const invite = async () => {
    const response = await fetch(`${app.url}/api/admin/invitations`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({ email: `a.rather.long.address.${newEmail()}`, operator: true }),
    });
    return ((await response.json()) as { link: string }).link;
  };
  const { page, expectsInConsole } = await visit({ url: app.url });
  expectsInConsole(/status of 404/);
  const links = [await invite(), await invite()];
  await page.goto(links[0] ?? "");
  await page.getByRole("button", { name: inviteText.create }).waitFor();
  const found = await problemsOf(page, "valid");
  // One is used, the other one has expired.
  await runSql(
    app,
    "update invitations set used_at = iif(rowid % 2, 1, null), expires_at = iif(rowid % 2, expires_at, 1)",
  );
  for (const [index, link] of links.entries()) {
    await page.goto("about:blank");
    await page.goto(link);
    await page.getByRole("heading", { name: inviteText.endedTitle }).waitFor();
    await page.getByText(inviteText.ended).waitFor();
    await page.getByRole("link", { name: "Open the studio" }).waitFor();
    found.push(...(await problemsOf(page, `ended ${index}`)));
  }
  expect(found).toEqual([]);
});

test("the operator's page with alarms, stuck images, failures and many users", async () => {
  const { page, email } = await visitAsOperator(app);
  await Promise.all(Array.from({ length: 12 }, () => createClient(app.url, newEmail())));
  await seedOperatorPage(app, email);
  await page.goto("/admin");
  await page.getByText(operatorText.accountRejected(3)).waitFor();
  await page.getByText(operatorText.paused).waitFor();
  expect(await problemsOf(page, "admin")).toEqual([]);
});

test("the setup page says that all is ready, to operators only", async () => {
  const { page } = await visitAsOperator(app);
  await page.goto("/admin/setup");
  await page.getByText(setupText.ready).waitFor();
  expect(await page.getByText(`: ${setupText.wrong}`).count()).toBe(0);
  expect(await problemsOf(page, "setup")).toEqual([]);

  const user = await visit({ url: app.url, email: newEmail() });
  user.expectsInConsole(/status of 404/);
  expect((await user.page.goto("/admin/setup"))?.status()).toBe(404);
  expect(await user.page.content()).not.toContain("SKYTELLS_API_KEY");
  const stranger = await visit({ url: app.url });
  stranger.expectsInConsole(/status of 401/);
  await stranger.page.goto("/admin/setup");
  await stranger.page.getByRole("heading", { name: operatorText.signIn }).waitFor();
  expect(await stranger.page.content()).not.toContain("SKYTELLS_API_KEY");
});

test("the setup page lists what is wrong first, with the command that sets it", async () => {
  const unready = await prepareApp({ vars: { SKYTELLS_API_KEY: "sk-unknown" } });
  try {
    await unready.start();
    const { page } = await visitAsOperator(unready);
    await page.goto("/admin/setup");
    const first = page.locator("dl").first().locator("div").first();
    expect(await first.textContent()).toContain(`skytells: ${setupText.wrong}`);
    expect(await first.textContent()).toContain("npx wrangler secret put SKYTELLS_API_KEY");
    expect(await page.getByText(setupText.ready).count()).toBe(0);
    expect(await problemsOf(page, "setup, not ready")).toEqual([]);
  } finally {
    await unready.stop();
  }
});
