/** An app that connects by OAuth, with the SDK's client, and the user who allows it. */
import {
  Client,
  type OAuthClientProvider,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { app } from "../../../worker/app.ts";
import { eventually, ORIGIN, type Visitor } from "./app.ts";
import { interceptedEnv, type StorageCall } from "./intercepted-env.ts";
import { ADDRESS, toWorker } from "./mcp.ts";

export const REDIRECT = "http://localhost:7777/callback";

type Saved<T extends (...args: never[]) => unknown> = NonNullable<Awaited<ReturnType<T>>>;

/** From a network of its own, because these routes are limited by network. */
export const call = (path: string, init?: RequestInit) =>
  toWorker(new URL(path, ORIGIN), { redirect: "manual", ...init });

/** Keeps what the SDK saves in memory. */
export class App implements OAuthClientProvider {
  readonly redirectUrl = REDIRECT;
  authorizationUrl: URL | null = null;
  private client: Saved<OAuthClientProvider["clientInformation"]> | undefined;
  private saved: Saved<OAuthClientProvider["tokens"]> | undefined;
  private verifier = "";

  readonly clientMetadata = {
    client_name: "An <i>app</i>",
    redirect_uris: [REDIRECT],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  };

  clientInformation() {
    return this.client;
  }
  saveClientInformation(client: NonNullable<typeof this.client>) {
    this.client = client;
  }
  tokens() {
    return this.saved;
  }
  saveTokens(tokens: NonNullable<typeof this.saved>) {
    this.saved = tokens;
  }
  redirectToAuthorization(url: URL) {
    this.authorizationUrl = url;
  }
  saveCodeVerifier(verifier: string) {
    this.verifier = verifier;
  }
  codeVerifier() {
    return this.verifier;
  }
}

/** Registers the app and returns the address of the consent page. */
export async function beginConnecting(app: App): Promise<URL> {
  const transport = new StreamableHTTPClientTransport(ADDRESS, { fetch: toWorker, authProvider: app });
  const client = new Client({ name: "a test", version: "1" });
  await expect(client.connect(transport)).rejects.toThrow(UnauthorizedError);
  if (!app.authorizationUrl) throw new Error("no authorization URL");
  return app.authorizationUrl;
}

export async function openConsent(user: Pick<Visitor, "cookie">, url: URL) {
  const page = await call(url.pathname + url.search, { headers: { cookie: user.cookie } });
  const html = await page.clone().text();
  const fieldOf = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? "";
  const cookie = page.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  return { page, html, cookie, form: { handle: fieldOf("handle"), user: fieldOf("user") } };
}

export type Consent = Awaited<ReturnType<typeof openConsent>>;

export function answerConsent(
  user: Pick<Visitor, "cookie">,
  { cookie, form }: Pick<Consent, "cookie" | "form">,
  decision: "allow" | "deny",
  headers: Record<string, string> = {},
): Promise<Response> {
  return call("/oauth/authorize", {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      cookie: `${user.cookie}; ${cookie}`,
      ...headers,
    },
    body: new URLSearchParams({ ...form, decision }).toString(),
  });
}

/** Allows the app, and returns what it gets: the code, the state and the issuer. */
export async function allow(user: Visitor, url: URL): Promise<URLSearchParams> {
  const consent = await openConsent(user, url);
  expect(consent.page.status, consent.html).toBe(200);
  const answer = await answerConsent(user, consent, "allow");
  expect(answer.status, await answer.clone().text()).toBe(302);
  const location = new URL(answer.headers.get("location") ?? "");
  expect(location.origin + location.pathname).toBe(REDIRECT);
  return location.searchParams;
}

/** The whole way, until the app has its tokens. */
export async function connectApp(user: Visitor, app = new App()): Promise<{ app: App; token: string }> {
  const answer = await allow(user, await beginConnecting(app));
  await new StreamableHTTPClientTransport(ADDRESS, { fetch: toWorker, authProvider: app }).finishAuth(answer);
  const token = app.tokens()?.access_token;
  if (!token) throw new Error("no access token");
  return { app, token };
}

/** What the app sends to exchange its code. */
export async function codeOf(app: App, user: Visitor) {
  const code = (await allow(user, await beginConnecting(app))).get("code") ?? "";
  return {
    grant_type: "authorization_code",
    code,
    redirect_uri: REDIRECT,
    client_id: app.clientInformation()?.client_id ?? "",
    code_verifier: app.codeVerifier(),
  };
}

/** `bindings`: instead of those of the Worker under test. */
export async function tokenRequest(fields: Record<string, string>, bindings?: Env): Promise<Response> {
  const init = {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "cf-connecting-ip": crypto.randomUUID(),
    },
    body: new URLSearchParams(fields).toString(),
  };
  if (!bindings) return call("/oauth/token", init);
  return app.request(`${ORIGIN}/oauth/token`, init, bindings, createExecutionContext());
}

/** Bindings whose D1 holds each call that `isHeld` accepts, before or after it is carried out. */
export function heldD1(
  side: "before" | "after",
  isHeld: (call: StorageCall) => boolean,
): { bindings: Env; reached: (count: number) => Promise<void>; open: () => void } {
  const opened = Promise.withResolvers<void>();
  let held = 0;
  const hold = async (call: StorageCall) => {
    if (!isHeld(call)) return;
    held += 1;
    await opened.promise;
  };
  const bindings = interceptedEnv(env, async (call, run) => {
    if (side === "before") await hold(call);
    const result = await run();
    if (side === "after") await hold(call);
    return result;
  });
  const reached = (count: number) => eventually(async () => expect(held).toBe(count));
  return { bindings, reached, open: opened.resolve };
}
