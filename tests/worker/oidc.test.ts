import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import {
  type ProviderResponse,
  expectTurnedAway,
  methodsOf,
  OIDC,
  PROVIDER,
  PUBLIC,
  someone,
  studioWith,
} from "./support/sign-in.ts";
import { expectProblem } from "./support/app.ts";

const ANYONE = { ...OIDC, ALLOWED_USERS: "*" };
const identitiesOf = async (userId: string) =>
  (await env.DB.prepare("select issuer, subject from identities where user_id = ?").bind(userId).all())
    .results;

describe("OpenID Connect", () => {
  it("signs in with the code flow, PKCE, state and nonce, and returns to the previous page", async () => {
    const studio = studioWith(ANYONE, PUBLIC);
    const person = someone();
    const { login, there, callback, cookie } = await studio.goThere({ claims: person }, "/gallery?q=fox");
    expect(Object.fromEntries(there.searchParams)).toMatchObject({
      client_id: "the-client",
      response_type: "code",
      redirect_uri: `${PUBLIC}/api/auth/callback`,
      code_challenge_method: "S256",
      scope: "openid email",
    });
    expect(login.headers.get("set-cookie")).toMatch(
      /^__Host-sign-in-[\w-]{16}=[^;]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const done = await studio.handIn(callback, cookie);
    expect(done.status).toBe(302);
    expect(done.headers.get("location")).toBe("/gallery?q=fox");
    const [dropped, started] = done.headers.getSetCookie();
    expect(dropped).toMatch(/^__Host-sign-in-[\w-]{16}=; Max-Age=0; Path=\/; Secure/);
    expect(started).toMatch(
      /^__Host-session=[^;]+; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const user = await studio.userOf(done);
    expect(user).toMatchObject({ email: person.email, plan: "free" });
    expect(user?.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(user?.id).not.toBe(person.sub);
    expect(await identitiesOf(user?.id ?? "")).toEqual([{ issuer: OIDC.OIDC_ISSUER, subject: person.sub }]);
  });

  it("is offered when it is configured, and 404 otherwise", async () => {
    expect(await methodsOf(studioWith(ANYONE, PUBLIC))).toEqual(["oidc"]);
    const without = studioWith({}, PUBLIC);
    await expectProblem(await without.call("/api/auth/login"), "not_found");
    await expectProblem(await without.call("/api/auth/callback?code=x&state=y"), "not_found");
  });

  it("identifies users by issuer and subject, also after their address has changed", async () => {
    const studio = studioWith(ANYONE);
    const person = someone();
    const first = await studio.userOf(await studio.signIn({ claims: person }));
    const moved = { ...person, email: `moved-${person.email}`.toUpperCase() };
    const second = await studio.userOf(await studio.signIn({ claims: moved }));
    expect(second).toEqual({ ...first, email: `moved-${person.email}` });
  });

  it("creates one account for simultaneous sign-ins of a new user", async () => {
    const studio = studioWith(ANYONE);
    const person = someone();
    const trips = await Promise.all([1, 2, 3].map(() => studio.goThere({ claims: person })));
    const responses = await Promise.all(trips.map(({ callback, cookie }) => studio.handIn(callback, cookie)));
    const ids = await Promise.all(responses.map(async (response) => (await studio.userOf(response))?.id));
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toBeTruthy();
  });

  it("joins an existing account with the same verified address", async () => {
    const studio = studioWith(ANYONE);
    const person = someone();
    await env.DB.prepare("insert into users (id, email, plan, created_at) values (?, ?, 'pro', 1)")
      .bind(`known-${person.sub}`, person.email)
      .run();
    await expectTurnedAway(
      await studio.signIn({ claims: { ...person, email_verified: false } }),
      403,
      "verified",
    );
    expect(await identitiesOf(`known-${person.sub}`)).toEqual([]);
    expect(await studio.userOf(await studio.signIn({ claims: person }))).toEqual({
      id: `known-${person.sub}`,
      email: person.email,
      plan: "pro",
    });
  });

  it("does not give an account to the next person at the provider who gets its address", async () => {
    const studio = studioWith(ANYONE);
    const person = someone();
    await studio.signIn({ claims: person });
    const response = await studio.signIn({ claims: { ...person, sub: crypto.randomUUID() } });
    await expectTurnedAway(response, 403, "belongs to another account");
  });

  it("requests the address from the user info when the token has none", async () => {
    const studio = studioWith(ANYONE);
    const { sub, ...info } = someone();
    expect(
      await studio.userOf(await studio.signIn({ claims: { sub }, userInfo: { sub, ...info } })),
    ).toMatchObject({
      email: info.email,
    });
    const other = await studio.signIn({ claims: { sub }, userInfo: { ...someone() } });
    await expectTurnedAway(other, 502, "response is invalid");
  });

  it("reads email_verified at the user info where the token has only the address", async () => {
    const studio = studioWith(ANYONE);
    const { sub, email } = someone();
    const claims = { sub, email, email_verified: null };
    const at = (userInfo: Record<string, unknown>) =>
      studio.signIn({ claims, userInfo: { sub, ...userInfo } });
    await expectTurnedAway(await at({ email_verified: false }), 403, "verified");
    await expectTurnedAway(await at({ email, email_verified: false }), 403, "verified");
    expect(await studio.userOf(await at({ email, email_verified: true }))).toMatchObject({ email });
    expect(await studio.userOf(await at({ email_verified: true }))).toMatchObject({ email });
  });

  it("does not verify the token's address by what the user info says of another one", async () => {
    const studio = studioWith(ANYONE);
    const [{ sub, email }, other] = [someone(), someone()];
    const claims = { sub, email, email_verified: null };
    const userInfo = { sub, email: other.email, email_verified: true };
    expect(await studio.userOf(await studio.signIn({ claims, userInfo }))).toMatchObject({
      email: other.email,
    });
    const reverse = { claims: { sub, email_verified: true }, userInfo: { sub, email } };
    await expectTurnedAway(await studio.signIn(reverse), 403, "verified");
  });

  it.each([null, false])("trusts one issuer's addresses on request (email_verified: %j)", async (said) => {
    const trusting = { ...ANYONE, TRUST_UNVERIFIED_EMAIL: OIDC.OIDC_ISSUER };
    const { sub, email } = someone();
    const claims = { sub, email, email_verified: said };
    const strict = await studioWith(ANYONE).signIn({ claims, userInfo: { sub } });
    await expectTurnedAway(strict, 403, "verified");
    const studio = studioWith(trusting);
    expect(await studio.userOf(await studio.signIn({ claims }))).toMatchObject({ email });
    const { sub: id, email: address } = someone();
    const atUserInfo = { claims: { sub: id }, userInfo: { sub: id, email: address } };
    expect(await studio.userOf(await studio.signIn(atUserInfo))).toMatchObject({ email: address });
    await expectTurnedAway(
      await studio.signIn({ claims: { sub }, userInfo: { sub } }),
      403,
      "share your email address",
    );
  });

  it.each(["basic", "both", "silent", "malformed"])(
    "authenticates at the token endpoint with HTTP Basic where discovery says %s",
    async (tenant) => {
      const studio = studioWith({ ...ANYONE, OIDC_ISSUER: `${PROVIDER}/${tenant}` });
      expect(await studio.userOf(await studio.signIn({ claims: someone() }))).toBeTruthy();
    },
  );

  it("sends no secret when none is set", async () => {
    const studio = studioWith({ ...ANYONE, OIDC_ISSUER: `${PROVIDER}/public`, OIDC_CLIENT_SECRET: "" });
    expect(await studio.userOf(await studio.signIn({ claims: someone() }))).toBeTruthy();
  });

  it.each(["says-basic", "says-post", "key-only"])(
    "shows a page that names the client settings where the token endpoint refuses (%s)",
    async (tenant) => {
      const studio = studioWith({ ...ANYONE, OIDC_ISSUER: `${PROVIDER}/${tenant}` });
      const page = await expectTurnedAway(
        await studio.signIn({ claims: someone() }),
        502,
        "rejected this studio",
      );
      expect(page).toContain("client_secret_basic");
    },
  );

  it("rejects a suspended or deleted account", async () => {
    for (const column of ["suspended_at", "deleted_at"]) {
      const studio = studioWith(ANYONE);
      const person = someone();
      await studio.signIn({ claims: person });
      await env.DB.prepare(`update users set ${column} = 1 where email = ?`).bind(person.email).run();
      await expectTurnedAway(await studio.signIn({ claims: person }), 403, "This account is closed");
    }
  });
});

describe("a hostile provider", () => {
  const hour = 3600;
  const now = Math.floor(Date.now() / 1000);
  const cases: [name: string, response: ProviderResponse, status: number, title: string][] = [
    ["wrong issuer", { claims: { iss: "https://evil.example" } }, 502, "response is invalid"],
    ["wrong nonce", { claims: { nonce: "another" } }, 502, "response is invalid"],
    ["no nonce", { claims: { nonce: null } }, 502, "response is invalid"],
    ["wrong audience", { claims: { aud: "another-client" } }, 502, "response is invalid"],
    [
      "several audiences, issued to another",
      { claims: { aud: ["the-client", "x"], azp: "x" } },
      502,
      "response is invalid",
    ],
    ["no subject", { claims: { sub: null } }, 502, "response is invalid"],
    ["alg none", { flaw: "alg-none" }, 502, "response is invalid"],
    ["alg HS256 with the public key", { flaw: "alg-hs256" }, 502, "response is invalid"],
    ["a swapped key", { flaw: "key-swapped" }, 502, "response is invalid"],
    ["an unknown key", { flaw: "key-unknown" }, 502, "response is invalid"],
    ["no ID token", { flaw: "no-id-token" }, 502, "response is invalid"],
    ["expired", { claims: { iat: now - 2 * hour, exp: now - hour } }, 502, "has expired"],
    ["not valid yet", { claims: { nbf: now + hour } }, 502, "has expired"],
    ["no email", { claims: { email: null } }, 403, "share your email address"],
    ["an email that is none", { claims: { email: "nobody" } }, 403, "share your email address"],
    ["an unverified email", { claims: { email_verified: false } }, 403, "verified"],
    ["an email of which nothing is said", { claims: { email_verified: null } }, 403, "verified"],
    ["consent refused", { error: "access_denied" }, 403, "You weren"],
    ["the studio refused", { error: "unauthorized_client" }, 502, "rejected this studio"],
    ["trouble of its own", { error: "temporarily_unavailable" }, 503, "responding"],
    ["token endpoint broken", { flaw: "token-500" }, 503, "responding"],
    ["token endpoint in HTML", { flaw: "token-html" }, 503, "responding"],
    ["token endpoint without end", { flaw: "token-endless" }, 503, "responding"],
  ];
  it.each(cases)("%s", async (_, response, status, title) => {
    const studio = studioWith(ANYONE);
    const { sub, email } = someone();
    const claims = { sub, email, email_verified: true, ...response.claims };
    // An absent claim stays absent at the user info, too.
    await expectTurnedAway(await studio.signIn({ ...response, claims, userInfo: { sub } }), status, title);
    const rows = await env.DB.prepare("select * from users where email = ?").bind(email).all();
    expect(rows.results).toEqual([]);
  });

  it("is down or has another issuer: shows a page, and the next attempt requests it again", async () => {
    for (const tenant of ["down", "impostor", "nowhere/at/all"]) {
      const studio = studioWith({ ...ANYONE, OIDC_ISSUER: `${PROVIDER}/${tenant}` });
      const response = await studio.call("/api/auth/login");
      expect([502, 503]).toContain(response.status);
      await expectTurnedAway(response, response.status, "The sign-in provider");
    }
    const unreachable = studioWith({ ...ANYONE, OIDC_ISSUER: "http://127.0.0.1:9" });
    const response = await unreachable.call("/api/auth/login");
    expect(response.headers.get("retry-after")).toBe("30");
    await expectTurnedAway(response, 503, "responding");
  });

  it("ends a sign-in with a page when the provider does not answer in time", async () => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    vi.spyOn(AbortSignal, "timeout").mockImplementation((milliseconds) => timeout(milliseconds / 20));
    try {
      const slow = studioWith({ ...ANYONE, OIDC_ISSUER: `${PROVIDER}/slow` });
      await expectTurnedAway(await slow.call("/api/auth/login"), 503, "responding");
      const response = await studioWith(ANYONE).signIn({ claims: someone(), flaw: "token-slow" });
      await expectTurnedAway(response, 503, "responding");
    } finally {
      vi.restoreAllMocks();
    }
  });

  it("does not know the studio's secret", async () => {
    const studio = studioWith({ ...ANYONE, OIDC_CLIENT_SECRET: "wrong" });
    await expectTurnedAway(await studio.signIn({ claims: someone() }), 502, "OIDC_CLIENT_SECRET");
  });
});

describe("a hostile browser", () => {
  it("a code and a state are valid once", async () => {
    const studio = studioWith(ANYONE);
    const { callback, cookie } = await studio.goThere({ claims: someone() });
    expect((await studio.handIn(callback, cookie)).status).toBe(302);
    await expectTurnedAway(await studio.handIn(callback, cookie), 400, "was already used");
    await expectTurnedAway(await studio.handIn(callback, ""), 400, "be completed");
  });

  it("finishes two sign-ins that were begun in two tabs, in either order", async () => {
    const studio = studioWith(ANYONE);
    const [one, other] = [someone(), someone()];
    const first = await studio.goThere({ claims: one }, "/gallery");
    const second = await studio.goThere({ claims: other }, "/account");
    const both = `${first.cookie}; ${second.cookie}`;
    const responses = [await studio.handIn(second.callback, both), await studio.handIn(first.callback, both)];
    expect(responses.map((response) => response.headers.get("location"))).toEqual(["/account", "/gallery"]);
    for (const [at, { email }] of [other, one].entries()) {
      expect(await studio.userOf(responses[at] as Response)).toMatchObject({ email });
    }
    // Each response drops only its own cookie.
    const dropped = responses.map((response) => response.headers.getSetCookie()[0]?.split("=")[0]);
    expect(dropped).toEqual([second, first].map(({ cookie }) => cookie.split("=")[0]));
  });

  it("keeps a running sign-in when a callback with another state arrives", async () => {
    const studio = studioWith(ANYONE);
    const { callback, cookie } = await studio.goThere({ claims: someone() });
    const forged = await studio.call("/api/auth/callback?error=access_denied&state=x", { cookie });
    await expectTurnedAway(forged, 400, "be completed");
    expect(forged.headers.getSetCookie()).toEqual([]);
    expect((await studio.handIn(callback, cookie)).status).toBe(302);
  });

  it("keeps the cookies of the last five sign-ins begun", async () => {
    const studio = studioWith(ANYONE);
    const begin = async (cookies: string[]) =>
      (await studio.call("/api/auth/login", { cookie: ["theme=dark", ...cookies].join("; ") })).headers
        .getSetCookie()
        .map((line) => line.split(";", 1)[0] ?? "");
    const kept: string[] = [];
    for (let at = 0; at < 5; at += 1) kept.push(...(await begin(kept)));
    expect(kept).toHaveLength(5);
    const [dropped, added] = await begin(kept);
    expect(dropped).toBe(`${kept[0]?.split("=")[0]}=`);
    expect(added).toMatch(/^sign-in-[\w-]{16}=./);
  });

  it("rejects the state and the code of another browser's sign-in", async () => {
    const studio = studioWith(ANYONE);
    const [mine, theirs] = [
      await studio.goThere({ claims: someone() }),
      await studio.goThere({ claims: someone() }),
    ];
    await expectTurnedAway(await studio.handIn(theirs.callback, mine.cookie), 400, "be completed");
    const renamed = `${theirs.cookie.split("=")[0]}=${mine.cookie.slice(mine.cookie.indexOf("=") + 1)}`;
    await expectTurnedAway(await studio.handIn(theirs.callback, renamed), 400, "be completed");
    const mixed = new URL(mine.callback);
    mixed.searchParams.set("code", theirs.callback.searchParams.get("code") ?? "");
    // PKCE: the code was made for another verifier.
    await expectTurnedAway(await studio.handIn(mixed, mine.cookie), 400, "was already used");
  });

  it.each([
    ["nothing at all", ""],
    ["no code", "?state=STATE"],
    ["another state", "?state=x&code=y"],
    ["two states", "?state=STATE&state=x&code=y"],
    ["an error with another state", "?error=access_denied&state=x"],
  ])("a response with %s", async (_, query) => {
    const studio = studioWith(ANYONE);
    const { there, cookie } = await studio.goThere({});
    const state = there.searchParams.get("state") ?? "";
    const response = await studio.call(`/api/auth/callback${query.replace("STATE", state)}`, { cookie });
    expect([400, 502]).toContain(response.status);
    await expectTurnedAway(response, response.status, "sign-in");
  });

  it("rejects a flow cookie as a session, a session as a flow, and forged or expired cookies", async () => {
    const studio = studioWith(ANYONE);
    const { callback, cookie } = await studio.goThere({ claims: someone() });
    const token = cookie.slice(cookie.indexOf("=") + 1);
    expect(await (await studio.call("/api/session", { cookie: `session=${token}` })).json()).toMatchObject({
      user: null,
    });
    const session = (await studio.handIn(callback, cookie)).headers.getSetCookie()[1]?.split(/[=;]/)[1];
    for (const forged of [session, `${token.slice(0, -4)}AAAA`, "x.y.z", ""]) {
      const again = await studio.goThere({ claims: someone() });
      const name = again.cookie.split("=")[0];
      await expectTurnedAway(await studio.handIn(again.callback, `${name}=${forged}`), 400, "be completed");
    }
    const late = await studio.goThere({ claims: someone() });
    vi.useFakeTimers({ now: Date.now() + 11 * 60_000, toFake: ["Date"] });
    try {
      await expectTurnedAway(await studio.handIn(late.callback, late.cookie), 400, "be completed");
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/.//evil.example",
    "/x/..//evil.example",
    "javascript:alert(1)",
    "evil.example",
    "",
    "/api/auth/login",
    "/API/session",
    `/${"x".repeat(2048)}`,
  ])("returns to the studio, not to %j", async (returnTo) => {
    const studio = studioWith(ANYONE);
    const response = await studio.signIn({ claims: someone() }, returnTo);
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toBe("/");
  });

  it.each(["/", "/gallery", "/g/abc", "/gallery?q=%F0%9F%A6%8A", "/apiary"])(
    "goes back to %s",
    async (page) => {
      const response = await studioWith(ANYONE).signIn({ claims: someone() }, page);
      expect(response.headers.get("location")).toBe(page);
    },
  );

  it("logs no address, code or token, whatever fails", async () => {
    const lines: string[] = [];
    for (const level of ["log", "error"] as const) {
      vi.spyOn(console, level).mockImplementation((line) => void lines.push(String(line)));
    }
    const studio = studioWith({ ...OIDC, ALLOWED_USERS: "@elsewhere.example" }, PUBLIC);
    const person = someone();
    const secrets = [person.email, person.sub];
    for (const flaw of [undefined, "key-swapped", "alg-none", "token-500"]) {
      const { callback, cookie } = await studio.goThere({ claims: person, ...(flaw && { flaw }) });
      secrets.push(...callback.searchParams.values(), cookie);
      await studio.handIn(callback, cookie);
    }
    await studio.call(`/api/auth/callback?error=${encodeURIComponent(person.email)}`);
    vi.restoreAllMocks();
    const log = lines.join("\n");
    expect(log.match(/sign_in_refused/g)).toHaveLength(5);
    for (const secret of secrets) expect(log).not.toContain(secret);
  });

  it("is rate limited by address on the two sign-in routes only", async () => {
    const studio = studioWith(ANYONE);
    let refused: Response | undefined;
    for (let at = 0; at < 40 && refused === undefined; at += 1) {
      const response = await studio.call("/api/auth/callback");
      if (response.status === 429) refused = response;
    }
    expect(refused?.headers.get("retry-after")).toBe("60");
    await expectTurnedAway(refused as Response, 429, "Too many sign-ins");
    expect((await studio.call("/api/auth/login")).status).toBe(429);
    expect((await studio.call("/api/session")).status).toBe(200);
    expect((await studioWith(ANYONE).call("/api/auth/login")).status).toBe(302);
  });
});

describe("ALLOWED_USERS", () => {
  const at = (allowed: string, origin?: string) => studioWith({ ...OIDC, ALLOWED_USERS: allowed }, origin);
  const unknown = "have access to this studio";

  it("admits addresses and domains, in any case, and nothing that only looks like them", async () => {
    const id = crypto.randomUUID();
    const list = `${id}@Example.com, @${id}.example`;
    const isIn = async (email: string) =>
      (await at(list, PUBLIC).signIn({ claims: someone({ email }) })).status;
    expect(await isIn(`${id.toUpperCase()}@example.com`)).toBe(302);
    expect(await isIn(`anyone@${id}.example`)).toBe(302);
    for (const email of [
      `x${id}@example.com`,
      `${id}@example.com.evil.example`,
      `anyone@sub.${id}.example`,
      `anyone@x${id}.example`,
      `"anyone@${id}.example"@evil.example`,
    ]) {
      expect(await isIn(email), email).toBe(403);
    }
  });

  it("is checked at every sign-in", async () => {
    const person = someone();
    expect((await at("*", PUBLIC).signIn({ claims: person })).status).toBe(302);
    const page = await expectTurnedAway(
      await at("@elsewhere.example", PUBLIC).signIn({ claims: person }),
      403,
      unknown,
    );
    expect(page).toContain("ALLOWED_USERS");
  });

  it("when empty, rejects new users at a public address and accepts existing ones", async () => {
    const person = someone();
    await expectTurnedAway(await at("", PUBLIC).signIn({ claims: person }), 403, unknown);
    expect((await at("*", PUBLIC).signIn({ claims: person })).status).toBe(302);
    expect((await at("", PUBLIC).signIn({ claims: person })).status).toBe(302);
    expect((await at("").signIn({ claims: someone() })).status, "on this machine").toBe(302);
  });
});
