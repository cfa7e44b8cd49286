/** Share tokens: which database holds the link, and 128 random bits. */

import { base64url } from "jose";

/** One base64url character; 64 shards are possible. */
export type Shard = "0";

/** The only database there is. Tokens without a shard are in it too. */
export const FIRST_SHARD: Shard = "0";
const SHARDS: readonly Shard[] = [FIRST_SHARD];

const RANDOM_BYTES = 16;
/** A shard and the random bytes in base64url. Tokens of earlier versions had 22 characters: no shard. */
const TOKEN_LENGTH = 23;

export function newShareToken(shard: Shard): string {
  return shard + base64url.encode(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));
}

/** The shard that holds this token's link; null: a shard that this version does not have. */
export function shardOfToken(token: string): Shard | null {
  if (token.length !== TOKEN_LENGTH) return FIRST_SHARD;
  return shardNamed(token.charAt(0));
}

/** Null: a shard that this version does not have. */
export function shardNamed(character: string): Shard | null {
  return SHARDS.find((shard) => shard === character) ?? null;
}
