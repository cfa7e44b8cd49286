/** Generations in D1. Every statement that serves a user names the user. */
import { and, eq, inArray, isNull, lte, notInArray, or, sql } from "drizzle-orm";
import * as z from "zod";
import { GENERATION_STATUSES, isTerminal } from "../shared/generations.ts";
import { foldText } from "../shared/fold-text.ts";
import {
  type GenerationError,
  type GenerationRecord,
  generationError,
  generationOptions,
  storedOutput,
} from "../api/generation.ts";
import type { Database } from "./client.ts";
import { uncountGenerations } from "./collection-count.ts";
import { read, write } from "./d1-call.ts";
import { countOnce } from "./day-count.ts";
import { generations, users } from "./schema.ts";
import { run, runWithUser, type UserRead, userRead } from "./user-read.ts";
import type { UserRow } from "./users.ts";

export type GenerationRow = typeof generations.$inferSelect;

export const json = <T extends z.ZodType>(schema: T) =>
  z.string().transform((text, context): z.infer<T> => {
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      context.addIssue({ code: "custom", message: "not the expected JSON" });
      return z.NEVER;
    }
  });

// Lenient, because another version may have written the row: one unknown detail must not hide the image.
const row = z.object({
  model: z.string(),
  status: z.string(),
  outputs: json(z.array(storedOutput)).catch([]),
  options: json(generationOptions).catch({}),
  error: json(generationError).nullable().catch(null),
});

export function recordOf(stored: GenerationRow): GenerationRecord {
  const { id, prompt, favorite, shareToken, createdAt, completedAt } = stored;
  return { id, prompt, favorite, shareToken, createdAt, completedAt, progress: null, ...row.parse(stored) };
}

/** What the object writes of its job's state. `now`: when this write began, the same in each repeat of it. */
function columnsOf(record: GenerationRecord, now: number) {
  return {
    status: record.status,
    outputUrl: record.status === "succeeded" ? `/images/${record.id}/${record.outputs[0]?.n ?? 0}` : null,
    outputs: JSON.stringify(record.outputs),
    error: record.error === null ? null : JSON.stringify(record.error),
    completedAt: record.completedAt,
    updatedAt: now,
  };
}

const own = (userId: string, id: string) => and(eq(generations.id, id), eq(generations.userId, userId));

/** Like `hasEnded`: a row with an unknown status counts as finished if `completed_at` is set. */
const isUnfinished = or(
  inArray(
    generations.status,
    GENERATION_STATUSES.filter((status) => !isTerminal(status)),
  ),
  and(notInArray(generations.status, [...GENERATION_STATUSES]), isNull(generations.completedAt)),
);

/** The generation, if it is the user's. */
export function generationById(db: Database, userId: string, id: string): UserRead<GenerationRecord | null> {
  const statement = db.select().from(generations).where(own(userId, id));
  return userRead([statement], ([[found]]) => (found ? recordOf(found) : null));
}

/** Of `ids`, those of this user's generations; passed as one JSON parameter, because D1 allows 100. */
export function ownAmong(userId: string, ids: string[]) {
  // The plus keeps SQLite from the index by user: by id it reads only these rows.
  return and(
    sql`${generations.id} in (select value from json_each(${JSON.stringify(ids)}))`,
    sql`+${generations.userId} = ${userId}`,
  );
}

/** The user, and of `ids` those of this user's generations, in any order. */
export async function findGenerations(
  db: Database,
  userId: string,
  ids: string[],
): Promise<{ user: UserRow | undefined; records: GenerationRecord[] }> {
  const statement = db.select().from(generations).where(ownAmong(userId, ids));
  const among = userRead([statement], ([found]) => found.map(recordOf));
  const { user, value } = await runWithUser(db, userId, among);
  return { user, records: value };
}

function insertion(db: Database, userId: string, record: GenerationRecord, now: number) {
  return db.insert(generations).values({
    id: record.id,
    userId,
    prompt: record.prompt,
    promptFolded: foldText(record.prompt),
    model: record.model,
    options: JSON.stringify(record.options),
    createdAt: record.createdAt,
    ...columnsOf(record, now),
  });
}

/**
 * Writes a generation that may not have a row yet. Repeatable: after a lost response the insert becomes an update.
 * Null, and nothing changed: the row belongs to another user, or has a later state.
 */
export async function insertGeneration(
  db: Database,
  userId: string,
  record: GenerationRecord,
  now = Date.now(),
): Promise<GenerationRecord | null> {
  const [, , , [written]] = await write(() =>
    db.batch([
      ...countOnce(db, record),
      insertion(db, userId, record, now)
        .onConflictDoUpdate({
          target: generations.id,
          set: columnsOf(record, now),
          setWhere: sql`${and(eq(generations.userId, userId), isNewer(record, now))}`,
        })
        .returning(),
    ]),
  );
  return written ? recordOf(written) : null;
}

/** Updates an existing row. Null: this user has no such row, or it has a later state. */
export async function updateGeneration(
  db: Database,
  userId: string,
  record: GenerationRecord,
  now = Date.now(),
): Promise<GenerationRecord | null> {
  const [written] = await write(() =>
    db
      .update(generations)
      .set(columnsOf(record, now))
      .where(and(own(userId, record.id), isNewer(record, now)))
      .returning(),
  );
  return written ? recordOf(written) : null;
}

/**
 * A timed-out write may arrive late. Unfinished rows accept every write; finished rows accept only a later final
 * status.
 */
function isNewer({ status }: GenerationRecord, now: number) {
  return isTerminal(status) ? or(isUnfinished, lte(generations.updatedAt, now)) : isUnfinished;
}

/** Creates the row of a prediction unless one exists. `theirs`: another user has it. */
export async function reserveGeneration(
  db: Database,
  userId: string,
  record: GenerationRecord,
): Promise<"reserved" | "ours" | "theirs"> {
  const now = Date.now();
  const [, , , inserted] = await write(() =>
    db.batch([...countOnce(db, record), insertion(db, userId, record, now).onConflictDoNothing()]),
  );
  if (inserted.meta.changes === 1) return "reserved";
  const existing = await run(db, generationById(db, userId, record.id));
  return existing ? "ours" : "theirs";
}

/** Also takes them out of their collections. */
export async function deleteGenerations(db: Database, userId: string, ids: string[]): Promise<void> {
  await write(() =>
    db.batch([uncountGenerations(db, userId, ids), db.delete(generations).where(ownAmong(userId, ids))]),
  );
}

/** Marks a generation as failed that no job can end. One that has ended does not change. */
export async function failGeneration(
  db: Database,
  userId: string,
  id: string,
  error: GenerationError,
  now: number,
): Promise<void> {
  await write(() =>
    db
      .update(generations)
      .set({ status: "failed", error: JSON.stringify(error), completedAt: now, updatedAt: now })
      .where(and(own(userId, id), isUnfinished)),
  );
}

/** Null if the user has no such generation. */
export async function setFavorite(
  db: Database,
  userId: string,
  id: string,
  favorite: boolean,
): Promise<GenerationRecord | null> {
  const [written] = await write(() =>
    db.update(generations).set({ favorite }).where(own(userId, id)).returning(),
  );
  return written ? recordOf(written) : null;
}

/** Returns, of `ids`, those of this user's generations, in any order. */
export async function setFavorites(
  db: Database,
  userId: string,
  ids: string[],
  favorite: boolean,
): Promise<GenerationRecord[]> {
  const written = await write(() =>
    db.update(generations).set({ favorite }).where(ownAmong(userId, ids)).returning(),
  );
  return written.map(recordOf);
}

/** Sets the link unless there is one, and if given, whether it shows the prompt. Null: not theirs, or not succeeded. */
export async function shareGeneration(
  db: Database,
  userId: string,
  id: string,
  token: string,
  sharePrompt: boolean | undefined,
): Promise<GenerationRecord | null> {
  const [written] = await write(() =>
    db
      .update(generations)
      .set({
        shareToken: sql`coalesce(${generations.shareToken}, ${token})`,
        ...(sharePrompt !== undefined && { sharePrompt }),
      })
      .where(and(own(userId, id), eq(generations.status, "succeeded")))
      .returning(),
  );
  return written ? recordOf(written) : null;
}

/** Null if the user has no such generation. */
export async function unshareGeneration(
  db: Database,
  userId: string,
  id: string,
): Promise<GenerationRecord | null> {
  const [written] = await write(() =>
    db.update(generations).set({ shareToken: null, sharePrompt: false }).where(own(userId, id)).returning(),
  );
  return written ? recordOf(written) : null;
}

export type Shared = { userId: string; record: GenerationRecord; showPrompt: boolean };

/**
 * What a share link shows; null once it is revoked, or its user suspended or deleted. The join stays within a shard: it
 * has its users' rows and generations.
 */
export async function findShared(db: Database, token: string): Promise<Shared | null> {
  const [found] = await read(() =>
    db
      .select({ generation: generations })
      .from(generations)
      .innerJoin(users, eq(users.id, generations.userId))
      .where(
        and(
          eq(generations.shareToken, token),
          eq(generations.status, "succeeded"),
          isNull(users.suspendedAt),
          isNull(users.deletedAt),
        ),
      ),
  );
  if (!found) return null;
  const { generation } = found;
  return { userId: generation.userId, record: recordOf(generation), showPrompt: generation.sharePrompt };
}

/** The user of a generation, for a webhook without the job's address. */
export async function ownerOf(db: Database, id: string): Promise<string | null> {
  const [found] = await read(() =>
    db.select({ userId: generations.userId }).from(generations).where(eq(generations.id, id)),
  );
  return found?.userId ?? null;
}
