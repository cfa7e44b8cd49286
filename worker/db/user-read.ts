/** Reads of a user's rows that come together with the user's own row, in one round trip. */
import type { BatchItem, BatchResponse } from "drizzle-orm/batch";
import { eq } from "drizzle-orm";
import type { Database } from "./client.ts";
import { read } from "./d1-call.ts";
import { users } from "./schema.ts";
import type { UserRow } from "./users.ts";

type Statement = BatchItem<"sqlite">;

/** Statements to run later, and `valueOf`, which converts their results. */
export type UserRead<T> = {
  statements: [Statement, ...Statement[]];
  valueOf: (results: unknown[]) => T;
};

export function userRead<const S extends [Statement, ...Statement[]], T>(
  statements: S,
  valueOf: (results: BatchResponse<S>) => T,
): UserRead<T> {
  return { statements, valueOf: (results) => valueOf(results as BatchResponse<S>) };
}

/** Runs it without the user's row: for callers that have authorized the user already, or act for the studio. */
export async function run<T>(db: Database, { statements, valueOf }: UserRead<T>): Promise<T> {
  return valueOf(await read(() => db.batch(statements)));
}

/** Runs it and reads the user's row. Each statement names one table, so that they can go to different databases. */
export async function runWithUser<T>(
  db: Database,
  userId: string,
  { statements, valueOf }: UserRead<T>,
): Promise<{ user: UserRow | undefined; value: T }> {
  const findUser = db.select().from(users).where(eq(users.id, userId));
  const [rows, ...results] = await read(() => db.batch([findUser, ...statements]));
  return { user: rows[0], value: valueOf(results) };
}
