/**
 * API keys: `sk_studio_`, one character for the database that has the key, 29 random base62 characters (172 bits), and the
 * CRC-32 of what precedes as 6 base62 characters, so that a mistyped key is rejected without a read of D1.
 */
import { crc32 } from "../lib/crc32.ts";
import { hexOf } from "../lib/hex.ts";
import { type Shard, shardNamed } from "../api/share-token.ts";

const PREFIX = "sk_studio_";
const RANDOM_LENGTH = 29;
const CHECKSUM_LENGTH = 6;
const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const KEY = new RegExp(`^${PREFIX}[0-9A-Za-z]{${1 + RANDOM_LENGTH + CHECKSUM_LENGTH}}$`);

export function newApiKey(shard: Shard): string {
  const body = PREFIX + shard + randomBase62(RANDOM_LENGTH);
  return body + checksumOf(body);
}

/** The shard that has this key; null: the text is no key (form, checksum, shard). */
export function shardOfKey(text: string): Shard | null {
  const isKey =
    KEY.test(text) && checksumOf(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH);
  return isKey ? shardNamed(text.charAt(PREFIX.length)) : null;
}

/** What is stored of a key: SHA-256 in hex. A fast hash is enough for 172 random bits. */
export async function digestOfKey(key: string): Promise<string> {
  return hexOf(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key)));
}

/** 248 is the largest multiple of 62 in a byte: with the bytes above, some characters would be more likely. */
function randomBase62(length: number): string {
  let text = "";
  while (text.length < length) {
    const bytes = crypto.getRandomValues(new Uint8Array(length - text.length)).filter((byte) => byte < 248);
    for (const byte of bytes) text += BASE62.charAt(byte % 62);
  }
  return text;
}

function checksumOf(text: string): string {
  let rest = crc32(new TextEncoder().encode(text));
  let digits = "";
  while (digits.length < CHECKSUM_LENGTH) {
    digits = BASE62.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
