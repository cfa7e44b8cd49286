import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  invitationPage,
  openInvitation,
  passkeyList,
  passkeyResponse,
  registerOptions,
  signInOptions,
} from "../../worker/api/schemas/passkey.ts";
import { MAX_PASSKEYS } from "../../worker/shared/passkeys.ts";
import { eventually, expectProblem, newUser } from "./support/app.ts";
import { newAuthenticator } from "./support/authenticator.ts";
import { cookieOf, passkeyStudio } from "./support/passkeys.ts";
import { OIDC } from "./support/sign-in.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const studio = () => passkeyStudio();

afterEach(() => void vi.useRealTimers());
const pass = (ms: number) => vi.useFakeTimers({ now: Date.now() + ms, toFake: ["Date"] });

const rowsOf = async (
  table: "users" | "passkeys" | "identities" | "invitations",
  column: string,
  value: string,
) => (await env.DB.prepare(`select * from ${table} where ${column} = ?`).bind(value).all()).results;

async function joined(at = studio(), invitation: Record<string, unknown> = {}) {
  const { token, invitation: made } = await at.invite(invitation);
  const accepted = await at.accept(token);
  expect(accepted.response.status, await accepted.response.clone().text()).toBe(204);
  const { user } = await at.sessionOf(accepted.cookie);
  return { at, ...accepted, email: made.email, id: user?.id ?? "", token, invitation: made };
}

describe("an invitation", () => {
  it("makes an account with its plan, whose passkey then signs in", async () => {
    const at = studio();
    const { invitation, link, token } = await at.invite({ plan: "pro" });
    expect(link).toBe(`http://localhost:9/invite#${token}`);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(Date.parse(invitation.expiresAt) - Date.parse(invitation.createdAt)).toBe(7 * DAY_MS);
    const shown = await at.call("/api/auth/invitation", { body: { token } });
    const { email } = invitation;
    expect(openInvitation.parse(await shown.json())).toMatchObject({
      email,
      plan: "pro",
      operator: false,
      signedInAs: null,
    });

    const { authenticator, options, response, cookie } = await at.accept(token);
    expect(registerOptions.parse(options)).toEqual(options);
    expect(response.status).toBe(204);
    const { user, signIn } = await at.sessionOf(cookie);
    expect(user).toMatchObject({ email, plan: "pro" });
    expect(signIn).toContain("passkey");
    const id = user?.id ?? "";
    expect(await rowsOf("identities", "user_id", id)).toMatchObject([
      { issuer: "passkey", subject: options.options.user.id },
    ]);
    expect(await rowsOf("users", "id", id)).toMatchObject([{ operator: 0 }]);

    const again = await at.signIn(authenticator);
    expect(again.status).toBe(204);
    expect((await at.sessionOf(cookieOf(again))).user).toEqual(user);
  });

  it("makes an operator", async () => {
    const { id } = await joined(studio(), { operator: true });
    expect(await rowsOf("users", "id", id)).toMatchObject([{ operator: 1 }]);
  });

  it("adds a passkey to the account with its address, and changes nothing else but the role", async () => {
    const at = studio();
    const user = await newUser("pro");
    const { token } = await at.invite({ email: user.email.toUpperCase(), plan: "free", operator: true });
    const shown = await at.call("/api/auth/invitation", {
      body: { token },
      headers: { cookie: user.cookie },
    });
    expect(await shown.json()).toMatchObject({ email: user.email, plan: null, signedInAs: user.email });
    const [before] = await rowsOf("users", "id", user.id);
    const { authenticator, response } = await at.accept(token);
    expect(response.status).toBe(204);
    expect(await rowsOf("users", "id", user.id)).toEqual([{ ...before, operator: 1 }]);
    const session = await at.sessionOf(cookieOf(await at.signIn(authenticator)));
    expect(session.user).toEqual({ id: user.id, email: user.email, plan: "pro", operator: true });
  });

  it("replaces a lost passkey: the account keeps its user handle", async () => {
    const { at, email, id, options } = await joined();
    const { token } = await at.invite({ email });
    const renewed = await at.accept(token);
    expect(renewed.options.options.user.id).toBe(options.options.user.id);
    expect((await at.sessionOf(renewed.cookie)).user?.id).toBe(id);
    expect(await rowsOf("passkeys", "user_id", id)).toHaveLength(2);
  });

  it("has one answer for a link that was used, revoked or has expired, and for a guess", async () => {
    const at = studio();
    const used = await joined(at);
    const revoked = await at.invite();
    expect((await at.admin(`invitations/${revoked.invitation.id}`, undefined, "DELETE")).status).toBe(204);
    const expired = await at.invite({ days: 1 });
    const answers = new Set<string>();
    pass(DAY_MS);
    for (const token of [used.token, revoked.token, expired.token, "A".repeat(43)]) {
      for (const path of ["invitation", "passkeys/register-options"]) {
        const response = await at.call(`/api/auth/${path}`, { body: { token } });
        answers.add(JSON.stringify(await expectProblem(response, "not_found")));
      }
    }
    expect(answers.size).toBe(1);
  });

  it("is refused if it ended between the page and the passkey", async () => {
    const at = studio();
    const { token, invitation } = await at.invite();
    const options = await at.registerOptions(token);
    await at.admin(`invitations/${invitation.id}`, undefined, "DELETE");
    const authenticator = await newAuthenticator({ origin: "http://localhost:9" });
    const response = await at.register(options.state, await authenticator.create(options));
    await expectProblem(response, "not_found");
    expect(await rowsOf("users", "email", invitation.email)).toEqual([]);
  });

  it("is used once by two simultaneous uses", async () => {
    const at = studio();
    const { token, invitation } = await at.invite();
    const ready = await Promise.all(
      [1, 2].map(async () => {
        const authenticator = await newAuthenticator({ origin: "http://localhost:9" });
        const options = await at.registerOptions(token);
        return { state: options.state, credential: await authenticator.create(options) };
      }),
    );
    const responses = await Promise.all(ready.map(({ state, credential }) => at.register(state, credential)));
    expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 404]);
    const [user] = await rowsOf("users", "email", invitation.email);
    expect(await rowsOf("passkeys", "user_id", String(user?.["id"]))).toHaveLength(1);
    expect(await rowsOf("invitations", "id", invitation.id)).toMatchObject([
      { used_at: expect.any(Number), used_by: user?.["id"] },
    ]);
  });

  it("is refused for a suspended user", async () => {
    const { at, email, id, authenticator } = await joined();
    const { token } = await at.invite({ email });
    await at.admin("suspend", { user: id });
    const { response } = await at.accept(token);
    await expectProblem(response, "suspended");
    await expectProblem(await at.signIn(authenticator), "suspended");
    expect(await rowsOf("passkeys", "user_id", id)).toHaveLength(1);
  });

  it("cannot take over a passkey that is registered", async () => {
    const { at, authenticator, id } = await joined();
    const { token, invitation } = await at.invite();
    const options = await at.registerOptions(token);
    const response = await at.register(options.state, await authenticator.create(options));
    await expectProblem(response, "invalid_request");
    expect(await rowsOf("users", "email", invitation.email)).toEqual([]);
    expect(await rowsOf("passkeys", "user_id", id)).toHaveLength(1);
    expect((await at.accept(token)).response.status).toBe(204);
  });

  it("admits a user whom ALLOWED_USERS does not list, but not their unlisted neighbor", async () => {
    const at = passkeyStudio({ ...OIDC, ALLOWED_USERS: "@elsewhere.example" });
    const { authenticator, cookie } = await joined(at);
    pass(2 * DAY_MS);
    expect((await at.sessionOf(cookie)).user).not.toBeNull();
    vi.useRealTimers();
    expect((await at.signIn(authenticator)).status).toBe(204);

    const listed = await newUser();
    const options = await at.registerOptions(undefined, listed.cookie);
    const own = await newAuthenticator({ origin: "http://localhost:9" });
    expect((await at.register(options.state, await own.create(options), listed.cookie)).status).toBe(201);
    await expectProblem(await at.signIn(own), "unauthenticated");
  });

  it("is listed by page, newest first, and revoked once and for all", async () => {
    const at = studio();
    const made = [await at.invite(), await at.invite(), await at.invite()].map(
      ({ invitation }) => invitation,
    );
    // Others that the tests of this file made come after them.
    const first = invitationPage.parse(await (await at.admin("invitations?limit=2")).json());
    expect(first.items).toEqual([made[2], made[1]]);
    const next = await at.admin(`invitations?limit=1&cursor=${first.nextCursor}`);
    expect(invitationPage.parse(await next.json()).items).toEqual([made[0]]);
    await expectProblem(await at.admin("invitations?cursor=nonsense"), "invalid_request");

    const path = `invitations/${made[0]?.id}`;
    expect((await at.admin(path, undefined, "DELETE")).status).toBe(204);
    const revokedAt = (await rowsOf("invitations", "id", made[0]?.id ?? ""))[0]?.["revoked_at"];
    expect((await at.admin(path, undefined, "DELETE")).status).toBe(204);
    expect((await rowsOf("invitations", "id", made[0]?.id ?? ""))[0]?.["revoked_at"]).toBe(revokedAt);
    await expectProblem(await at.admin("invitations/unknown", undefined, "DELETE"), "not_found");
  });

  it.each([{ email: "nobody" }, { days: 0 }, { days: 31 }, { days: 1.5 }, { plan: "gold" }, { more: 1 }])(
    "is refused with %j",
    async (wrong) => {
      const body = { email: "a@example.com", ...wrong };
      await expectProblem(await studio().admin("invitations", body), "invalid_request");
    },
  );

  it("stores no token", async () => {
    const { token, invitation } = await studio().invite();
    expect(JSON.stringify(await rowsOf("invitations", "id", invitation.id))).not.toContain(token);
  });
});

describe("sign-in", () => {
  it("requests any passkey of the studio's host", async () => {
    const options = await passkeyStudio({}, "https://studio.example").signInOptions();
    expect(signInOptions.parse(options)).toEqual(options);
    expect(options.options).toMatchObject({
      rpId: "studio.example",
      allowCredentials: [],
      userVerification: "required",
    });
  });

  it("refuses a response that is sent twice", async () => {
    const { at, authenticator } = await joined();
    const options = await at.signInOptions();
    const credential = await authenticator.get(options);
    expect((await at.sendSignIn(options.state, credential)).status).toBe(204);
    await expectProblem(await at.sendSignIn(options.state, credential), "unauthenticated");
  });

  it("accepts one of two simultaneous responses to one challenge", async () => {
    const { at, authenticator } = await joined();
    const options = await at.signInOptions();
    const credential = await authenticator.get(options);
    const both = await Promise.all([1, 2].map(() => at.sendSignIn(options.state, credential)));
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 401]);
  });

  it("refuses a challenge after five minutes, and one of a registration", async () => {
    const { at, authenticator, options: create } = await joined();
    const options = await at.signInOptions();
    const credential = await authenticator.get(options);
    pass(5 * 60 * 1000 + 1000);
    await expectProblem(await at.sendSignIn(options.state, credential), "unauthenticated");
    vi.useRealTimers();
    const other = { ...options, options: { ...options.options, challenge: create.options.challenge } };
    const response = await at.sendSignIn(create.state, await authenticator.get(other));
    await expectProblem(response, "unauthenticated");
  });

  it.each([
    ["another origin", { origin: "https://evil.example" }],
    ["another RP", { rpId: "evil.example" }],
    ["another user handle", { userHandle: "AAAA" }],
    ["an unknown passkey", { id: "AAAA" }],
    ["no user verification", { flags: 1 }],
  ])("refuses %s, always with the same answer", async (_, flaw) => {
    const { at, authenticator } = await joined();
    const problem = await expectProblem(await at.signIn(authenticator, flaw), "unauthenticated");
    expect(problem.detail).toBe("This passkey was not accepted.");
  });

  it("refuses a cloned authenticator: its count has not grown", async () => {
    const at = studio();
    const { token } = await at.invite();
    const { authenticator } = await at.accept(token, { counts: true });
    expect((await at.signIn(authenticator)).status).toBe(204);
    await expectProblem(await at.signIn(authenticator, { counter: 2 }), "unauthenticated");
    expect((await at.signIn(authenticator)).status).toBe(204);
  });

  it("refuses an open invitation of a deleted account", async () => {
    const studio = passkeyStudio();
    const user = await newUser();
    const { token } = await studio.invite({ email: user.email });
    expect((await user.call("/api/account", { method: "DELETE" })).status).toBe(204);
    await expectProblem(await studio.call("/api/auth/invitation", { body: { token } }), "not_found");
  });

  it("refuses the passkey of a removed or deleted account", async () => {
    const { at, authenticator, cookie, id } = await joined();
    expect((await at.call("/api/account", { method: "DELETE", headers: { cookie } })).status).toBe(204);
    await expectProblem(await at.signIn(authenticator), "unauthenticated");
    await eventually(async () => expect(await rowsOf("users", "id", id)).toEqual([]));
    expect(await rowsOf("passkeys", "user_id", id)).toEqual([]);
    expect(await rowsOf("identities", "user_id", id)).toEqual([]);
    expect(await rowsOf("invitations", "used_by", id)).toEqual([]);
  });

  it.each([
    [{}, "invalid_request"],
    [{ state: "s", credential: { id: "A", response: {} } }, "invalid_request"],
  ] as const)("refuses the body %j", async (body, code) => {
    await expectProblem(await studio().call("/api/auth/passkeys/sign-in", { body }), code);
  });

  it("is limited before anything is read", async () => {
    const none = { limit: async () => ({ success: false }) };
    const at = passkeyStudio({ RL_SIGN_IN: none as never, DB: null as never });
    for (const path of [
      "invitation",
      "passkeys/register-options",
      "passkeys/register",
      "passkeys/sign-in-options",
      "passkeys/sign-in",
    ]) {
      await expectProblem(await at.call(`/api/auth/${path}`, { body: {} }), "rate_limited");
    }
  });

  it("refuses requests from pages of other sites", async () => {
    const headers = { origin: "https://evil.example" };
    const response = await studio().call("/api/auth/passkeys/sign-in-options", { method: "POST", headers });
    await expectProblem(response, "forbidden_origin");
  });
});

describe("a user's passkeys", () => {
  async function list(at: ReturnType<typeof studio>, cookie: string) {
    const response = await at.call("/api/passkeys", { headers: { cookie } });
    return passkeyList.parse(await response.json());
  }

  it("are added, listed, renamed and removed", async () => {
    const { at, cookie, authenticator, options: invited } = await joined();
    const options = await at.registerOptions(undefined, cookie);
    expect(options.options.user).toEqual(invited.options.user);
    expect(options.options.excludeCredentials).toEqual([{ type: "public-key", id: authenticator.id }]);
    const second = await newAuthenticator({ origin: "http://localhost:9", flags: 5 });
    const added = await at.register(options.state, await second.create(options), cookie);
    expect(added.status).toBe(201);
    expect(passkeyResponse.parse(await added.json()).passkey).toMatchObject({
      id: second.id,
      name: "Passkey",
      synced: false,
      lastUsedAt: null,
    });
    expect((await at.signIn(second)).status).toBe(204);

    const path = `/api/passkeys/${second.id}`;
    const renamed = await at.call(path, { method: "PATCH", body: { name: "Desk" }, headers: { cookie } });
    expect(passkeyResponse.parse(await renamed.json()).passkey).toMatchObject({
      name: "Desk",
      lastUsedAt: expect.any(String),
    });
    const { passkeys, hasOtherSignIn } = await list(at, cookie);
    expect(passkeys.map(({ id, synced }) => ({ id, synced }))).toEqual([
      { id: authenticator.id, synced: true },
      { id: second.id, synced: false },
    ]);
    expect(hasOtherSignIn).toBe(false);

    expect((await at.call(path, { method: "DELETE", headers: { cookie } })).status).toBe(204);
    await expectProblem(await at.call(path, { method: "DELETE", headers: { cookie } }), "not_found");
    await expectProblem(await at.signIn(second), "unauthenticated");
    expect((await at.signIn(authenticator)).status).toBe(204);
  });

  it("take a name from the device", async () => {
    const { at, cookie } = await joined();
    const options = await at.registerOptions(undefined, cookie);
    const authenticator = await newAuthenticator({ origin: "http://localhost:9" });
    const response = await at.call("/api/auth/passkeys/register", {
      body: { state: options.state, credential: await authenticator.create(options) },
      headers: { cookie, "user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X)" },
    });
    expect(passkeyResponse.parse(await response.json()).passkey.name).toBe("iPhone");
  });

  it("say whether a provider signs the user in as well", async () => {
    const { at, cookie, id } = await joined();
    await env.DB.prepare("insert into identities values ('https://provider.example', ?, ?, 1)")
      .bind(id, id)
      .run();
    expect((await list(at, cookie)).hasOtherSignIn).toBe(true);
  });

  it("are added by the user who began it, and only once", async () => {
    const { at, cookie, id } = await joined();
    const options = await at.registerOptions(undefined, cookie);
    const authenticator = await newAuthenticator({ origin: "http://localhost:9" });
    const credential = await authenticator.create(options);
    await expectProblem(await at.register(options.state, credential), "unauthenticated");
    const other = await newUser();
    await expectProblem(await at.register(options.state, credential, other.cookie), "unauthenticated");
    expect((await at.register(options.state, credential, cookie)).status).toBe(201);
    await expectProblem(await at.register(options.state, credential, cookie), "invalid_request");
    const next = await newAuthenticator({ origin: "http://localhost:9" });
    const replayed = await at.register(options.state, await next.create(options), cookie);
    await expectProblem(replayed, "invalid_request");
    expect(await rowsOf("passkeys", "user_id", id)).toHaveLength(2);
  });

  it(`are at most ${MAX_PASSKEYS}`, async () => {
    const { at, cookie, id, email } = await joined();
    const options = await at.registerOptions(undefined, cookie);
    await env.DB.batch(
      Array.from({ length: MAX_PASSKEYS - 1 }, (_, n) =>
        env.DB.prepare("insert into passkeys values (?, ?, 'more', '', -7, 0, 0, 1, null)").bind(
          `${id}-${n}`,
          id,
        ),
      ),
    );
    const authenticator = await newAuthenticator({ origin: "http://localhost:9" });
    const response = await at.register(options.state, await authenticator.create(options), cookie);
    await expectProblem(response, "maximum_reached");
    const again = await at.call("/api/auth/passkeys/register-options", { body: {}, headers: { cookie } });
    await expectProblem(again, "maximum_reached");
    const { token } = await at.invite({ email });
    await expectProblem((await at.accept(token)).response, "maximum_reached");
  });

  it("do not exist for other users", async () => {
    const { at, authenticator } = await joined();
    const { cookie } = await newUser();
    const path = `/api/passkeys/${authenticator.id}`;
    await expectProblem(await at.call(path, { method: "DELETE", headers: { cookie } }), "not_found");
    const renamed = await at.call(path, { method: "PATCH", body: { name: "Mine" }, headers: { cookie } });
    await expectProblem(renamed, "not_found");
  });
});
