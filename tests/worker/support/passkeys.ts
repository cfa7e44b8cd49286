/** Invitations and passkeys through the Worker's public HTTP interface. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { app } from "../../../worker/app.ts";
import type { Session } from "../../../worker/api/schemas/session.ts";
import {
  newInvitation,
  type RegisterOptions,
  type SignInOptions,
} from "../../../worker/api/schemas/passkey.ts";
import { ORIGIN } from "./app.ts";
import { type Authenticator, type Flaw, newAuthenticator } from "./authenticator.ts";

const TOKEN = "the-admin-token-of-the-passkey-tests";

export type Studio = ReturnType<typeof passkeyStudio>;

/** A studio with an operator. Each has an address of its own: sign-in is limited by it. */
export function passkeyStudio(settings: Record<string, string> = {}, origin: string = ORIGIN) {
  const bindings = { ...env, PUBLIC_URL: origin, ADMIN_TOKEN: TOKEN, ...settings };
  const address = crypto.randomUUID();

  async function call(
    path: string,
    { body, method, headers }: { body?: unknown; method?: string; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    return app.request(
      new URL(path, origin).href,
      {
        method: method ?? (body === undefined ? "GET" : "POST"),
        headers: {
          "cf-connecting-ip": address,
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      },
      bindings,
      createExecutionContext(),
    );
  }

  const admin = (path: string, body?: unknown, method?: string) =>
    call(`/api/admin/${path}`, {
      headers: { authorization: `Bearer ${TOKEN}` },
      ...(body !== undefined && { body }),
      ...(method && { method }),
    });

  /** A new invitation and the token of its link. */
  async function invite(more: Record<string, unknown> = {}) {
    const response = await admin("invitations", { email: `${crypto.randomUUID()}@example.com`, ...more });
    expect(response.status, await response.clone().text()).toBe(201);
    const { invitation, link } = newInvitation.parse(await response.json());
    const token = link.split("#")[1] ?? "";
    return { invitation, link, token };
  }

  const cookied = (cookie?: string) => (cookie ? { headers: { cookie } } : {});

  async function registerOptions(token?: string, cookie?: string): Promise<RegisterOptions> {
    const body = token === undefined ? {} : { token };
    const response = await call("/api/auth/passkeys/register-options", { body, ...cookied(cookie) });
    expect(response.status, await response.clone().text()).toBe(200);
    return response.json();
  }
  const register = (state: string, credential: unknown, cookie?: string) =>
    call("/api/auth/passkeys/register", { body: { state, credential }, ...cookied(cookie) });

  async function signInOptions(): Promise<SignInOptions> {
    const response = await call("/api/auth/passkeys/sign-in-options", { method: "POST" });
    expect(response.status).toBe(200);
    return response.json();
  }
  const sendSignIn = (state: string, credential: unknown) =>
    call("/api/auth/passkeys/sign-in", { body: { state, credential } });

  return {
    call,
    admin,
    invite,
    registerOptions,
    register,
    signInOptions,
    sendSignIn,
    /** Accepts an invitation with a new authenticator. */
    async accept(token: string, more: Partial<Parameters<typeof newAuthenticator>[0]> = {}) {
      const authenticator = await newAuthenticator({ origin, ...more });
      const options = await registerOptions(token);
      const response = await register(options.state, await authenticator.create(options));
      return { authenticator, options, response, cookie: cookieOf(response) };
    },
    async signIn(authenticator: Authenticator, flaw: Flaw = {}) {
      const options = await signInOptions();
      return sendSignIn(options.state, await authenticator.get(options, flaw));
    },
    async sessionOf(cookie: string): Promise<Session> {
      return (await call("/api/session", { headers: { cookie } })).json();
    },
  };
}

/** The session's cookie, as a browser sends it. */
export const cookieOf = (response: Response) =>
  (response.headers.get("set-cookie") ?? "").split(";", 1)[0] ?? "";
