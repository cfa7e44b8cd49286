import { describe, expect, it } from "vitest";
import { breakD1 } from "./support/faults.ts";
import {
  ACCESS,
  expectTurnedAway,
  methodsOf,
  OIDC,
  PROVIDER,
  PUBLIC,
  signed,
  someone,
  studioWith,
} from "./support/sign-in.ts";

const ANYONE = { ...ACCESS, ALLOWED_USERS: "*" };
const now = Math.floor(Date.now() / 1000);
const claimsOf = (more: Record<string, unknown> = {}) => {
  const { sub, email } = someone();
  return { iss: PROVIDER, aud: [ACCESS.ACCESS_AUD], iat: now, exp: now + 3600, sub, email, ...more };
};

describe("Cloudflare Access", () => {
  it("signs in a user of Access, each time as the same user", async () => {
    const studio = studioWith(ANYONE, PUBLIC);
    expect(await methodsOf(studio)).toEqual(["access"]);
    const claims = claimsOf();
    const enter = async () =>
      studio.call("/api/auth/login?return_to=/gallery", { "cf-access-jwt-assertion": await signed(claims) });
    const response = await enter();
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toBe("/gallery");
    const user = await studio.userOf(response);
    expect(user).toMatchObject({ email: claims.email });
    expect(await studio.userOf(await enter())).toEqual(user);
  });

  it.each<[string, Record<string, unknown>, string | undefined, number, string]>([
    ["wrong issuer", { iss: "https://evil.cloudflareaccess.com" }, undefined, 502, "response is invalid"],
    ["wrong audience", { aud: ["another"] }, undefined, 502, "response is invalid"],
    ["no audience", { aud: null }, undefined, 502, "response is invalid"],
    ["expired", { exp: now - 3600 }, undefined, 502, "has expired"],
    ["without an end", { exp: null }, undefined, 502, "response is invalid"],
    ["not valid yet", { nbf: now + 3600 }, undefined, 502, "has expired"],
    ["alg none", {}, "alg-none", 502, "response is invalid"],
    ["alg HS256 with the public key", {}, "alg-hs256", 502, "response is invalid"],
    ["a swapped key", {}, "key-swapped", 502, "response is invalid"],
    ["an unknown key", {}, "key-unknown", 502, "response is invalid"],
    ["no subject", { sub: "" }, undefined, 502, "response is invalid"],
    [
      "a service token",
      { sub: "", email: null, common_name: "robot.access" },
      undefined,
      403,
      "share your email address",
    ],
  ])("refuses %s", async (_, more, flaw, status, title) => {
    const studio = studioWith(ANYONE, PUBLIC);
    const assertion = await signed(claimsOf(more), flaw);
    const response = await studio.call("/api/auth/login", { "cf-access-jwt-assertion": assertion });
    await expectTurnedAway(response, status, title);
  });

  it("rejects requests without an assertion, and assertions that are not a token", async () => {
    const studio = studioWith(ANYONE, PUBLIC);
    await expectTurnedAway(await studio.call("/api/auth/login"), 403, "come through Cloudflare Access");
    const nonsense = await studio.call("/api/auth/login", { "cf-access-jwt-assertion": "nonsense" });
    await expectTurnedAway(nonsense, 502, "response is invalid");
  });

  it("shows a page, not JSON, when D1 fails after the provider has confirmed the user", async () => {
    const studio = studioWith(ANYONE, PUBLIC);
    const assertion = await signed(claimsOf());
    const restore = breakD1();
    const response = await studio.call("/api/auth/login?return_to=/gallery", {
      "cf-access-jwt-assertion": assertion,
      "sec-fetch-dest": "document",
    });
    restore();
    expect(response.status).toBe(503);
    expect(response.headers.get("content-type")).toBe("text/html; charset=UTF-8");
    expect(await response.text()).toContain('href="/api/auth/login?return_to=/gallery">Try again</a>');
  });

  it("checks ALLOWED_USERS", async () => {
    const studio = studioWith({ ...ACCESS, ALLOWED_USERS: "@elsewhere.example" }, PUBLIC);
    const response = await studio.call("/api/auth/login", {
      "cf-access-jwt-assertion": await signed(claimsOf()),
    });
    await expectTurnedAway(response, 403, "ALLOWED_USERS");
  });

  it("shows a page when Access cannot be reached", async () => {
    const studio = studioWith({ ...ANYONE, ACCESS_TEAM_DOMAIN: "http://127.0.0.1:9" }, PUBLIC);
    const assertion = await signed(claimsOf({ iss: "http://127.0.0.1:9" }));
    const response = await studio.call("/api/auth/login", { "cf-access-jwt-assertion": assertion });
    await expectTurnedAway(response, 503, "responding");
  });

  it("limits how much it reads of the keys", async () => {
    const team = PROVIDER.replace("127.0.0.1", "localhost");
    const studio = studioWith({ ...ANYONE, ACCESS_TEAM_DOMAIN: team }, PUBLIC);
    const assertion = await signed(claimsOf({ iss: team }));
    const response = await studio.call("/api/auth/login", { "cf-access-jwt-assertion": assertion });
    await expectTurnedAway(response, 503, "responding");
  });

  it("has priority over OpenID Connect when a request has an assertion", async () => {
    const studio = studioWith({ ...ANYONE, ...OIDC }, PUBLIC);
    expect(await methodsOf(studio)).toEqual(["oidc", "access"]);
    const elsewhere = await studio.call("/api/auth/login");
    expect(elsewhere.headers.get("location")).toContain(`${OIDC.OIDC_ISSUER}/authorize`);
    const through = await studio.call("/api/auth/login", {
      "cf-access-jwt-assertion": await signed(claimsOf()),
    });
    expect(through.headers.get("location")).toBe("/");
  });
});
