/**
 * Verifies what an authenticator sends, by WebCrypto: W3C Web Authentication Level 3 (https://www.w3.org/TR/webauthn-3/),
 * 7.1 for a registration and 7.2 for a sign-in. Attestation is not requested, so the browser's `getPublicKey()` is read
 * instead of the CBOR of the attestation object.
 */
import { base64url } from "jose";
import { rawSignatureOf } from "./der-signature.ts";

/** COSE algorithms that every platform has one of (RFC 9053, 2.1; RFC 8812, 2). */
export const ES256 = -7;
export const RS256 = -257;
export type Algorithm = typeof ES256 | typeof RS256;

/** `origin` is the studio's; its host is the relying party's id. */
export type Expected = { challenge: string; origin: string };

/** All base64url, as `PublicKeyCredential.toJSON()` writes them. */
export type Registration = {
  id: string;
  response: {
    clientDataJSON: string;
    authenticatorData: string;
    publicKey: string;
    publicKeyAlgorithm: Algorithm;
  };
};
export type Assertion = {
  id: string;
  response: { clientDataJSON: string; authenticatorData: string; signature: string };
};

export type StoredKey = { publicKey: string; algorithm: Algorithm; counter: number };

/** For the log: which check failed. */
export type VerificationFailure =
  | "client_data"
  | "type"
  | "challenge"
  | "origin"
  | "cross_origin"
  | "authenticator_data"
  | "rp_id"
  | "user_presence"
  | "user_verification"
  | "backup_flags"
  | "credential_id"
  | "public_key"
  | "signature"
  | "counter";

type Verified = { ok: true; counter: number; isBackedUp: boolean };
type Failed = { ok: false; reason: VerificationFailure };
export type Verification = Verified | Failed;

const failed = (reason: VerificationFailure): Failed => ({ ok: false, reason });

const sha256 = async (bytes: Uint8Array<ArrayBuffer>) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const textBytes = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
const bytesOf = (encoded: string): Uint8Array<ArrayBuffer> => Uint8Array.from(base64url.decode(encoded));

function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** 7.1: steps 6 to 18 and 24. */
export async function verifyRegistration(
  { id, response }: Registration,
  expected: Expected,
): Promise<Verification> {
  const problem = clientDataProblem(response.clientDataJSON, "webauthn.create", expected);
  if (problem) return failed(problem);
  const data = bytesOf(response.authenticatorData);
  const checked = await checkAuthenticatorData(data, expected.origin);
  if (!checked.ok) return checked;
  const credentialId = attestedCredentialId(data);
  if (!credentialId) return failed("authenticator_data");
  if (base64url.encode(credentialId) !== id) return failed("credential_id");
  const key = await importKey(response.publicKey, response.publicKeyAlgorithm);
  return key ? checked : failed("public_key");
}

/** 7.2: steps 10 to 22. `stored` is the key of the credential with this id. */
export async function verifyAssertion(
  { response }: Assertion,
  stored: StoredKey,
  expected: Expected,
): Promise<Verification> {
  const problem = clientDataProblem(response.clientDataJSON, "webauthn.get", expected);
  if (problem) return failed(problem);
  const data = bytesOf(response.authenticatorData);
  const checked = await checkAuthenticatorData(data, expected.origin);
  if (!checked.ok) return checked;
  const clientDataHash = await sha256(bytesOf(response.clientDataJSON));
  const signed = Uint8Array.from([...data, ...clientDataHash]);
  if (!(await isSignedBy(stored, bytesOf(response.signature), signed))) return failed("signature");
  return isCounterPlausible(checked.counter, stored.counter) ? checked : failed("counter");
}

/** 6.1.1: a cloned authenticator repeats counts. Synced passkeys do not count and stay at 0. */
function isCounterPlausible(counter: number, stored: number): boolean {
  return (counter === 0 && stored === 0) || counter > stored;
}

/** 5.8.1: what the browser says the authenticator was asked for. */
function clientDataProblem(
  clientDataJSON: string,
  type: "webauthn.create" | "webauthn.get",
  { challenge, origin }: Expected,
): VerificationFailure | null {
  const clientData = readClientData(clientDataJSON);
  if (!clientData) return "client_data";
  if (clientData["type"] !== type) return "type";
  if (clientData["challenge"] !== challenge) return "challenge";
  if (clientData["origin"] !== origin) return "origin";
  // A frame in a page of another site.
  if (clientData["crossOrigin"] === true || clientData["topOrigin"] !== undefined) return "cross_origin";
  return null;
}

/** The parsed client data of a response; null: no JSON object. */
function readClientData(clientDataJSON: string): Record<string, unknown> | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytesOf(clientDataJSON));
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** 6.1: 32 bytes of the hash of the RP id, flags, 4 bytes of the signature counter. */
const HEADER_BYTES = 37;
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const BACKUP_ELIGIBLE = 0x08;
const BACKED_UP = 0x10;
const HAS_ATTESTED_CREDENTIAL = 0x40;

async function checkAuthenticatorData(data: Uint8Array<ArrayBuffer>, origin: string): Promise<Verification> {
  if (data.length < HEADER_BYTES) return failed("authenticator_data");
  const rpIdHash = await sha256(textBytes(new URL(origin).hostname));
  if (!areEqual(data.subarray(0, 32), rpIdHash)) return failed("rp_id");
  const view = new DataView(data.buffer);
  const flags = view.getUint8(32);
  if (!(flags & USER_PRESENT)) return failed("user_presence");
  if (!(flags & USER_VERIFIED)) return failed("user_verification");
  const isBackedUp = (flags & BACKED_UP) !== 0;
  if (isBackedUp && !(flags & BACKUP_ELIGIBLE)) return failed("backup_flags");
  return { ok: true, counter: view.getUint32(33), isBackedUp };
}

/** 6.5.1: after the header 16 bytes AAGUID, 2 bytes length, the credential's id. Null: there is none. */
function attestedCredentialId(data: Uint8Array<ArrayBuffer>): Uint8Array | null {
  const start = HEADER_BYTES + 16 + 2;
  const view = new DataView(data.buffer);
  if (!(view.getUint8(32) & HAS_ATTESTED_CREDENTIAL) || data.length < start) return null;
  const end = start + view.getUint16(start - 2);
  // The public key follows.
  return end > start && end < data.length ? data.subarray(start, end) : null;
}

const IMPORT = {
  [ES256]: { name: "ECDSA", namedCurve: "P-256" },
  [RS256]: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
} as const;
const MIN_RSA_BITS = 2048;

/** Null: no key of this algorithm. */
async function importKey(publicKey: string, algorithm: Algorithm): Promise<CryptoKey | null> {
  try {
    const key = await crypto.subtle.importKey("spki", bytesOf(publicKey), IMPORT[algorithm], false, [
      "verify",
    ]);
    const { modulusLength } = key.algorithm as { modulusLength?: number };
    return modulusLength !== undefined && modulusLength < MIN_RSA_BITS ? null : key;
  } catch {
    return null;
  }
}

async function isSignedBy(
  { publicKey, algorithm }: StoredKey,
  signature: Uint8Array<ArrayBuffer>,
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const key = await importKey(publicKey, algorithm);
  const raw = algorithm === ES256 ? rawSignatureOf(signature) : signature;
  if (!key || !raw) return false;
  return crypto.subtle.verify({ name: IMPORT[algorithm].name, hash: "SHA-256" }, key, raw, signed);
}
