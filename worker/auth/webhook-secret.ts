/** Secrets of webhook endpoints, in the form of Standard Webhooks (https://www.standardwebhooks.com). */
import { base64Of, bytesOfBase64 } from "../lib/base64.ts";

const PREFIX = "whsec_";

/** 32 random bytes. */
export function newSecret(): string {
  return PREFIX + base64Of(crypto.getRandomValues(new Uint8Array(32)));
}

/** The HMAC key in a secret. */
export function keyBytesOf(secret: string): Uint8Array<ArrayBuffer> {
  return bytesOfBase64(secret.slice(PREFIX.length));
}
