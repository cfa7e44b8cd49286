/**
 * What an export reads of a user. Oldest first: pictures made meanwhile come after all others and move none to another
 * part.
 */
import { and, asc, eq, sql } from "drizzle-orm";
import { EXPORT_PART_PICTURES } from "../config/limits.ts";
import type { GenerationRecord } from "../api/generation.ts";
import type { Database } from "./client.ts";
import { read } from "./query.ts";
import type { Position } from "./gallery.ts";
import { recordOf } from "./generations.ts";
import { generations, identities, users } from "./schema.ts";
import type { UserRow } from "./users.ts";

const place = sql`(${generations.createdAt}, ${generations.id})`;
const oldestFirst = [asc(generations.createdAt), asc(generations.id)];

/** The user's, from `start` on; null is from the oldest. */
const ownFrom = (userId: string, start: Position | null) =>
  and(eq(generations.userId, userId), start ? sql`${place} >= (${start.createdAt}, ${start.id})` : undefined);

/**
 * The user, and where parts begin, of at most `count` from `start` on; a part that begins there is the first. Reads no
 * more than the places of these parts' pictures, in the index alone.
 */
export async function partStarts(
  db: Database,
  userId: string,
  start: Position | null,
  count: number,
): Promise<{ user: UserRow | undefined; starts: Position[] }> {
  const places = db
    .select({ createdAt: generations.createdAt, id: generations.id })
    .from(generations)
    .where(ownFrom(userId, start))
    .orderBy(...oldestFirst)
    .limit((count - 1) * EXPORT_PART_PICTURES + 1)
    .as("places");
  const numbered = db
    .select({
      createdAt: places.createdAt,
      id: places.id,
      number: sql<number>`row_number() over (order by ${places.createdAt}, ${places.id})`.as("number"),
    })
    .from(places)
    .as("numbered");
  const [[user], starts] = await read(() =>
    db.batch([
      db.select().from(users).where(eq(users.id, userId)),
      db
        .select({ createdAt: numbered.createdAt, id: numbered.id })
        .from(numbered)
        .where(sql`${numbered.number} % ${EXPORT_PART_PICTURES} = 1`)
        .orderBy(asc(numbered.number)),
    ]),
  );
  return { user, starts };
}

export type ExportPart = {
  user: UserRow | undefined;
  identities: (typeof identities.$inferSelect)[];
  pictures: { record: GenerationRecord; sharesPrompt: boolean }[];
  /** Where the next part begins; null: this is the last. */
  next: Position | null;
};

/** All that is kept of the user in D1, with the pictures of the part that begins at `start`. */
export async function readPart(db: Database, userId: string, start: Position | null): Promise<ExportPart> {
  const [[user], known, rows] = await read(() =>
    db.batch([
      db.select().from(users).where(eq(users.id, userId)),
      db.select().from(identities).where(eq(identities.userId, userId)),
      db
        .select()
        .from(generations)
        .where(ownFrom(userId, start))
        .orderBy(...oldestFirst)
        .limit(EXPORT_PART_PICTURES + 1),
    ]),
  );
  const beyond = rows[EXPORT_PART_PICTURES];
  return {
    user,
    identities: known,
    pictures: rows
      .slice(0, EXPORT_PART_PICTURES)
      .map((row) => ({ record: recordOf(row), sharesPrompt: row.sharePrompt })),
    next: beyond ? { createdAt: beyond.createdAt, id: beyond.id } : null,
  };
}
