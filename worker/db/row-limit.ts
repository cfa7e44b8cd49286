/** The condition of an insert that keeps a user below a maximum, checked in the statement of the insert. */
import { and, eq, isNull, ne, type SQL, sql } from "drizzle-orm";
import type { apiKeys, collections, passkeys, presets } from "./schema.ts";
import { users } from "./schema.ts";

/**
 * Whether the user has fewer than `maximum` other rows (a repeated insert may find its own), and an account that
 * is not being deleted: nothing may be inserted after the deletion.
 */
export function hasRoom(
  table: typeof presets | typeof collections | typeof apiKeys | typeof passkeys,
  userId: string,
  id: string,
  maximum: number,
): SQL {
  const others = sql`select count(*) from ${table} where ${and(eq(table.userId, userId), ne(table.id, id))}`;
  const account = sql`select 1 from ${users} where ${and(eq(users.id, userId), isNull(users.deletedAt))}`;
  return sql`(${others}) < ${maximum} and exists (${account})`;
}
