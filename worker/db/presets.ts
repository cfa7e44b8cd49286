/** Presets in D1. Every statement names the user. */
import { and, asc, eq, sql } from "drizzle-orm";
import { generationOptions } from "../api/generation.ts";
import type { PresetRecord } from "../api/preset.ts";
import { MAX_PRESETS } from "../shared/organize.ts";
import type { Database } from "./client.ts";
import { json } from "./generations.ts";
import { write, writeDeletion } from "./d1-call.ts";
import { hasRoom } from "./row-limit.ts";
import { presets } from "./schema.ts";
import { type UserRead, userRead } from "./user-read.ts";

type Row = typeof presets.$inferSelect;

// Lenient, because another version may have written the options.
const storedOptions = json(generationOptions).catch({});

function recordOf({ id, name, prompt, model, options, style, createdAt }: Row): PresetRecord {
  return { id, name, prompt, model, options: storedOptions.parse(options), style, createdAt };
}

const own = (userId: string, id: string) => and(eq(presets.id, id), eq(presets.userId, userId));

/** The user's presets, oldest first. */
export function presetsOf(db: Database, userId: string): UserRead<PresetRecord[]> {
  const statement = db
    .select()
    .from(presets)
    .where(eq(presets.userId, userId))
    .orderBy(asc(presets.createdAt), asc(presets.id));
  return userRead([statement], ([rows]) => rows.map(recordOf));
}

/** Null: the user has `MAX_PRESETS` already, or the account is being deleted. */
export async function insertPreset(
  db: Database,
  userId: string,
  { id, name, prompt, model, options, style, createdAt }: PresetRecord,
): Promise<PresetRecord | null> {
  const values = sql`select ${id}, ${userId}, ${name}, ${prompt}, ${model}, ${JSON.stringify(options)}, ${style}, ${createdAt}`;
  const [written] = await write(() =>
    db
      .insert(presets)
      .select(sql`${values} where ${hasRoom(presets, userId, id, MAX_PRESETS)}`)
      .onConflictDoUpdate({ target: presets.id, set: { name } })
      .returning(),
  );
  return written ? recordOf(written) : null;
}

/** Null: no such preset of this user. */
export async function updatePreset(
  db: Database,
  userId: string,
  id: string,
  { options, ...change }: Partial<Omit<PresetRecord, "id" | "createdAt">>,
): Promise<PresetRecord | null> {
  const [written] = await write(() =>
    db
      .update(presets)
      .set({ ...change, ...(options && { options: JSON.stringify(options) }) })
      .where(own(userId, id))
      .returning(),
  );
  return written ? recordOf(written) : null;
}

/** False: no such preset of this user. */
export const deletePreset = (db: Database, userId: string, id: string): Promise<boolean> =>
  writeDeletion(() => db.delete(presets).where(own(userId, id)).returning({ id: presets.id }));
