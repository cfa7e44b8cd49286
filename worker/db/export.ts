/** What an export reads of a user. Oldest first: images made meanwhile come last and move none to another part. */
import { and, asc, eq, inArray, sql } from "drizzle-orm";
import * as z from "zod";
import type { Position } from "../api/cursor.ts";
import type { GenerationRecord } from "../api/generation.ts";
import type { ApiKeyRecord } from "../api/api-key.ts";
import type { GrantRecord } from "../api/connected-app.ts";
import type { PresetRecord } from "../api/preset.ts";
import { EXPORT_PART_IMAGES } from "../config/limits.ts";
import { apiKeysOf } from "./api-keys.ts";
import type { Database } from "./client.ts";
import { json, recordOf } from "./generations.ts";
import { grantsOf } from "./oauth.ts";
import { type PasskeyRow, passkeysOf } from "./passkeys/passkeys.ts";
import { presetsOf } from "./presets.ts";
import { collectionItems, collections, generations, identities } from "./schema.ts";
import { type UserRead, userRead } from "./user-read.ts";

const position = sql`(${generations.createdAt}, ${generations.id})`;
const oldestFirst = [asc(generations.createdAt), asc(generations.id)];

/** The user's generations from `start` on; null is the oldest. */
const ownFrom = (userId: string, start: Position | null) =>
  and(
    eq(generations.userId, userId),
    start ? sql`${position} >= (${start.createdAt}, ${start.id})` : undefined,
  );

/**
 * Where at most `count` parts begin; the first begins at `start`. Reads the positions of their generations, from the
 * index alone.
 */
export function partStarts(
  db: Database,
  userId: string,
  start: Position | null,
  count: number,
): UserRead<Position[]> {
  const positions = db
    .select({ createdAt: generations.createdAt, id: generations.id })
    .from(generations)
    .where(ownFrom(userId, start))
    .orderBy(...oldestFirst)
    .limit((count - 1) * EXPORT_PART_IMAGES + 1)
    .as("positions");
  const numbered = db
    .select({
      createdAt: positions.createdAt,
      id: positions.id,
      number: sql<number>`row_number() over (order by ${positions.createdAt}, ${positions.id})`.as("number"),
    })
    .from(positions)
    .as("numbered");
  const starts = db
    .select({ createdAt: numbered.createdAt, id: numbered.id })
    .from(numbered)
    .where(sql`${numbered.number} % ${EXPORT_PART_IMAGES} = 1`)
    .orderBy(asc(numbered.number));
  return userRead([starts], ([rows]) => rows);
}

/** `options`: as stored, also those that this version does not know. */
export type ExportedRow = {
  record: GenerationRecord;
  options: Record<string, unknown>;
  sharesPrompt: boolean;
};

const anyOptions = json(z.record(z.string(), z.unknown())).catch({});

export type ExportPart = {
  identities: (typeof identities.$inferSelect)[];
  passkeys: PasskeyRow[];
  apiKeys: ApiKeyRecord[];
  grants: GrantRecord[];
  presets: PresetRecord[];
  /** `imageIds`: of the images in this part. */
  collections: { id: string; name: string; createdAt: number; imageIds: string[] }[];
  images: ExportedRow[];
  /** Where the next part begins; null: this is the last. */
  next: Position | null;
};

/** The user's identities, passkeys, API keys, presets and collections, and the generations of the part that begins at `start`. */
export function exportPart(db: Database, userId: string, start: Position | null): UserRead<ExportPart> {
  const known = db.select().from(identities).where(eq(identities.userId, userId));
  const credentials = passkeysOf(db, userId);
  const keys = apiKeysOf(db, userId);
  const grants = grantsOf(db, userId);
  const saved = presetsOf(db, userId);
  const lists = db
    .select()
    .from(collections)
    .where(eq(collections.userId, userId))
    .orderBy(asc(collections.createdAt), asc(collections.id));
  const ids = db
    .select({ id: generations.id })
    .from(generations)
    .where(ownFrom(userId, start))
    .orderBy(...oldestFirst)
    .limit(EXPORT_PART_IMAGES);
  const items = db
    .select({ collectionId: collectionItems.collectionId, generationId: collectionItems.generationId })
    .from(collectionItems)
    .where(and(inArray(collectionItems.generationId, ids), eq(collectionItems.userId, userId)));
  const part = db
    .select()
    .from(generations)
    .where(ownFrom(userId, start))
    .orderBy(...oldestFirst)
    .limit(EXPORT_PART_IMAGES + 1);
  return userRead(
    [
      known,
      credentials.statements[0],
      keys.statements[0],
      grants.statements[0],
      saved.statements[0],
      lists,
      items,
      part,
    ],
    ([knownIdentities, ownPasskeys, ownKeys, ownGrants, savedPresets, ownCollections, ownItems, rows]) => {
      const beyond = rows[EXPORT_PART_IMAGES];
      const idsByCollection = Map.groupBy(ownItems, ({ collectionId }) => collectionId);
      return {
        identities: knownIdentities,
        passkeys: credentials.valueOf([ownPasskeys]),
        apiKeys: keys.valueOf([ownKeys]),
        grants: grants.valueOf([ownGrants]),
        presets: saved.valueOf([savedPresets]),
        collections: ownCollections.map(({ id, name, createdAt }) => ({
          id,
          name,
          createdAt,
          imageIds: (idsByCollection.get(id) ?? []).map(({ generationId }) => generationId),
        })),
        images: rows.slice(0, EXPORT_PART_IMAGES).map((row) => ({
          record: recordOf(row),
          options: anyOptions.parse(row.options),
          sharesPrompt: row.sharePrompt,
        })),
        next: beyond ? { createdAt: beyond.createdAt, id: beyond.id } : null,
      };
    },
  );
}
