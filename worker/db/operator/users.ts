/** What the operator reads and changes in D1. */
import { and, asc, desc, eq, gt, gte, isNotNull, isNull, lt, ne, or, type SQL, sql } from "drizzle-orm";
import type { Plan } from "../../shared/plans.ts";
import type { Database } from "../client.ts";
import { actionStatements, type NewAction, type Operator } from "./actions.ts";
import { read, write } from "../d1-call.ts";
import { days, generations, users } from "../schema.ts";
import type { UserRow } from "../users.ts";

/** The last code point: no address with the same beginning sorts after it. */
const LAST = "\u{10ffff}";
const MAX_DAYS = 31;

export type UserFilters = {
  q?: string | undefined;
  plan?: Plan | undefined;
  suspended?: boolean | undefined;
};

/** By address, after `after`; `next` is the address after which the list continues. */
export async function listUsers(
  db: Database,
  limit: number,
  after: string | null,
  { q, plan, suspended }: UserFilters,
): Promise<{ rows: UserRow[]; next: string | null }> {
  const conditions: (SQL | undefined)[] = [
    after === null ? undefined : gt(users.email, after),
    q === undefined ? undefined : and(gte(users.email, q), lt(users.email, q + LAST)),
    // An unknown name counts as free.
    plan === undefined ? undefined : plan === "pro" ? eq(users.plan, "pro") : ne(users.plan, "pro"),
    suspended === undefined
      ? undefined
      : suspended
        ? isNotNull(users.suspendedAt)
        : isNull(users.suspendedAt),
  ];
  const rows = await read(() =>
    db
      .select()
      .from(users)
      .where(and(...conditions))
      .orderBy(asc(users.email))
      .limit(limit + 1),
  );
  const page = rows.slice(0, limit);
  return { rows: page, next: rows.length > limit ? (page.at(-1)?.email ?? null) : null };
}

const hasIdOrEmail = (user: string) => or(eq(users.id, user), eq(users.email, user));

/** By id or address. */
export async function findUserByIdOrEmail(db: Database, user: string): Promise<UserRow | null> {
  const [row] = await read(() => db.select().from(users).where(hasIdOrEmail(user)));
  return row ?? null;
}

/** Changes a user and records the action. Null if there is no such user. */
export async function changeUser(
  db: Database,
  operator: Operator,
  user: string,
  action: NewAction["action"],
  changes: Partial<Pick<UserRow, "plan" | "suspendedAt" | "operator">>,
): Promise<UserRow | null> {
  const target = sql`select ${users.id} as target from ${users} where ${hasIdOrEmail(user)}`;
  const recorded = actionStatements(db, operator, { action, target });
  const change = db.update(users).set(changes).where(hasIdOrEmail(user)).returning();
  const [[row]] = await write(() => db.batch([change, ...recorded]));
  return row ?? null;
}

/** The days with generations, newest first. */
export function latestDays(db: Database): Promise<{ day: string; created: number }[]> {
  return read(() => db.select().from(days).orderBy(desc(days.day)).limit(MAX_DAYS));
}

/** The generation of a link, also of a suspended user; null if there is no such link. */
export async function findLink(db: Database, token: string): Promise<{ id: string; userId: string } | null> {
  const [row] = await read(() =>
    db
      .select({ id: generations.id, userId: generations.userId })
      .from(generations)
      .where(eq(generations.shareToken, token)),
  );
  return row ?? null;
}
