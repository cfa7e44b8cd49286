/**
 * Users as D1 had them a moment ago, for many requests at once that change nothing (the variants of a gallery page). One
 * read serves them all. A session that ends meanwhile works for that moment longer.
 */
import type { Database } from "./client.ts";
import { findUser, type UserRow } from "./users.ts";

/** How long a revoked session can still load variants whose addresses it knows. */
export const RECENT_USER_MS = 30_000;
const MAX_USERS = 1_000;

type RecentRead = { at: number; user: Promise<UserRow | undefined> };

// Per isolate: each isolate reads the row itself.
const reads = new Map<string, RecentRead>();

/** The user's row, at most `RECENT_USER_MS` old; read again where `isFresh` is wanted. Rejects as `findUser` does. */
export function findRecentUser(
  db: Database,
  userId: string,
  { isFresh = false } = {},
): Promise<UserRow | undefined> {
  const now = Date.now();
  const known = reads.get(userId);
  if (known && !isFresh && now - known.at < RECENT_USER_MS) return known.user;
  const user = findUser(db, userId);
  if (reads.size >= MAX_USERS) reads.clear();
  reads.set(userId, { at: now, user });
  user.catch(() => reads.delete(userId));
  return user;
}
