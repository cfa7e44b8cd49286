/**
 * Which database holds what. Today there is one. Generations, and the row of their user, are found by the user's id or
 * by the shard in a share token, so that they can be spread over several databases; everything else is in the common one.
 */
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import { FIRST_SHARD, type Shard } from "../api/share-token.ts";

export type Database = DrizzleD1Database;

type Databases = { DB: D1Database };

/** The shard with this user's row and generations. New share tokens carry it. */
export function shardOf(_userId: string): Shard {
  return FIRST_SHARD;
}

/** Where this user's row and generations are. */
export function databaseFor(env: Databases, userId: string): Database {
  return databaseOfShard(env, shardOf(userId));
}

export function databaseOfShard(env: Databases, shard: Shard): Database {
  switch (shard) {
    case FIRST_SHARD:
      return drizzle(env.DB);
    default:
      return shard satisfies never;
  }
}

/**
 * What belongs to no single user: sign-in identities and addresses, the day's counts, model schemas, the operator's
 * lists, and the search for the user of a prediction.
 */
export function commonDatabase(env: Databases): Database {
  return drizzle(env.DB);
}
