// How long a session lasts, from the sign-in on, and who loses it before. Time passes on a fake clock.
import { env } from "cloudflare:workers";
import { SignJWT } from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Session } from "../../worker/api/schemas/session.ts";
import { OIDC, someone, studioWith } from "./support/sign-in.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const ANYONE = { ...OIDC, ALLOWED_USERS: "*" };

afterEach(() => void vi.useRealTimers());
const pass = (days: number) =>
  vi.useFakeTimers({ now: Date.now() + Math.round(days * DAY_MS), toFake: ["Date"] });

/** A browser that has signed in at a studio, which may be deployed with other settings in between. */
async function signedIn(settings: Record<string, string>) {
  let cookie = "";
  const keep = (response: Response) => {
    for (const line of response.headers.getSetCookie()) {
      if (line.startsWith("session=")) cookie = line.split(";", 1)[0] ?? "";
    }
    return response;
  };
  const person = someone();
  keep(await studioWith(settings).signIn({ claims: person }));
  const at = (path: string, changed = settings) => studioWith(changed).call(path, { cookie }).then(keep);
  return {
    person,
    cookie: () => cookie,
    setCookie: (value: string) => {
      cookie = value;
    },
    visit: async (changed?: Record<string, string>) =>
      (await (await at("/api/session", changed)).json<Session>()).user?.email ?? null,
    list: async (changed?: Record<string, string>) => (await at("/api/generations", changed)).status,
  };
}

describe("a session", () => {
  it("is renewed by visits, and ends 90 days after the sign-in", async () => {
    const { visit, list, person } = await signedIn(ANYONE);
    for (let day = 20; day <= 80; day += 20) {
      pass(20);
      expect(await visit(), `day ${day}`).toBe(person.email);
    }
    pass(9);
    expect(await visit(), "day 89").toBe(person.email);
    pass(1.1);
    expect(await list(), "day 90").toBe(401);
    expect(await visit()).toBeNull();
  });

  it("ends after SESSION_MAX_DAYS, and its cookie is kept no longer", async () => {
    const { visit, list, cookie } = await signedIn({ ...ANYONE, SESSION_MAX_DAYS: "3" });
    const first = cookie();
    pass(2);
    const response = await studioWith({ ...ANYONE, SESSION_MAX_DAYS: "3" }).call("/api/session", {
      cookie: first,
    });
    expect(response.headers.get("set-cookie")).toMatch(/^session=[^;]+; Max-Age=86400;/);
    await visit({ ...ANYONE, SESSION_MAX_DAYS: "3" });
    expect(cookie()).not.toBe(first);
    pass(1.1);
    expect(await list({ ...ANYONE, SESSION_MAX_DAYS: "3" })).toBe(401);
  });

  it("ends at once when SESSION_MAX_DAYS is lowered below its age", async () => {
    const { list } = await signedIn(ANYONE);
    pass(10);
    expect(await list()).toBe(200);
    expect(await list({ ...ANYONE, SESSION_MAX_DAYS: "7" })).toBe(401);
  });

  it("of an earlier version counts from when its token was issued", async () => {
    const { visit, list, person, setCookie } = await signedIn(ANYONE);
    const user = await env.DB.prepare("select id from users where email = ?").bind(person.email).first("id");
    const issuedAt = Math.floor(Date.now() / 1000);
    const token = await new SignJWT({ sub: String(user), epoch: 0 })
      .setProtectedHeader({ alg: "HS256" })
      .setIssuer("image-studio")
      .setAudience("image-studio/session")
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + 30 * 24 * 3600)
      .sign(new TextEncoder().encode(env.SESSION_SECRET.split(",")[0]));
    setCookie(`session=${token}`);
    for (let day = 29; day < 88; day += 29) {
      pass(29);
      expect(await visit(), `day ${day}`).toBe(person.email);
    }
    pass(4);
    expect(await list()).toBe(401);
  });
});

describe("ALLOWED_USERS at renewal", () => {
  it("signs out a user who is no longer listed, in every browser", async () => {
    const { visit, list, person, cookie } = await signedIn(ANYONE);
    const narrowed = { ...OIDC, ALLOWED_USERS: "@elsewhere.example" };
    expect(await visit(narrowed), "not due for renewal").toBe(person.email);
    const elsewhere = cookie();
    pass(1.1);
    expect(await visit(narrowed)).toBeNull();
    expect(cookie()).toBe("session=");
    expect(await list(narrowed)).toBe(401);
    const copied = await studioWith(ANYONE).call("/api/generations", { cookie: elsewhere });
    expect(copied.status, "a copy of the cookie").toBe(401);
  });

  it("renews the session of a user who is listed, or where the list is empty", async () => {
    const { visit, person, cookie } = await signedIn(ANYONE);
    for (const allowed of [person.email.toUpperCase(), "@example.com", ""]) {
      const before = cookie();
      pass(1.1);
      expect(await visit({ ...OIDC, ALLOWED_USERS: allowed }), allowed).toBe(person.email);
      expect(cookie()).not.toBe(before);
    }
  });
});
