/** Generations in D1. Every statement names the user: nobody's row is read or written through another's session. */
import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import * as z from "zod";
import { GENERATION_STATUSES, isTerminal, MODELS } from "../shared/catalog.ts";
import { foldText } from "../shared/fold-text.ts";
import {
  type GenerationError,
  type GenerationRecord,
  generationError,
  generationOptions,
  storedOutput,
} from "../api/generation.ts";
import type { Database } from "./client.ts";
import { read, write } from "./query.ts";
import { days, generations, users } from "./schema.ts";
import { dayOf, type UserRow } from "./users.ts";

export type GenerationRow = typeof generations.$inferSelect;

const json = <T extends z.ZodType>(schema: T) =>
  z.string().transform((text, context): z.infer<T> => {
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      context.addIssue({ code: "custom", message: "not the expected JSON" });
      return z.NEVER;
    }
  });

// Lenient where a row may be older than this code: a picture is shown even if a detail beside it is not understood.
const row = z.object({
  model: z.enum(MODELS.map((model) => model.id)).catch("truefusion-pro"),
  status: z.enum(GENERATION_STATUSES).catch("failed"),
  outputs: json(z.array(storedOutput)).catch([]),
  options: json(generationOptions).catch({}),
  error: json(generationError).nullable().catch(null),
});

export function recordOf(stored: GenerationRow): GenerationRecord {
  const { id, prompt, favorite, shareToken, createdAt, completedAt } = stored;
  return { id, prompt, favorite, shareToken, createdAt, completedAt, progress: null, ...row.parse(stored) };
}

function columnsOf(record: GenerationRecord) {
  return {
    status: record.status,
    outputUrl: record.status === "succeeded" ? `/images/${record.id}/0` : null,
    outputs: JSON.stringify(record.outputs),
    error: record.error === null ? null : JSON.stringify(record.error),
    completedAt: record.completedAt,
  };
}

const own = (userId: string, id: string) => and(eq(generations.id, id), eq(generations.userId, userId));

const isUnderWay = inArray(
  generations.status,
  GENERATION_STATUSES.filter((status) => !isTerminal(status)),
);

/** The user and, if it is theirs, the generation: one statement, at most two rows. */
export async function findGeneration(
  db: Database,
  userId: string,
  id: string,
): Promise<{ user: UserRow | undefined; record: GenerationRecord | null }> {
  const [found] = await read(() =>
    db
      .select({ user: users, generation: generations })
      .from(users)
      .leftJoin(generations, and(eq(generations.id, id), eq(generations.userId, users.id)))
      .where(eq(users.id, userId)),
  );
  return { user: found?.user, record: found?.generation ? recordOf(found.generation) : null };
}

/** Of these ids, those of the user. One parameter, however many: D1 takes 100 a statement. */
function ownAmong(userId: string, ids: string[]) {
  // The plus keeps the planner off the user's index: by id it reads just these rows.
  return and(
    sql`${generations.id} in (select value from json_each(${JSON.stringify(ids)}))`,
    sql`+${generations.userId} = ${userId}`,
  );
}

/** The user and those of these generations that are theirs, in any order. */
export async function findGenerations(
  db: Database,
  userId: string,
  ids: string[],
): Promise<{ user: UserRow | undefined; records: GenerationRecord[] }> {
  const [[user], found] = await read(() =>
    db.batch([
      db.select().from(users).where(eq(users.id, userId)),
      db.select().from(generations).where(ownAmong(userId, ids)),
    ]),
  );
  return { user, records: found.map(recordOf) };
}

/** Counts the generation's day unless its row is there already: goes before the insert, in the same batch. */
function countDay(db: Database, record: GenerationRecord) {
  const day = dayOf(record.createdAt);
  const known = sql`select 1 from ${generations} where ${generations.id} = ${record.id}`;
  return db
    .insert(days)
    .select(sql`select ${day}, 1 where not exists (${known})`)
    .onConflictDoUpdate({ target: days.day, set: { created: sql`${days.created} + 1` } });
}

function insertion(db: Database, userId: string, record: GenerationRecord) {
  return db.insert(generations).values({
    id: record.id,
    userId,
    prompt: record.prompt,
    promptFolded: foldText(record.prompt),
    model: record.model,
    options: JSON.stringify(record.options),
    createdAt: record.createdAt,
    ...columnsOf(record),
  });
}

/**
 * Writes a generation that may not have a row yet. Repeatable: an insert whose answer was lost becomes an
 * update. Null: the row belongs to someone else, and nothing was changed.
 */
export async function insertGeneration(
  db: Database,
  userId: string,
  record: GenerationRecord,
): Promise<GenerationRecord | null> {
  const [, [written]] = await write(() =>
    db.batch([
      countDay(db, record),
      insertion(db, userId, record)
        .onConflictDoUpdate({
          target: generations.id,
          set: columnsOf(record),
          setWhere: sql`${eq(generations.userId, userId)} and ${movesForward(record)}`,
        })
        .returning(),
    ]),
  );
  return written ? recordOf(written) : null;
}

/** Brings an existing row up to date. Null: there is no such row of this user any more. */
export async function updateGeneration(
  db: Database,
  userId: string,
  record: GenerationRecord,
): Promise<GenerationRecord | null> {
  const [written] = await write(() =>
    db
      .update(generations)
      .set(columnsOf(record))
      .where(and(own(userId, record.id), movesForward(record)))
      .returning(),
  );
  return written ? recordOf(written) : null;
}

/** A write that was given up may still arrive, after a later one: then it must not open again what has ended. */
function movesForward({ status }: GenerationRecord) {
  return isTerminal(status) ? sql`true` : isUnderWay;
}

/** Takes a prediction for this user if no row of anybody has its id. `theirs`: the row was there before. */
export async function claimGeneration(
  db: Database,
  userId: string,
  record: GenerationRecord,
): Promise<"claimed" | "ours" | "theirs"> {
  const [, claimed] = await write(() =>
    db.batch([countDay(db, record), insertion(db, userId, record).onConflictDoNothing()]),
  );
  if (claimed.meta.changes === 1) return "claimed";
  const { record: existing } = await findGeneration(db, userId, record.id);
  return existing ? "ours" : "theirs";
}

export async function deleteGeneration(db: Database, userId: string, id: string): Promise<void> {
  await write(() => db.delete(generations).where(own(userId, id)));
}

/** Ends a generation that no job can end any more; one that has ended stays as it is. */
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
      .set({ status: "failed", error: JSON.stringify(error), completedAt: now })
      .where(and(own(userId, id), isUnderWay)),
  );
}

/** Null: no such generation of this user. */
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

/** Those of these generations that are the user's, as they are now; in any order. */
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

/** Sets the link if there is none yet, and, where that is said, whether it shows the prompt. Null: not theirs, or not succeeded. */
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

/** Null: no such generation of this user. */
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

/** What a share link shows; nothing once it is revoked, or its user suspended or gone. */
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

/** Whose generation this is: for a webhook that lost its correlation. */
export async function ownerOf(db: Database, id: string): Promise<string | null> {
  const [found] = await read(() =>
    db.select({ userId: generations.userId }).from(generations).where(eq(generations.id, id)),
  );
  return found?.userId ?? null;
}
