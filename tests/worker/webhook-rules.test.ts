/** The pure parts of webhooks to users' endpoints: which URLs, when, and how secrets are signed with and stored. */
import { describe, expect, it } from "vitest";
import { Webhook } from "standardwebhooks";
import { newSecret } from "../../worker/auth/webhook-secret.ts";
import { nextAttemptAt } from "../../worker/studio/endpoints/retry-schedule.ts";
import { openSecret, sealSecret } from "../../worker/studio/endpoints/sealed-secret.ts";
import { signedHeaders } from "../../worker/studio/endpoints/signature.ts";
import { urlProblem } from "../../worker/studio/endpoints/url-rule.ts";

const STUDIO = "https://studio.example";

describe("the URL of an endpoint", () => {
  it.each([
    "https://hooks.example.org/a?token=b",
    "https://HOOKS.Example.org",
    "https://hooks.example.org:443/",
    "https://hooks_1.example.org/",
    "https://bücher.example/",
    "https://xn--bcher-kva.example/",
    "https://api.studio.example/",
    "https://studio.example.org/",
    "https://127.0.0.1.example.org/",
    "https://localhost.example.org/",
    "https://1.2.3.4.com/",
    "https://my.local-net.org/",
    `https://example.org/${"a".repeat(2_000)}`,
  ])("%s is allowed", (url) => {
    expect(urlProblem(url, STUDIO)).toBeNull();
  });

  it.each([
    // IPv4 in every spelling that the URL parser accepts.
    ["https://127.0.0.1/", "not_public"],
    ["https://10.0.0.1/", "not_public"],
    ["https://8.8.8.8/", "not_public"],
    ["https://169.254.169.254/latest/meta-data", "not_public"],
    ["https://2130706433/", "not_public"],
    ["https://0x7f000001/", "not_public"],
    ["https://0x7f.0.0.1/", "not_public"],
    ["https://017700000001/", "not_public"],
    ["https://0177.0.0.1/", "not_public"],
    ["https://127.1/", "not_public"],
    ["https://127.0.1/", "not_public"],
    ["https://0/", "not_public"],
    ["https://127.0.0.1./", "not_public"],
    ["https://１２７.０.０.１/", "not_public"],
    ["https://127。0。0。1/", "not_public"],
    ["https://%31%32%37.0.0.1/", "not_public"],
    ["https://127.0.0.0x1/", "not_public"],
    // IPv6, also with an IPv4 address in it.
    ["https://[::1]/", "not_public"],
    ["https://[::]/", "not_public"],
    ["https://[0:0:0:0:0:0:0:1]/", "not_public"],
    ["https://[::ffff:127.0.0.1]/", "not_public"],
    ["https://[::ffff:7f00:1]/", "not_public"],
    ["https://[::127.0.0.1]/", "not_public"],
    ["https://[64:ff9b::7f00:1]/", "not_public"],
    ["https://[fe80::1]/", "not_public"],
    ["https://[fd00::1]/", "not_public"],
    ["https://[2606:4700::1111]/", "not_public"],
    // Names that are not public.
    ["https://localhost/", "not_public"],
    ["https://LOCALHOST/", "not_public"],
    ["https://ⓛocalhost/", "not_public"],
    ["https://a.localhost/", "not_public"],
    ["https://printer.local/", "not_public"],
    ["https://metadata.google.internal/", "not_public"],
    ["https://internal/", "not_public"],
    ["https://router.home.arpa/", "not_public"],
    ["https://1.0.0.127.in-addr.arpa/", "not_public"],
    ["https://abc.onion/", "not_public"],
    ["https://a.test/", "not_public"],
    ["https://a.invalid/", "not_public"],
    ["https://intranet/", "not_public"],
    ["https://hooks.example.org./", "not_public"],
    ["https://hooks.example.org../", "not_public"],
    ["https://hooks..example.org/", "not_public"],
    ["https://.example.org/", "not_public"],
    [`https://${"a".repeat(64)}.example.org/`, "not_public"],
    [`https://${"a.".repeat(130)}org/`, "not_public"],
    // The studio itself.
    ["https://studio.example/", "own_host"],
    ["https://STUDIO.example/api/webhooks", "own_host"],
    ["https://studio.example./", "not_public"],
    // Other parts.
    ["http://hooks.example.org/", "not_https"],
    ["ftp://hooks.example.org/", "not_https"],
    ["wss://hooks.example.org/", "not_https"],
    ["javascript:alert(1)", "not_https"],
    ["https://hooks.example.org:8443/", "has_port"],
    ["https://hooks.example.org:80/", "has_port"],
    ["https://user@hooks.example.org/", "has_user"],
    ["https://user:password@hooks.example.org/", "has_user"],
    ["https://:password@hooks.example.org/", "has_user"],
    ["https://hooks.example.org@127.0.0.1/", "has_user"],
    ["hooks.example.org", "malformed"],
    ["//hooks.example.org", "malformed"],
    ["https://", "malformed"],
    ["https://999.999.999.999/", "malformed"],
    ["https://hooks.example.org:99999/", "malformed"],
    ["", "malformed"],
    [`https://example.org/${"a".repeat(2_040)}`, "too_long"],
    // Loopback is for a studio on loopback only.
    ["http://localhost:3000/", "not_https"],
    ["http://127.0.0.1:3000/", "not_https"],
  ] as const)("%s is refused: %s", (url, problem) => {
    expect(urlProblem(url, STUDIO)).toBe(problem);
  });

  it.each([
    ["http://localhost:3000/hook", null],
    ["http://127.0.0.1:3000/", null],
    ["http://[::1]:3000/", null],
    ["http://app.localhost:3000/", null],
    ["https://localhost:3000/", null],
    ["http://2130706433:3000/", null],
    ["https://hooks.example.org/", null],
    ["http://localhost:8787/", "own_host"],
    ["http://127.0.0.1:8787/", "own_host"],
    ["ftp://localhost/", "not_https"],
    ["http://user@localhost:3000/", "has_user"],
    ["http://127.0.0.2:3000/", "not_https"],
    ["http://10.0.0.1:3000/", "not_https"],
    ["http://192.168.1.2/", "not_https"],
    ["https://192.168.1.2/", "not_public"],
    ["http://hooks.example.org/", "not_https"],
  ] as const)("for a studio on loopback, %s gives %s", (url, problem) => {
    expect(urlProblem(url, "http://localhost:8787")).toBe(problem);
  });
});

describe("the retry schedule", () => {
  const SECONDS = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

  it.each(SECONDS.map((seconds, attempts) => [attempts, seconds]))(
    "after %i failed attempts waits %i s, give or take a tenth",
    (attempts, seconds) => {
      const now = 1_000_000;
      expect(nextAttemptAt(attempts, now, 0.5)).toBe(now + seconds * 1000);
      expect(nextAttemptAt(attempts, now, 0)).toBe(now + seconds * 900);
      expect(nextAttemptAt(attempts, now, 1)).toBe(now + seconds * 1100);
    },
  );

  it("ends after ten attempts", () => {
    expect(nextAttemptAt(10, 0, 0.5)).toBeNull();
    expect(nextAttemptAt(11, 0, 0.5)).toBeNull();
  });
});

describe("a signature", () => {
  const body = JSON.stringify({ type: "generation.succeeded", text: "日本 🦊" });

  it("is verified by the library of Standard Webhooks, by each secret of a rotation", async () => {
    const secrets = [newSecret(), newSecret()];
    const headers = await signedHeaders(secrets, "an-id", body, Date.now());
    expect(headers["webhook-signature"]?.split(" ")).toHaveLength(2);
    for (const secret of secrets) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    expect(headers["webhook-signature"]?.split(" ")[0]).toBe(
      new Webhook(secrets[0] as string).sign("an-id", new Date(), body),
    );
  });

  it("does not hold for another secret, body, id or an old time", async () => {
    const secret = newSecret();
    const headers = await signedHeaders([secret], "an-id", body, Date.now());
    const old = await signedHeaders([secret], "an-id", body, Date.now() - 10 * 60_000);
    expect(() => new Webhook(newSecret()).verify(body, headers)).toThrow();
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow();
    expect(() => new Webhook(secret).verify(body, { ...headers, "webhook-id": "other" })).toThrow();
    expect(() => new Webhook(secret).verify(body, old)).toThrow();
  });

  it("has a secret of 32 random bytes", () => {
    const secrets = Array.from({ length: 50 }, newSecret);
    expect(new Set(secrets).size).toBe(50);
    for (const secret of secrets) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  });
});

describe("a stored secret", () => {
  const [first, second] = ["the-first-session-secret", "the-second-session-secret"];

  it("is read back with the session secret that encrypted it", async () => {
    const secret = newSecret();
    const sealed = await sealSecret([first], "endpoint", secret);
    expect(sealed).not.toContain(secret.slice(6));
    expect(await openSecret([first], "endpoint", sealed)).toEqual({ secret, isOutdated: false });
    expect(await openSecret([second, first], "endpoint", sealed)).toEqual({ secret, isOutdated: true });
    expect(await sealSecret([first], "endpoint", secret)).not.toBe(sealed);
  });

  it("is not read with another session secret, for another endpoint, or changed", async () => {
    const sealed = await sealSecret([first], "endpoint", newSecret());
    expect(await openSecret([second], "endpoint", sealed)).toBeNull();
    expect(await openSecret([first], "another", sealed)).toBeNull();
    expect(
      await openSecret(
        [first],
        "endpoint",
        sealed.replace(/^./, (c) => (c === "A" ? "B" : "A")),
      ),
    ).toBeNull();
    for (const text of ["", "no base64!", "AAAA"])
      expect(await openSecret([first], "endpoint", text)).toBeNull();
  });
});
