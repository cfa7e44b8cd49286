// The verifier of passkeys, judged beside a reference: both get the same responses, good ones and ones with a flaw.
import { verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import { base64url } from "jose";
import { describe, expect, it } from "vitest";
import { rawSignatureOf } from "../../worker/auth/passkeys/der-signature.ts";
import { ES256, RS256, verifyAssertion, verifyRegistration } from "../../worker/auth/passkeys/verify.ts";
import { registerOptionsOf, signInOptionsOf } from "../../worker/use-cases/passkeys/options.ts";
import { derOf, FLAGS, type Flaw, newAuthenticator } from "./support/authenticator.ts";

const ORIGIN = "https://studio.example";
const CHALLENGE = base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
const CREATE = registerOptionsOf(
  ORIGIN,
  { challenge: CHALLENGE, state: "a state" },
  { email: "a@example.com", handle: base64url.encode("a handle"), passkeyIds: [] },
);
const GET = signInOptionsOf(ORIGIN, { challenge: CHALLENGE, state: "a state" });
const EXPECTED = { challenge: CHALLENGE, origin: ORIGIN };

const flipLast = (bytes: Uint8Array<ArrayBuffer>) => bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1);

/** Flaws of both ceremonies, with what the studio's verifier says. */
const FLAWS: [name: string, flaw: Flaw, reason: string][] = [
  ["another type", { type: "payment.get" }, "type"],
  ["another challenge", { challenge: base64url.encode("another challenge") }, "challenge"],
  ["another origin", { origin: "https://studio.example.evil.example" }, "origin"],
  ["the origin with http", { origin: "http://studio.example" }, "origin"],
  ["the origin with a port", { origin: `${ORIGIN}:8443` }, "origin"],
  ["another RP", { rpId: "evil.example" }, "rp_id"],
  ["no user presence", { flags: FLAGS.uv | FLAGS.at }, "user_presence"],
  ["no user verification", { flags: FLAGS.up | FLAGS.at }, "user_verification"],
  ["authenticator data cut off", { authenticatorData: (data) => data.slice(0, 36) }, "authenticator_data"],
];

async function created(flaw: Flaw = {}, algorithm: typeof ES256 | typeof RS256 = ES256) {
  const authenticator = await newAuthenticator({ origin: ORIGIN, algorithm });
  const response = await authenticator.create(CREATE, flaw);
  const own = await verifyRegistration(response, EXPECTED);
  const reference = await verifyRegistrationResponse({
    response,
    expectedChallenge: CHALLENGE,
    expectedOrigin: ORIGIN,
    expectedRPID: "studio.example",
  }).then(
    ({ verified, registrationInfo }) => ({ verified, info: registrationInfo }),
    () => ({ verified: false, info: undefined }),
  );
  return { authenticator, own, reference };
}

async function signedIn(
  flaw: Flaw = {},
  { algorithm = ES256, counter = 0 }: { algorithm?: typeof ES256 | typeof RS256; counter?: number } = {},
) {
  const authenticator = await newAuthenticator({ origin: ORIGIN, algorithm });
  await authenticator.create(CREATE);
  const response = await authenticator.get(GET, flaw);
  const stored = { publicKey: authenticator.spki, algorithm, counter };
  const own = await verifyAssertion(response, stored, EXPECTED);
  const reference = await verifyAuthenticationResponse({
    response,
    expectedChallenge: CHALLENGE,
    expectedOrigin: ORIGIN,
    expectedRPID: "studio.example",
    credential: { id: authenticator.id, publicKey: authenticator.coseKey, counter },
  }).then(
    ({ verified }) => verified,
    () => false,
  );
  return { own, reference };
}

describe.each([
  ["ES256", ES256],
  ["RS256", RS256],
] as const)("%s", (_, algorithm) => {
  it("accepts a registration, as the reference does", async () => {
    const { authenticator, own, reference } = await created({}, algorithm);
    expect(own).toEqual({ ok: true, counter: 0, isBackedUp: true });
    expect(reference).toMatchObject({ verified: true, info: { credential: { id: authenticator.id } } });
  });

  it("accepts a sign-in, as the reference does", async () => {
    const { own, reference } = await signedIn({ counter: 3 }, { algorithm, counter: 2 });
    expect(own).toEqual({ ok: true, counter: 3, isBackedUp: true });
    expect(reference).toBe(true);
  });

  it("refuses a changed signature, as the reference does", async () => {
    const { own, reference } = await signedIn({ signature: flipLast }, { algorithm });
    expect(own).toEqual({ ok: false, reason: "signature" });
    expect(reference).toBe(false);
  });
});

describe.each(FLAWS)("%s", (_, flaw, reason) => {
  it("is refused at a registration, as by the reference", async () => {
    const { own, reference } = await created(flaw);
    expect(own).toEqual({ ok: false, reason });
    expect(reference.verified).toBe(false);
  });

  it("is refused at a sign-in, as by the reference", async () => {
    const { own, reference } = await signedIn(flaw);
    expect(own).toEqual({ ok: false, reason });
    expect(reference).toBe(false);
  });
});

describe("the signature counter", () => {
  it.each([
    [0, 0, true],
    [0, 1, true],
    [5, 6, true],
    [5, 5, false],
    [5, 4, false],
    [5, 0, false],
  ])("stored %i, sent %i: %s, as by the reference", async (counter, sent, isAccepted) => {
    const { own, reference } = await signedIn({ counter: sent }, { counter });
    expect(own).toEqual(
      isAccepted ? expect.objectContaining({ ok: true }) : { ok: false, reason: "counter" },
    );
    expect(reference).toBe(isAccepted);
  });
});

describe("stricter than the reference", () => {
  it.each<[string, Flaw]>([
    ["crossOrigin", { crossOrigin: true }],
    ["topOrigin", { topOrigin: "https://evil.example" }],
  ])("refuses a frame of another site: %s", async (_, flaw) => {
    expect((await created(flaw)).own).toEqual({ ok: false, reason: "cross_origin" });
    expect((await signedIn(flaw)).own).toEqual({ ok: false, reason: "cross_origin" });
  });

  it("refuses a credential id that is not the one in the authenticator data", async () => {
    const { own } = await created({ id: base64url.encode("another credential") });
    expect(own).toEqual({ ok: false, reason: "credential_id" });
  });

  it("refuses a backed-up credential that is not eligible for backup", async () => {
    const flags = FLAGS.up | FLAGS.uv | FLAGS.bs;
    expect((await signedIn({ flags })).own).toEqual({ ok: false, reason: "backup_flags" });
  });

  it("refuses a registration without a credential, or cut off inside it", async () => {
    const flags = FLAGS.up | FLAGS.uv;
    expect((await created({ flags })).own).toEqual({ ok: false, reason: "authenticator_data" });
    for (const length of [38, 54, 60]) {
      const { own } = await created({ authenticatorData: (data) => data.slice(0, length) });
      expect(own).toEqual({ ok: false, reason: "authenticator_data" });
    }
  });

  it("refuses a public key of another kind", async () => {
    const rsa = await newAuthenticator({ origin: ORIGIN, algorithm: RS256 });
    for (const publicKey of [rsa.spki, "AAAA"]) {
      expect((await created({ publicKey })).own).toEqual({ ok: false, reason: "public_key" });
    }
  });
});

describe("DER signatures", () => {
  const filled = (first: number[], second: number[]) => {
    const raw = new Uint8Array(64).fill(7);
    raw.set(first, 0);
    raw.set(second, 32);
    return raw;
  };

  it("reads integers of every length: leading zeros, and the high bit", () => {
    for (const raw of [
      filled([], []),
      filled([0x80], [0xff]),
      filled([0], [0, 0]),
      filled([0, 0x80], [0, 0, 0x80]),
      new Uint8Array(64).with(31, 1).with(63, 1),
    ]) {
      expect(rawSignatureOf(derOf(raw))).toEqual(raw);
    }
  });

  it("refuses every other form", () => {
    const good = derOf(filled([], []));
    expect(good.length).toBe(70);
    const bad: Uint8Array[] = [
      new Uint8Array(),
      good.slice(0, -1),
      Uint8Array.of(...good, 0),
      good.with(0, 0x31),
      good.with(1, 69),
      good.with(2, 0x03),
      good.with(3, 31),
      good.with(3, 33),
      // Negative.
      good.with(4, 0x87),
      // A leading zero too many, an empty integer, 33 digits.
      Uint8Array.of(0x30, 8, 2, 2, 0, 1, 2, 2, 0, 1),
      Uint8Array.of(0x30, 4, 2, 0, 2, 0),
      Uint8Array.of(0x30, 0x26, 2, 33, ...new Uint8Array(33).fill(7), 2, 1, 7),
    ];
    for (const der of bad) expect(rawSignatureOf(der)).toBeNull();
  });
});
