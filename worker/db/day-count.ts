/** The count of the studio's images per UTC day, for MAX_GENERATIONS_PER_DAY. */
import { and, eq, lt, sql } from "drizzle-orm";
import { type GenerationRecord, requestedImages } from "../api/generation.ts";
import { DAY_MS } from "../shared/time.ts";
import type { Database } from "./client.ts";
import { countedGenerations, days } from "./schema.ts";
import { dayOf } from "./users.ts";

/** How long a repeated count is recognized; a later one changes the count of a day that is over. */
const COUNTED_MS = 3 * DAY_MS;
/** Rows removed with each count: more than one is added. */
const PRUNED_AT_ONCE = 100;

/**
 * Counts the images of a generation towards its day, once however often it is repeated: `counted_generations` says whether it was
 * counted. No statement names another table than these two, so the count does not need the database of the insert.
 */
export function countOnce(db: Database, record: GenerationRecord) {
  const { id, createdAt } = record;
  const day = dayOf(createdAt);
  const isThis = and(eq(countedGenerations.day, day), eq(countedGenerations.generationId, id));
  const isCounted = sql`select 1 from ${countedGenerations} where ${isThis}`;
  const past = db
    .select({ rowid: sql`rowid` })
    .from(countedGenerations)
    .where(lt(countedGenerations.day, dayOf(createdAt - COUNTED_MS)))
    .limit(PRUNED_AT_ONCE);
  return [
    db
      .insert(days)
      .select(sql`select ${day}, ${requestedImages(record)} where not exists (${isCounted})`)
      .onConflictDoUpdate({ target: days.day, set: { created: sql`${days.created} + excluded.created` } }),
    db.insert(countedGenerations).values({ day, generationId: id }).onConflictDoNothing(),
    db.delete(countedGenerations).where(sql`rowid in ${past}`),
  ] as const;
}
