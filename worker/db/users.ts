/** Users in D1. */
import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { type Plan, planOf } from "../shared/plans.ts";
import type { Database } from "./client.ts";
import { isSchemaOf, type StoredSchema } from "./models.ts";
import { isPausedSql } from "./operator/state.ts";
import { read, write } from "./d1-call.ts";
import { days, models, users } from "./schema.ts";

export type UserRow = typeof users.$inferSelect;

/** What a session token says. The user's row decides whether it is still valid (`auth/principal.ts`). */
export type SessionClaim = { userId: string; epoch: number };

/** Only the claim, for calls to the user's object. */
export const claimOf = ({ userId, epoch }: SessionClaim): SessionClaim => ({ userId, epoch });

export async function findUser(db: Database, userId: string): Promise<UserRow | undefined> {
  const [user] = await read(() => db.select().from(users).where(eq(users.id, userId)));
  return user;
}

/** The user with this address, created if there is none. `email` is in lower case. */
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

/** Ends all sessions of a user. Returns the new epoch; null if this session has already ended. */
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
  /** An operator has paused the studio. */
  isPaused: boolean;
  /** null: never fetched. */
  schema: StoredSchema | null;
};

/** What admission reads, in one statement: user, plan, the studio's count of the day and its pause, the model's schema. */
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
        isPaused: isPausedSql,
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
    isPaused: row?.isPaused === 1,
    schema: row?.schema ?? null,
  };
}

/** The UTC day of a time, as `days` counts it: YYYY-MM-DD. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
