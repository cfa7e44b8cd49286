/** Signing in at the provider that `setup-provider` runs, at a studio with settings of its own. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, inject } from "vitest";
import { app } from "../../../worker/app.ts";
import type { Session, SignInMethod } from "../../../worker/api/schemas/session.ts";
import { ORIGIN } from "./app.ts";

export const PROVIDER = inject("provider");
export const PUBLIC = "https://studio.example";

export const OIDC = {
  OIDC_ISSUER: `${PROVIDER}/honest`,
  OIDC_CLIENT_ID: "the-client",
  OIDC_CLIENT_SECRET: "the-client-secret",
};
export const ACCESS = { ACCESS_TEAM_DOMAIN: PROVIDER, ACCESS_AUD: "the-audience" };

/** The claims and flaws that the provider uses; see `setup-provider`. */
export type ProviderResponse = {
  claims?: Record<string, unknown>;
  userInfo?: Record<string, unknown>;
  flaw?: string;
  error?: string;
};

export const someone = (more: Record<string, unknown> = {}) => {
  const subject = crypto.randomUUID();
  return { sub: subject, email: `${subject}@example.com`, email_verified: true, ...more };
};

/** The cookies that a response sets, as a browser would send them. */
function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .filter((line) => !/max-age=0/i.test(line))
    .map((line) => line.split(";", 1)[0])
    .join("; ");
}

/** A studio with these settings. Each visitor has an address of their own: sign-in is limited by it. */
export function studioWith(settings: Record<string, string>, origin: string = ORIGIN) {
  const bindings = { ...env, PUBLIC_URL: origin, ...settings };
  const address = crypto.randomUUID();
  const call = async (path: string, headers: Record<string, string> = {}, method = "GET") =>
    app.request(
      new URL(path, origin).href,
      { method, headers: { "cf-connecting-ip": address, ...headers } },
      bindings,
      createExecutionContext(),
    );

  /** Goes to the provider and returns its callback, without requesting it. */
  async function goThere(response: ProviderResponse, returnTo = "/") {
    const login = await call(`/api/auth/login?return_to=${encodeURIComponent(returnTo)}`);
    expect(login.status, await login.clone().text()).toBe(302);
    const there = new URL(login.headers.get("location") ?? "");
    there.searchParams.set("test", JSON.stringify(response));
    const back = await fetch(there, { redirect: "manual" });
    const callback = new URL(back.headers.get("location") ?? "");
    return { login, there, callback, cookie: cookiesOf(login) };
  }
  const handIn = (callback: URL, cookie: string) => call(callback.pathname + callback.search, { cookie });

  return {
    call,
    goThere,
    handIn,
    async signIn(response: ProviderResponse, returnTo?: string) {
      const { callback, cookie } = await goThere(response, returnTo);
      return handIn(callback, cookie);
    },
    async userOf(response: Response) {
      const session = await call("/api/session", { cookie: cookiesOf(response) });
      return (await session.json<Session>()).user;
    },
  };
}

/** The sign-in methods that the settings turn on. Passkeys are left out: another test may have registered one. */
export async function methodsOf({ call }: ReturnType<typeof studioWith>): Promise<SignInMethod[]> {
  const { signIn } = await (await call("/api/session")).json<Session>();
  return signIn.filter((method) => method !== "passkey");
}

/** Expects a page with the reason and a link to the studio, and no session. */
export async function expectTurnedAway(response: Response, status: number, title: string): Promise<string> {
  const page = await response.text();
  expect(page).toContain(title);
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toContain("text/html");
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(page).toContain('href="/"');
  expect(cookiesOf(response)).toBe("");
  return page;
}

/** A token signed by the provider's key, or as the flaw says. */
export async function signed(claims: Record<string, unknown>, flaw?: string): Promise<string> {
  const response = await fetch(`${PROVIDER}/any/sign`, {
    method: "POST",
    body: JSON.stringify({ claims, flaw }),
  });
  return response.text();
}
