/** The setup page: who sees it, and what it shows. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { app } from "../../worker/app.ts";
import { operatorText } from "../../worker/http/pages/operator/text.ts";
import { setupText } from "../../worker/http/pages/operator/setup-page.tsx";
import { makeOperator, newUser, ORIGIN, type Visitor } from "./support/app.ts";

/** As a browser would open it. */
async function open(user: Visitor | null, settings: object = {}): Promise<Response> {
  const headers = { "sec-fetch-dest": "document", ...(user && { cookie: user.cookie }) };
  const bindings = { ...env, ALLOWED_USERS: "@example.com", ...settings };
  return app.request(`${ORIGIN}/admin/setup`, { headers }, bindings, createExecutionContext());
}

async function newOperator(): Promise<Visitor> {
  const user = await newUser();
  await makeOperator(user);
  return user;
}

it("shows what is wrong first, with how to fix it", async () => {
  const response = await open(await newOperator(), { MODELS: "truefusion-1=Old: Retired" });
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toContain("no-store");
  const page = await response.text();
  expect(page).toContain(setupText.notReady(1));
  const lines = [...page.matchAll(/<dt>\s*([\w-]+): ([\w ]+)/g)].map(([, id, state]) => `${id}: ${state}`);
  expect(lines.slice(0, 3)).toEqual(["models: Wrong", "webhook: Check this", "settings: OK"]);
  expect(page).toContain("Skytells does not have truefusion-1.");
  expect(page).toContain("Correct MODELS, and deploy.");
  expect(page).toContain(`npm run doctor -- ${ORIGIN}`);
});

it("says that all works where only the webhook is not tested", async () => {
  expect(await (await open(await newOperator())).text()).toContain(setupText.ready);
});

it("shows which settings are set, without their values", async () => {
  const page = await (await open(await newOperator(), { CONTACT: "mailto:ann@example.com" })).text();
  const stateOf = (name: string) =>
    new RegExp(`<dt>${name}</dt>\\s*<dd class="state">([^<]+)<`).exec(page)?.[1];
  expect(stateOf("SKYTELLS_API_KEY")).toBe(setupText.set);
  expect(stateOf("CONTACT")).toBe(setupText.set);
  expect(stateOf("OIDC_ISSUER")).toBe(setupText.notSet);
  for (const value of [env.SKYTELLS_API_KEY, env.SESSION_SECRET, "ann@example.com"]) {
    expect(page).not.toContain(value);
  }
});

it("does not exist for other users, and asks a visitor to sign in", async () => {
  expect((await open(await newUser())).status).toBe(404);
  const visitor = await open(null);
  expect(visitor.status).toBe(401);
  expect(await visitor.text()).toContain(operatorText.signIn);
});

it("is rate limited", async () => {
  const settings = { RL_ADMIN: { limit: async () => ({ success: false }) } };
  expect((await open(await newOperator(), settings)).status).toBe(429);
});

it("names a wrong setting instead", async () => {
  const response = await open(await newOperator(), { MODELS: "=" });
  expect(response.status).toBe(500);
  expect(await response.text()).toContain("MODELS");
});
