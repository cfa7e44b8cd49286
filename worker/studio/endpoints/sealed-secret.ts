/** The stored form of an endpoint's secret: AES-GCM under a key derived from `SESSION_SECRET`, bound to the endpoint. */
import { base64Of, bytesOfBase64 } from "../../lib/base64.ts";
import { concat } from "../../lib/stream.ts";

const KEY_INFO = "image-studio/webhook-secret";
const IV_BYTES = 12;

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Encrypts with the first of the session secrets. */
export async function sealSecret(
  [sessionSecret = ""]: readonly string[],
  endpointId: string,
  secret: string,
): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const algorithm = { name: "AES-GCM", iv, additionalData: bytesOf(endpointId) };
  const sealed = await crypto.subtle.encrypt(algorithm, await keyOf(sessionSecret), bytesOf(secret));
  return base64Of(concat([iv, new Uint8Array(sealed)]));
}

/** Null: encrypted with none of the session secrets. `isOutdated`: not with the first. */
export async function openSecret(
  sessionSecrets: readonly string[],
  endpointId: string,
  sealed: string,
): Promise<{ secret: string; isOutdated: boolean } | null> {
  for (const [at, sessionSecret] of sessionSecrets.entries()) {
    try {
      const bytes = bytesOfBase64(sealed);
      const [iv, data] = [bytes.slice(0, IV_BYTES), bytes.slice(IV_BYTES)];
      const algorithm = { name: "AES-GCM", iv, additionalData: bytesOf(endpointId) };
      const opened = await crypto.subtle.decrypt(algorithm, await keyOf(sessionSecret), data);
      return { secret: new TextDecoder().decode(opened), isOutdated: at > 0 };
    } catch {
      // Another key, or not the stored form at all.
    }
  }
  return null;
}

async function keyOf(sessionSecret: string): Promise<CryptoKey> {
  const source = await crypto.subtle.importKey("raw", bytesOf(sessionSecret), "HKDF", false, ["deriveKey"]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: bytesOf(KEY_INFO) };
  const algorithm = { name: "AES-GCM", length: 256 };
  return crypto.subtle.deriveKey(derivation, source, algorithm, false, ["encrypt", "decrypt"]);
}
