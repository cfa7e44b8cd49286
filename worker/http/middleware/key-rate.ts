/**
 * The rate of requests with an API key or an access token. One that this isolate has found valid counts under its own id.
 * Any other counts for the client's network, before D1 is asked: guesses must not take D1's time.
 */
import { digestOfKey } from "../../auth/api-key-format.ts";
import { isKeyWithinRate } from "../../lib/rate-limit.ts";
import type { AppContext } from "./app-env.ts";
import { isWithinRate } from "./rate-limit.ts";

const MAX_VALID = 1_000;

/** Ids of the keys and grants that were valid at their last use, by the digest of the key or token. */
const validIds = new Map<string, string>();

/** Whether one more request of this key or grant is within its rate. */
export const isApiKeyWithinRate = (c: AppContext, id: string) =>
  isKeyWithinRate(c.env.RL_API_KEY, `key:${id}`);

/** The rate of the requests with this key; null: the header has none. */
export async function keyRateOf(c: AppContext, key: string | null) {
  const digest = key === null ? "" : await digestOfKey(key);
  const known = validIds.get(digest);
  return {
    /** Asked before the key is verified. */
    isWithin: () => (known === undefined ? isWithinRate(c.env.RL_API_KEY, c) : isApiKeyWithinRate(c, known)),
    /** The key is valid. Returns whether the request is within the rate of its id, and counts it once. */
    async accept(id: string): Promise<boolean> {
      if (known !== undefined) return true;
      if (validIds.size >= MAX_VALID) validIds.clear();
      validIds.set(digest, id);
      return isApiKeyWithinRate(c, id);
    },
    /** The key is invalid, expired or revoked: its next request counts for the network. */
    reject: () => void validIds.delete(digest),
  };
}
