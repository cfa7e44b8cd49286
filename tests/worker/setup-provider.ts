/**
 * Runs a sign-in provider for the worker tests, honest or not as each test asks: OpenID Connect under `/<tenant>`, and
 * Cloudflare Access' keys. A test plays the browser at `authorize` and says in the query who signs in, and what is
 * wrong with its response.
 */
import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import type { TestProject } from "vitest/node";

const KEY_ID = "the-key";
const [ours, theirs] = await Promise.all([generateKeyPair("RS256"), generateKeyPair("RS256")]);
const keys = { keys: [{ ...(await exportJWK(ours.publicKey)), kid: KEY_ID, alg: "RS256", use: "sig" }] };

type Grant = {
  challenge: string;
  redirectUri: string;
  claims: Record<string, unknown>;
  flaw: string | null;
  userInfo: Record<string, unknown>;
};
const grants = new Map<string, Grant>();
const people = new Map<string, Record<string, unknown>>();

/** A token as the test wants it: its key, or its lack of one, by the flaw's name. */
async function tokenOf(asked: Record<string, unknown>, flaw: string | null): Promise<string> {
  // A claim that is null is left out.
  const claims = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== null));
  if (flaw === "alg-none") return new UnsecuredJWT(claims).encode();
  if (flaw === "alg-hs256") {
    // Signed with what everybody knows: the public key.
    const secret = new TextEncoder().encode(JSON.stringify(keys.keys[0]));
    return new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: KEY_ID }).sign(secret);
  }
  const header = { alg: "RS256", kid: flaw === "key-unknown" ? "another-key" : KEY_ID };
  const isSwapped = flaw === "key-swapped" || flaw === "key-unknown";
  return new SignJWT(claims).setProtectedHeader(header).sign(isSwapped ? theirs.privateKey : ours.privateKey);
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

function authorize(url: URL, issuer: string, response: ServerResponse): void {
  const asked = url.searchParams;
  const test = JSON.parse(asked.get("test") ?? "{}") as {
    claims?: Record<string, unknown>;
    userInfo?: Record<string, unknown>;
    flaw?: string;
    error?: string;
  };
  const back = new URL(asked.get("redirect_uri") ?? "");
  back.searchParams.set("state", asked.get("state") ?? "");
  if (test.error) {
    back.searchParams.set("error", test.error);
  } else {
    const code = randomUUID();
    const now = Math.floor(Date.now() / 1000);
    grants.set(code, {
      challenge: asked.get("code_challenge") ?? "",
      redirectUri: asked.get("redirect_uri") ?? "",
      claims: {
        iss: issuer,
        aud: asked.get("client_id"),
        nonce: asked.get("nonce"),
        iat: now,
        exp: now + 300,
        ...test.claims,
      },
      flaw: test.flaw ?? null,
      userInfo: test.userInfo ?? {},
    });
    back.searchParams.set("code", code);
  }
  response.writeHead(302, { location: back.href }).end();
}

const PASSWORD = "the-client-secret";
const BASIC = `Basic ${Buffer.from(`the-client:${PASSWORD}`).toString("base64")}`;

/** How a tenant's token endpoint authenticates the studio, and what its discovery document says of it. */
type Authentication = { accepts: "basic" | "post" | "none"; publishes?: unknown };
const AUTHENTICATION: Record<string, Authentication> = {
  basic: { accepts: "basic", publishes: ["client_secret_basic"] },
  both: { accepts: "basic", publishes: ["client_secret_post", "client_secret_basic"] },
  silent: { accepts: "basic" },
  malformed: { accepts: "basic", publishes: "client_secret_post" },
  "says-basic": { accepts: "post", publishes: ["client_secret_basic"] },
  "says-post": { accepts: "basic", publishes: ["client_secret_post"] },
  "key-only": { accepts: "none", publishes: ["private_key_jwt"] },
  public: { accepts: "none", publishes: ["none"] },
};
const authenticationOf = (tenant: string | undefined): Authentication =>
  AUTHENTICATION[tenant ?? ""] ?? { accepts: "post", publishes: ["client_secret_post"] };

function isAuthenticated(tenant: string | undefined, request: IncomingMessage, form: URLSearchParams) {
  const [basic, post] = [request.headers.authorization, form.get("client_secret")];
  switch (authenticationOf(tenant).accepts) {
    case "basic":
      return basic === BASIC && post === null;
    case "post":
      return post === PASSWORD && basic === undefined;
    case "none":
      return post === null && basic === undefined;
  }
}

async function token(
  request: IncomingMessage,
  response: ServerResponse,
  tenant: string | undefined,
): Promise<void> {
  const form = new URLSearchParams(await textOf(request));
  const code = form.get("code") ?? "";
  const grant = grants.get(code);
  grants.delete(code);
  if (!isAuthenticated(tenant, request, form)) return json(response, { error: "invalid_client" }, 401);
  const challenge = createHash("sha256")
    .update(form.get("code_verifier") ?? "")
    .digest("base64url");
  if (!grant || grant.challenge !== challenge || grant.redirectUri !== form.get("redirect_uri")) {
    return json(response, { error: "invalid_grant" }, 400);
  }
  if (grant.flaw === "token-slow") return;
  if (grant.flaw === "token-500") return json(response, { oops: true }, 500);
  if (grant.flaw === "token-html") {
    response.writeHead(200, { "content-type": "text/html" }).end("<p>maintenance</p>");
    return;
  }
  if (grant.flaw === "token-endless") return json(response, { access_token: "x".repeat(1024 * 1024) });
  const accessToken = randomUUID();
  people.set(accessToken, grant.userInfo);
  json(response, {
    access_token: accessToken,
    token_type: "bearer",
    ...(grant.flaw !== "no-id-token" && { id_token: await tokenOf(grant.claims, grant.flaw) }),
  });
}

async function respond(request: IncomingMessage, response: ServerResponse, base: string): Promise<void> {
  const url = new URL(request.url ?? "/", base);
  const [, tenant, ...rest] = url.pathname.split("/");
  const path = rest.join("/");
  const issuer = `${base}/${tenant}`;
  switch (path) {
    case ".well-known/openid-configuration":
      if (tenant === "slow") return;
      if (tenant === "down") return json(response, {}, 503);
      return json(response, {
        issuer: tenant === "impostor" ? `${base}/honest` : issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/userinfo`,
        jwks_uri: `${issuer}/jwks`,
        id_token_signing_alg_values_supported: ["RS256", "HS256", "none"],
        token_endpoint_auth_methods_supported: authenticationOf(tenant).publishes,
      });
    case "jwks":
      return json(response, keys);
    case "authorize":
      return authorize(url, issuer, response);
    case "token":
      return token(request, response, tenant);
    case "userinfo":
      return json(response, people.get(request.headers.authorization?.slice("Bearer ".length) ?? "") ?? {});
    // https://<team>/cdn-cgi/access/certs
    case "access/certs":
      if (request.headers.host?.startsWith("localhost"))
        return json(response, { keys: ["x".repeat(1024 * 1024)] });
      return json(response, keys);
    case "sign": {
      const { claims, flaw } = JSON.parse(await textOf(request));
      response.end(await tokenOf(claims, flaw ?? null));
      return;
    }
    default:
      return json(response, {}, 404);
  }
}

export default async function setup(project: TestProject) {
  let base = "";
  const server = createServer((request, response) => {
    respond(request, response, base).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  project.provide("provider", base);
  return () => {
    server.closeAllConnections();
    server.close();
  };
}
