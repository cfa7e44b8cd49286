/** Signs webhooks as Standard Webhooks specifies (https://www.standardwebhooks.com). */
import { keyBytesOf } from "../../auth/webhook-secret.ts";
import { base64Of } from "../../lib/base64.ts";

/** The headers of a request. During a rotation both secrets sign, the newest first. `now` in milliseconds. */
export async function signedHeaders(
  secrets: readonly string[],
  id: string,
  body: string,
  now: number,
): Promise<Record<string, string>> {
  const timestamp = Math.floor(now / 1000);
  const content = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const signatures = await Promise.all(secrets.map((secret) => signatureOf(secret, content)));
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
}

async function signatureOf(secret: string, content: BufferSource): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", keyBytesOf(secret), algorithm, false, ["sign"]);
  return `v1,${base64Of(new Uint8Array(await crypto.subtle.sign("HMAC", key, content)))}`;
}
