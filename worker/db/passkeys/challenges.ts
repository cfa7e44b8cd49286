/** Used challenges of WebAuthn, kept until they expire, as entries beside those of the OAuth provider. */
import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../client.ts";
import { sweepEntries } from "../oauth.ts";
import { oauthEntries } from "../schema.ts";

/** `expiresAt` in seconds. */
export type UsedChallenge = { id: string; expiresAt: number };

/**
 * The statements that use a challenge if nothing has used it and `condition` holds, to be run first in a batch.
 * `isUsed`: they did so, also in an earlier attempt of the same batch: the condition of the batch's other statements.
 */
export function challengeUse(db: Database, { id, expiresAt }: UsedChallenge, condition: SQL) {
  const key = `passkey-challenge:${id}`;
  const attempt = crypto.randomUUID();
  const use = db
    .insert(oauthEntries)
    .select(sql`select ${key}, ${attempt}, null, ${expiresAt} where ${condition}`)
    .onConflictDoNothing();
  const isUsed = sql`exists (select 1 from ${oauthEntries} where ${oauthEntries.key} = ${key} and ${oauthEntries.value} = ${attempt})`;
  return { statements: [use, sweepEntries(db)] as const, isUsed };
}
