/** An authenticator in software: makes what `PublicKeyCredential.toJSON()` returns, good or with one flaw. */
import { base64url } from "jose";
import { type Algorithm, ES256 } from "../../../worker/auth/passkeys/verify.ts";
import type { RegisterOptions, SignInOptions } from "../../../worker/api/schemas/passkey.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export const FLAGS = { up: 0x01, uv: 0x04, be: 0x08, bs: 0x10, at: 0x40 };

/** What differs from an honest response. */
export type Flaw = {
  type?: string;
  challenge?: string;
  origin?: string;
  crossOrigin?: boolean;
  topOrigin?: string;
  rpId?: string;
  flags?: number;
  counter?: number;
  /** The id that the response names, instead of the one in the authenticator data. */
  id?: string;
  signature?: (signature: Bytes) => Bytes;
  authenticatorData?: (data: Bytes) => Bytes;
  publicKey?: string;
  userHandle?: string;
};

const encode = (bytes: Uint8Array) => base64url.encode(bytes);
const textBytes = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
const concat = (...parts: (Uint8Array | number[])[]): Bytes =>
  Uint8Array.from(parts.flatMap((part) => [...part]));
const sha256 = async (bytes: Bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

const KEYS = {
  [-7]: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  [-257]: {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
  },
};

/** An INTEGER of DER: minimal, and not negative. */
function derInteger(digits: Uint8Array): number[] {
  const first = digits.findIndex((byte) => byte !== 0);
  const minimal = first < 0 ? [0] : [...digits.subarray(first)];
  const positive = (minimal[0] ?? 0) >= 0x80 ? [0, ...minimal] : minimal;
  return [0x02, positive.length, ...positive];
}

/** r || s of WebCrypto as authenticators write it. */
export function derOf(raw: Uint8Array): Bytes {
  const content = [...derInteger(raw.subarray(0, 32)), ...derInteger(raw.subarray(32))];
  return Uint8Array.of(0x30, content.length, ...content);
}

/** CBOR of RFC 9052, 7: the keys in the order that CTAP2 wants. */
function coseKeyOf({ x, y, n }: JsonWebKey): Bytes {
  if (n) {
    const modulus = base64url.decode(n);
    const length = [modulus.length >> 8, modulus.length & 0xff];
    return concat([0xa4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x59, ...length], modulus, [0x21, 0x43, 1, 0, 1]);
  }
  return concat(
    [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32],
    base64url.decode(x ?? ""),
    [0x22, 0x58, 32],
    base64url.decode(y ?? ""),
  );
}

export async function newAuthenticator({
  origin,
  algorithm = ES256,
  flags = FLAGS.up | FLAGS.uv | FLAGS.be | FLAGS.bs,
  counts = false,
}: {
  origin: string;
  algorithm?: Algorithm;
  flags?: number;
  /** It counts its signatures, as security keys do; synced passkeys do not. */
  counts?: boolean;
}) {
  const { privateKey, publicKey } = (await crypto.subtle.generateKey(KEYS[algorithm], true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  const spki = new Uint8Array((await crypto.subtle.exportKey("spki", publicKey)) as ArrayBuffer);
  const coseKey = coseKeyOf((await crypto.subtle.exportKey("jwk", publicKey)) as JsonWebKey);
  const credentialId = crypto.getRandomValues(new Uint8Array(32));
  const id = encode(credentialId);
  let counter = 0;
  let handle = "";

  const clientDataOf = (type: string, challenge: string, flaw: Flaw) =>
    textBytes(
      JSON.stringify({
        type: flaw.type ?? type,
        challenge: flaw.challenge ?? challenge,
        origin: flaw.origin ?? origin,
        crossOrigin: flaw.crossOrigin ?? false,
        ...(flaw.topOrigin && { topOrigin: flaw.topOrigin }),
      }),
    );

  async function headerOf(rpId: string, ownFlags: number, flaw: Flaw): Promise<Bytes> {
    if (counts) counter += 1;
    const count = new DataView(new ArrayBuffer(4));
    count.setUint32(0, flaw.counter ?? counter);
    return concat(
      await sha256(textBytes(flaw.rpId ?? rpId)),
      [flaw.flags ?? ownFlags],
      new Uint8Array(count.buffer),
    );
  }

  return {
    id,
    coseKey,
    spki: encode(spki),
    async create({ options }: RegisterOptions, flaw: Flaw = {}) {
      handle = options.user.id;
      const header = await headerOf(options.rp.id, flags | FLAGS.at, flaw);
      const whole = concat(header, new Uint8Array(16), [0, credentialId.length], credentialId, coseKey);
      const authenticatorData = flaw.authenticatorData?.(whole) ?? whole;
      const length = [authenticatorData.length >> 8, authenticatorData.length & 0xff];
      const attestationObject = concat(
        [0xa3, 0x63, ...textBytes("fmt"), 0x64, ...textBytes("none"), 0x67, ...textBytes("attStmt"), 0xa0],
        [0x68, ...textBytes("authData"), 0x59, ...length],
        authenticatorData,
      );
      return {
        id: flaw.id ?? id,
        rawId: flaw.id ?? id,
        type: "public-key" as const,
        authenticatorAttachment: "platform" as const,
        clientExtensionResults: {},
        response: {
          clientDataJSON: encode(clientDataOf("webauthn.create", options.challenge, flaw)),
          attestationObject: encode(attestationObject),
          authenticatorData: encode(authenticatorData),
          publicKey: flaw.publicKey ?? encode(spki),
          publicKeyAlgorithm: algorithm,
          transports: ["internal" as const],
        },
      };
    },
    async get({ options }: SignInOptions, flaw: Flaw = {}) {
      const header = await headerOf(options.rpId, flags, flaw);
      const authenticatorData = flaw.authenticatorData?.(header) ?? header;
      const clientDataJSON = clientDataOf("webauthn.get", options.challenge, flaw);
      const signed = concat(authenticatorData, await sha256(clientDataJSON));
      const raw = new Uint8Array(await crypto.subtle.sign(KEYS[algorithm], privateKey, signed));
      const signature = algorithm === ES256 ? derOf(raw) : raw;
      return {
        id: flaw.id ?? id,
        rawId: flaw.id ?? id,
        type: "public-key" as const,
        authenticatorAttachment: "platform" as const,
        clientExtensionResults: {},
        response: {
          clientDataJSON: encode(clientDataJSON),
          authenticatorData: encode(authenticatorData),
          signature: encode(flaw.signature?.(signature) ?? signature),
          userHandle: flaw.userHandle ?? handle,
        },
      };
    },
  };
}
export type Authenticator = Awaited<ReturnType<typeof newAuthenticator>>;
