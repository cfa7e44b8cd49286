/** Whether what a user gave to a program still exists. */
import { and, eq } from "drizzle-orm";
import type { Database } from "./client.ts";
import { apiKeys, oauthEntries } from "./schema.ts";
import { type UserRead, userRead } from "./user-read.ts";

/** `id`: of an API key, or of an app's grant. */
export function credentialExists(db: Database, userId: string, id: string): UserRead<boolean> {
  const key = db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(and(eq(apiKeys.id, id), eq(apiKeys.userId, userId)));
  const grant = db
    .select({ key: oauthEntries.key })
    .from(oauthEntries)
    .where(eq(oauthEntries.key, `grant:${userId}:${id}`));
  return userRead([key, grant], ([keys, grants]) => keys.length + grants.length > 0);
}
