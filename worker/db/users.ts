/** Users: who they are and whether their session still stands. */
import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { type Plan, planOf } from "../shared/plans.ts";
import { type Refusal } from "../api/problem.ts";
import type { Database } from "./client.ts";
import { isSchemaOf, type StoredSchema } from "./models.ts";
import { read, write } from "./query.ts";
import { days, models, users } from "./schema.ts";

export type UserRow = typeof users.$inferSelect;

/** Who a session cookie says is asking, before D1 is asked whether that still holds. */
export type SessionClaim = { userId: string; epoch: number };

export const UNAUTHENTICATED: Refusal = { code: "unauthenticated", detail: "Sign in to go on." };
export const SUSPENDED: Refusal = { code: "suspended", detail: "This account is suspended." };

/**
 * Why this session may not act, or null if it may. Every statement that serves a user reads the user's row
 * along, so a revoked session or a suspended user is turned away without a read of its own.
 */
export function refusalOf(user: UserRow | null | undefined, claim: SessionClaim): Refusal | null {
  if (!user || user.deletedAt !== null || user.sessionEpoch !== claim.epoch) {
    return UNAUTHENTICATED;
  }
  return user.suspendedAt === null ? null : SUSPENDED;
}

export async function findUser(db: Database, userId: string): Promise<UserRow | undefined> {
  const [user] = await read(() => db.select().from(users).where(eq(users.id, userId)));
  return user;
}

/** The user with this address, made if there is none. `email` is lower-cased. One statement. */
export async function upsertUser(db: Database, email: string, now: number): Promise<UserRow> {
  const [user] = await write(() =>
    db
      .insert(users)
      .values({ id: crypto.randomUUID(), email, createdAt: now })
      .onConflictDoUpdate({ target: users.email, set: { email: sql`excluded.email` } })
      .returning(),
  );
  return user as UserRow;
}

/** Ends all sessions of a user. Returns the new epoch; null: this session had ended already. */
export async function endSessions(db: Database, claim: SessionClaim): Promise<number | null> {
  const next = claim.epoch + 1;
  const [user] = await write((isRepeat) =>
    db
      .update(users)
      .set({ sessionEpoch: next })
      .where(
        and(
          eq(users.id, claim.userId),
          // The first attempt may have been applied, and only its response lost.
          inArray(users.sessionEpoch, isRepeat ? [claim.epoch, next] : [claim.epoch]),
          isNull(users.deletedAt),
        ),
      )
      .returning({ epoch: users.sessionEpoch }),
  );
  return user?.epoch ?? null;
}

export type AdmissionFacts = {
  user: UserRow | undefined;
  plan: Plan;
  createdToday: number;
  /** null: never fetched. */
  schema: StoredSchema | null;
};

/** All that admission asks of D1, in one statement: user, plan, the studio's count of the day, the model's schema. */
export async function admissionFacts(
  db: Database,
  userId: string,
  day: string,
  model: { apiUrl: string; slug: string },
): Promise<AdmissionFacts> {
  const [row] = await read(() =>
    db
      .select({
        user: users,
        createdToday: sql<number>`coalesce((select ${days.created} from ${days} where ${days.day} = ${day}), 0)`,
        schema: models,
      })
      .from(users)
      .leftJoin(models, isSchemaOf(model.apiUrl, model.slug))
      .where(eq(users.id, userId)),
  );
  return {
    user: row?.user,
    plan: planOf(row?.user.plan ?? ""),
    createdToday: row?.createdToday ?? 0,
    schema: row?.schema ?? null,
  };
}

/** The UTC day of a time, as `days` counts it: YYYY-MM-DD. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
