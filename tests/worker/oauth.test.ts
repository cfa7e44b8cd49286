/** OAuth: the SDK's client connects, and what must be refused. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { StreamableHTTPClientTransport, Client } from "@modelcontextprotocol/client";
import { describe, expect, it } from "vitest";
import { app } from "../../worker/app.ts";
import { MAX_CONNECTED_APPS } from "../../worker/config/limits.ts";
import { connectedAppList } from "../../worker/api/schemas/connected-app.ts";
import { expectProblem, newPrompt, newUser, ORIGIN, type Visitor, withKey } from "./support/app.ts";
import type { StorageCall } from "./support/intercepted-env.ts";
import { ADDRESS, connect, generationIn, post, toWorker, use } from "./support/mcp.ts";
import {
  allow,
  answerConsent,
  App,
  beginConnecting,
  call,
  codeOf,
  connectApp,
  heldD1,
  openConsent,
  REDIRECT,
  tokenRequest,
} from "./support/oauth.ts";

const LIST = { jsonrpc: "2.0", id: 1, method: "tools/list" };
const PATH = "/api/connected-apps";

async function appsOf(user: Visitor) {
  const response = await user.call(PATH);
  expect(response.status).toBe(200);
  return connectedAppList.parse(await response.json()).apps;
}

/** The keys of what is stored of a user's apps. */
async function storedOf(user: Visitor) {
  const { results } = await env.DB.prepare("select key from oauth_entries where key like ?")
    .bind(`%:${user.id}:%`)
    .all();
  return results;
}

const isOf = (prefix: string, { values }: StorageCall) =>
  values.some((value) => typeof value === "string" && value.startsWith(prefix));
const isRead = (prefix: string) => (call: StorageCall) =>
  /^select .* from "oauth_entries"/.test(call.what) && isOf(prefix, call);
const isWrite = (prefix: string) => (call: StorageCall) =>
  call.what.startsWith('insert into "oauth_entries"') && isOf(prefix, call);

const isValid = async (token: string) => (await post(token, LIST)).status === 200;

describe("an app", () => {
  it("finds the studio, registers, gets consent, and creates an image", async () => {
    const user = await newUser();
    const { app } = await connectApp(user);
    const client = new Client({ name: "a test", version: "1" });
    await client.connect(new StreamableHTTPClientTransport(ADDRESS, { fetch: toWorker, authProvider: app }));
    const result = await use(client, "generate_image", { prompt: newPrompt("terminal") });
    expect(generationIn(result).status).toBe("succeeded");
    await client.close();
    const [connected, ...others] = await appsOf(user);
    expect(others).toEqual([]);
    expect(connected).toMatchObject({
      name: "An <i>app</i>",
      redirectHost: "localhost",
      scopes: ["read", "generate"],
    });
  });

  it("uses the API with its token, as far as its scopes go", async () => {
    const user = await newUser();
    const { token } = await connectApp(user);
    const asApp = withKey(token);
    expect((await asApp("/api/generations")).status).toBe(200);
    await expectProblem(await asApp("/api/generations/an-id", { method: "DELETE" }), "insufficient_scope");
    for (const path of ["/api/keys", PATH, "/api/account/export"]) {
      await expectProblem(await asApp(path), "insufficient_scope");
    }
  });

  it("gets new tokens for a refresh token, which works once it has been replaced no more", async () => {
    const user = await newUser();
    const { app } = await connectApp(user);
    const clientId = app.clientInformation()?.client_id ?? "";
    const refresh = (refreshToken: string) =>
      tokenRequest({ grant_type: "refresh_token", refresh_token: refreshToken, client_id: clientId });
    const first = app.tokens()?.refresh_token ?? "";
    const second = await (await refresh(first)).json<{ access_token: string; refresh_token: string }>();
    expect(second.refresh_token).not.toBe(first);
    expect(await isValid(second.access_token)).toBe(true);
    expect((await refresh(second.refresh_token)).status).toBe(200);
    expect((await refresh(first)).status).toBe(400);
  });

  it("answers two refreshes with one token at once, and ends that token when a new one is used", async () => {
    const user = await newUser();
    const { app } = await connectApp(user);
    const client_id = app.clientInformation()?.client_id ?? "";
    const refresh = (refresh_token: string) =>
      tokenRequest({ grant_type: "refresh_token", refresh_token, client_id });
    const stolen = app.tokens()?.refresh_token ?? "";
    const responses = await Promise.all([refresh(stolen), refresh(stolen)]);
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    const renewed = await Promise.all(
      responses.map((response) => response.json<{ refresh_token: string }>()),
    );
    // Only the one that was saved last works.
    const used = [];
    for (const { refresh_token } of renewed) used.push((await refresh(refresh_token)).status);
    expect(used.toSorted((a, b) => a - b)).toEqual([200, 400]);
    expect((await refresh(stolen)).status).toBe(400);
  });

  it("revokes its own grant", async () => {
    const user = await newUser();
    const { app, token } = await connectApp(user);
    const client_id = app.clientInformation()?.client_id ?? "";
    const revoked = await tokenRequest({ token: app.tokens()?.refresh_token ?? "", client_id });
    expect(revoked.status).toBe(200);
    expect(await isValid(token)).toBe(false);
    expect(await appsOf(user)).toEqual([]);
  });

  it("is not connected when the user denies", async () => {
    const user = await newUser();
    const url = await beginConnecting(new App());
    const answer = await answerConsent(user, await openConsent(user, url), "deny");
    expect(answer.status).toBe(302);
    const location = new URL(answer.headers.get("location") ?? "");
    expect(location.searchParams.get("error")).toBe("access_denied");
    expect(location.searchParams.get("state")).toBe(url.searchParams.get("state"));
    expect(await appsOf(user)).toEqual([]);
  });
});

describe("access ends", () => {
  it("when the user disconnects one app, or all", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const first = await connectApp(user);
    const second = await connectApp(user);
    const foreign = await connectApp(other);
    const [app] = await appsOf(user);
    const [foreignApp] = await appsOf(other);
    await expectProblem(await user.call(`${PATH}/${foreignApp?.id}`, { method: "DELETE" }), "not_found");
    expect((await user.call(`${PATH}/${app?.id}`, { method: "DELETE" })).status).toBe(204);
    await expectProblem(await user.call(`${PATH}/${app?.id}`, { method: "DELETE" }), "not_found");
    expect([await isValid(first.token), await isValid(second.token)].filter(Boolean)).toHaveLength(1);
    expect((await user.call(PATH, { method: "DELETE" })).status).toBe(204);
    expect(await isValid(first.token)).toBe(false);
    expect(await isValid(second.token)).toBe(false);
    expect(await isValid(foreign.token)).toBe(true);
  });

  it("when the user is suspended", async () => {
    const user = await newUser();
    const { token } = await connectApp(user);
    await env.DB.prepare("update users set suspended_at = 1 where id = ?").bind(user.id).run();
    await expectProblem(await post(token, LIST), "suspended");
  });

  it("when the account is deleted, with everything that is stored of the app", async () => {
    const user = await newUser();
    const { token } = await connectApp(user);
    expect((await user.call("/api/account", { method: "DELETE" })).status).toBe(204);
    await expectProblem(await post(token, LIST), "unauthenticated");
    expect(await storedOf(user)).toEqual([]);
  });

  it("when the token has expired", async () => {
    const { token } = await connectApp(await newUser());
    await env.DB.prepare("update oauth_entries set expires_at = 1 where key like ?")
      .bind(`token:${token.split(":")[0]}:%`)
      .run();
    expect(await isValid(token)).toBe(false);
  });

  it.each([
    ["after it has read the grant", "after", isRead],
    ["before it writes the access token", "before", isWrite],
  ] as const)("when the user disconnects an app that refreshes its tokens, %s", async (_, side, isHeld) => {
    const user = await newUser();
    const { app } = await connectApp(user);
    const kind = side === "after" ? "grant" : "token";
    const held = heldD1(side, isHeld(`${kind}:${user.id}:`));
    const refreshing = tokenRequest(
      {
        grant_type: "refresh_token",
        refresh_token: app.tokens()?.refresh_token ?? "",
        client_id: app.clientInformation()?.client_id ?? "",
      },
      held.bindings,
    );
    await held.reached(1);
    expect((await user.call(PATH, { method: "DELETE" })).status).toBe(204);
    held.open();
    expect((await refreshing).status).toBe(400);
    expect(await storedOf(user)).toEqual([]);
  });

  it("but not when all sessions end", async () => {
    const user = await newUser();
    const { token } = await connectApp(user);
    expect((await user.post("/api/auth/logout-everywhere")).status).toBe(204);
    expect(await isValid(token)).toBe(true);
  });
});

describe("the consent page", () => {
  it("shows the app's name as text, its host, the access and the account", async () => {
    const user = await newUser();
    const { page, html } = await openConsent(user, await beginConnecting(new App()));
    expect(html).toContain("An &lt;i&gt;app&lt;/i&gt;");
    expect(html).not.toContain("<i>app");
    for (const shown of ["localhost", user.email, "See your images", "Create and cancel images"]) {
      expect(html).toContain(shown);
    }
    const policy = page.headers.get("content-security-policy");
    expect(policy).toContain(`form-action 'self' ${new URL(REDIRECT).origin};`);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page.headers.get("cache-control")).toContain("no-store");
  });

  it("asks a visitor to sign in where there is no way to", async () => {
    const url = await beginConnecting(new App());
    const page = await app.request(url.href, {}, { ...env, DEV_SIGN_IN: "" }, createExecutionContext());
    const html = await page.text();
    expect(page.status).toBe(401);
    expect(html).toContain("Sign in");
    expect(html).not.toContain("<form");
  });

  it("asks for an address in local development, and signs in on the way", async () => {
    const url = await beginConnecting(new App());
    const path = url.pathname + url.search;
    const { page, html } = await openConsent({ cookie: "" }, url);
    expect(page.status).toBe(401);
    expect(html).toContain(`action="${path.replaceAll("&", "&amp;")}"`);
    const signIn = (email: string, headers: Record<string, string> = {}) =>
      call(path, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
        body: new URLSearchParams({ email }).toString(),
      });
    expect((await signIn("no address")).status).toBe(400);
    await expectProblem(
      await signIn("a@example.com", { origin: "https://evil.example" }),
      "forbidden_origin",
    );
    const email = `${crypto.randomUUID()}@example.com`;
    const answer = await signIn(email);
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe(path);
    const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
    const consent = await openConsent({ cookie }, url);
    expect(consent.page.status).toBe(200);
    expect(consent.html).toContain(email);
    await env.DB.prepare("update users set suspended_at = 1 where email = ?").bind(email).run();
    const suspended = await signIn(email);
    expect(suspended.status).toBe(403);
    expect(suspended.headers.get("set-cookie")).toBeNull();
  });

  it.each([
    ["another redirect URI", { redirect_uri: "https://evil.example/callback" }],
    ["an unknown client", { client_id: "unknown" }],
  ])("refuses %s, without a redirect", async (_, change) => {
    const url = await beginConnecting(new App());
    for (const [name, value] of Object.entries(change)) url.searchParams.set(name, value);
    const { page, html } = await openConsent(await newUser(), url);
    expect(page.status).toBe(400);
    expect(page.headers.get("location")).toBeNull();
    expect(html).not.toContain("<form");
  });

  it.each([
    ["without PKCE", { code_challenge: "", code_challenge_method: "" }],
    ["with a plain challenge", { code_challenge_method: "plain" }],
    ["for another resource", { resource: "https://other.example/mcp" }],
    ["for unknown scopes only", { scope: "everything" }],
    ["with another response type", { response_type: "token" }],
  ])("refuses a request %s", async (_, change) => {
    const url = await beginConnecting(new App());
    for (const [name, value] of Object.entries(change)) {
      if (value === "") url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    const { page, html } = await openConsent(await newUser(), url);
    expect([302, 400]).toContain(page.status);
    if (page.status === 302) {
      expect(page.headers.get("location")).toMatch(/^http:\/\/localhost:7777\/callback\?error=/);
    }
    expect(html).not.toContain("<form");
  });

  it("grants only what was asked for", async () => {
    const user = await newUser();
    const app = new App();
    const url = await beginConnecting(app);
    url.searchParams.set("scope", "read manage");
    const answer = await allow(user, url);
    await new StreamableHTTPClientTransport(ADDRESS, { fetch: toWorker, authProvider: app }).finishAuth(
      answer,
    );
    expect((await appsOf(user))[0]?.scopes).toEqual(["read"]);
    const client = await connect(app.tokens()?.access_token ?? "");
    const result = await use(client, "generate_image", { prompt: "a dog" });
    expect(result.structuredContent).toMatchObject({ code: "insufficient_scope" });
  });

  it("that is open in another tab grants no more than the maximum", async () => {
    const user = await newUser();
    await connectApp(user);
    const consent = await openConsent(user, await beginConnecting(new App()));
    for (let n = 1; n < MAX_CONNECTED_APPS; n += 1) {
      await env.DB.prepare(
        "insert into oauth_entries select key || ?2, value, metadata, expires_at from oauth_entries where key like ?1 limit 1",
      )
        .bind(`grant:${user.id}:%`, String(n))
        .run();
    }
    expect((await answerConsent(user, consent, "allow")).status).toBe(409);
    expect(await appsOf(user)).toHaveLength(MAX_CONNECTED_APPS);
  });

  it("accepts an answer once, from its own page, browser and account", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const consent = await openConsent(user, await beginConnecting(new App()));
    await expectProblem(
      await answerConsent(user, consent, "allow", { origin: "https://evil.example" }),
      "forbidden_origin",
    );
    await expectProblem(
      await answerConsent(user, consent, "allow", { "sec-fetch-site": "cross-site" }),
      "forbidden_origin",
    );
    expect((await answerConsent(user, { ...consent, cookie: "" }, "allow")).status).toBe(400);
    expect((await answerConsent(other, consent, "allow")).status).toBe(401);
    const guess = { ...consent.form, handle: "a guess" };
    expect((await answerConsent(user, { ...consent, form: guess }, "allow")).status).toBe(400);
    expect(await appsOf(user)).toEqual([]);
    expect((await answerConsent(user, consent, "allow", { origin: ORIGIN })).status).toBe(302);
    expect((await answerConsent(user, consent, "allow", { origin: ORIGIN })).status).toBe(400);
  });
});

describe("a code", () => {
  it("is refused with a wrong verifier, redirect URI or client", async () => {
    const app = new App();
    const fields = await codeOf(app, await newUser());
    for (const wrong of [
      { code_verifier: "a".repeat(43) },
      { redirect_uri: "https://evil.example/" },
      { client_id: "unknown" },
    ]) {
      const answer = await tokenRequest({ ...fields, ...wrong });
      expect([400, 401]).toContain(answer.status);
      expect(await answer.text()).not.toContain("access_token");
    }
    expect((await tokenRequest(fields)).status).toBe(200);
  });

  it("that two requests exchange at once gives tokens to one of them", async () => {
    for (let round = 0; round < 5; round += 1) {
      const [app, user] = [new App(), await newUser()];
      const fields = await codeOf(app, user);
      const grants = heldD1("after", isRead(`grant:${user.id}:`));
      const answers = [fields, fields].map((same) => tokenRequest(same, grants.bindings));
      await grants.reached(2);
      grants.open();
      const [granted, refused] = (await Promise.all(answers)).toSorted((a, b) => a.status - b.status);
      expect([granted?.status, refused?.status]).toEqual([200, 400]);
      expect(await refused?.json()).toMatchObject({ error: "invalid_grant" });
      const tokens = await granted?.json<{ access_token: string; refresh_token: string }>();
      expect(await isValid(tokens?.access_token ?? "")).toBe(true);
      const refreshed = await tokenRequest({
        grant_type: "refresh_token",
        refresh_token: tokens?.refresh_token ?? "",
        client_id: fields.client_id,
      });
      expect(refreshed.status).toBe(200);
    }
  });

  it("that is used twice ends the grant", async () => {
    const app = new App();
    const user = await newUser();
    const fields = await codeOf(app, user);
    const { access_token: token } = await (await tokenRequest(fields)).json<{ access_token: string }>();
    expect(await isValid(token)).toBe(true);
    expect((await tokenRequest(fields)).status).toBe(400);
    expect(await isValid(token)).toBe(false);
    expect(await appsOf(user)).toEqual([]);
  });
});

describe("registration", () => {
  const register = (body: unknown) =>
    call("/oauth/register", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });

  it.each([
    ["no JSON", "{"],
    ["no redirect URI", { client_name: "a" }],
    ["a script", { redirect_uris: ["javascript:alert(1)"] }],
    ["plain http to another host", { redirect_uris: ["http://evil.example/"] }],
    ["null", "null"],
  ])("refuses %s", async (_, body) => {
    const response = await register(body);
    expect(response.status).toBe(400);
  });

  it("has a limited size", async () => {
    await expectProblem(
      await register({ client_name: "a".repeat(9_000), redirect_uris: [REDIRECT] }),
      "payload_too_large",
    );
  });

  it("expires when it is not used", async () => {
    const response = await register({ redirect_uris: [REDIRECT], token_endpoint_auth_method: "none" });
    expect(response.status).toBe(201);
    const { client_id: id } = await response.json<{ client_id: string }>();
    const entry = await env.DB.prepare("select expires_at from oauth_entries where key = ?")
      .bind(`client:${id}`)
      .first<{ expires_at: number }>();
    expect(entry?.expires_at).toBeLessThanOrEqual(Date.now() / 1000 + 31 * 24 * 60 * 60);
    await env.DB.prepare("update oauth_entries set expires_at = 1 where key = ?").bind(`client:${id}`).run();
    expect((await register({ redirect_uris: [REDIRECT] })).status).toBe(201);
    const swept = await env.DB.prepare("select 1 from oauth_entries where key = ?")
      .bind(`client:${id}`)
      .first();
    expect(swept).toBeNull();
  });
});

it("the metadata names the endpoints and requires S256", async () => {
  const server = await (await call("/.well-known/oauth-authorization-server")).json();
  expect(server).toMatchObject({
    issuer: ORIGIN,
    authorization_endpoint: `${ORIGIN}/oauth/authorize`,
    token_endpoint: `${ORIGIN}/oauth/token`,
    registration_endpoint: `${ORIGIN}/oauth/register`,
    code_challenge_methods_supported: ["S256"],
  });
  for (const path of ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"]) {
    expect(await (await call(path)).json()).toMatchObject({ resource: `${ORIGIN}/mcp` });
  }
  expect((await call("/.well-known/openid-configuration")).status).toBe(404);
});
