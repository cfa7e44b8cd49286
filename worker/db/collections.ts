/** Collections in D1, and the generations in them. Every statement names the user. */
import { and, desc, eq, sql } from "drizzle-orm";
import * as z from "zod";
import type { CollectionRecord } from "../api/collection.ts";
import { storedOutput } from "../api/generation.ts";
import { MAX_COLLECTIONS } from "../shared/organize.ts";
import type { Database } from "./client.ts";
import { json, ownAmong } from "./generations.ts";
import { write, writeDeletion } from "./d1-call.ts";
import { hasRoom } from "./row-limit.ts";
import { collectionItems, collections, generations } from "./schema.ts";
import { type UserRead, userRead } from "./user-read.ts";

type Row = typeof collections.$inferSelect;

/** Items that are looked at to find a cover: a failed generation has no image. */
const COVER_ITEMS = 3;

function recordOf({ id, name, itemCount, createdAt }: Row, cover: string | null): CollectionRecord {
  return { id, name, itemCount, createdAt, cover: coverIn(cover) };
}

const own = (userId: string, id: string) => and(eq(collections.id, id), eq(collections.userId, userId));

/** Id and outputs of a collection's newest image, as JSON. */
const coverOf = sql<string | null>`(
  select json_array(generations.id, generations.outputs) from (
    select generation_id from collection_items
    where collection_id = collections.id and user_id = collections.user_id
    order by created_at desc, generation_id desc limit ${COVER_ITEMS}
  ) as newest cross join generations on generations.id = newest.generation_id
  where generations.status = 'succeeded' limit 1
)`;
const storedCover = json(z.tuple([z.string(), json(z.array(storedOutput))])).catch(["", []]);

function coverIn(cover: string | null): CollectionRecord["cover"] {
  if (cover === null) return null;
  const [generationId, [output]] = storedCover.parse(cover);
  return output ? { generationId, n: output.n } : null;
}

/** The user's collections, newest first. */
export function collectionsOf(db: Database, userId: string): UserRead<CollectionRecord[]> {
  const statement = db
    .select({ row: collections, cover: coverOf })
    .from(collections)
    .where(eq(collections.userId, userId))
    .orderBy(desc(collections.createdAt), desc(collections.id));
  return userRead([statement], ([rows]) => rows.map(({ row, cover }) => recordOf(row, cover)));
}

/** `read`, and null if the user has no such collection. */
export function inCollection<T>(
  db: Database,
  userId: string,
  id: string,
  read: UserRead<T>,
): UserRead<T | null> {
  const statement = db.select({ id: collections.id }).from(collections).where(own(userId, id));
  return {
    statements: [statement, ...read.statements],
    valueOf: ([found, ...results]) => ((found as unknown[]).length > 0 ? read.valueOf(results) : null),
  };
}

/** Null: the user has `MAX_COLLECTIONS` already, or the account is being deleted. */
export async function insertCollection(
  db: Database,
  userId: string,
  { id, name, createdAt }: { id: string; name: string; createdAt: number },
): Promise<CollectionRecord | null> {
  const values = sql`select ${id}, ${userId}, ${name}, 0, ${createdAt}`;
  const [written] = await write(() =>
    db
      .insert(collections)
      .select(sql`${values} where ${hasRoom(collections, userId, id, MAX_COLLECTIONS)}`)
      .onConflictDoUpdate({ target: collections.id, set: { name } })
      .returning(),
  );
  return written ? recordOf(written, null) : null;
}

/** Null: no such collection of this user. */
export async function renameCollection(
  db: Database,
  userId: string,
  id: string,
  name: string,
): Promise<CollectionRecord | null> {
  const [, [found]] = await write(() =>
    db.batch([
      db.update(collections).set({ name }).where(own(userId, id)),
      db.select({ row: collections, cover: coverOf }).from(collections).where(own(userId, id)),
    ]),
  );
  return found ? recordOf(found.row, found.cover) : null;
}

/** Its items are deleted with it, its images are not. False: no such collection of this user. */
export const deleteCollection = (db: Database, userId: string, id: string): Promise<boolean> =>
  writeDeletion(() => db.delete(collections).where(own(userId, id)).returning({ id: collections.id }));

/** The items of these generations in a collection. */
function itemsAmong(userId: string, id: string, ids: string[]) {
  // Unary plus keeps SQLite from using the primary key: the index on generation_id reads only these rows.
  return and(
    sql`${collectionItems.generationId} in (select value from json_each(${JSON.stringify(ids)}))`,
    sql`+${collectionItems.collectionId} = ${id}`,
    sql`+${collectionItems.userId} = ${userId}`,
  );
}

/** Returns the ids that are the user's generations, which the collection now has. Null: no such collection. */
export async function addToCollection(
  db: Database,
  userId: string,
  id: string,
  ids: string[],
): Promise<string[] | null> {
  const missing = sql`not exists (
    select 1 from ${collectionItems} where ${eq(collectionItems.collectionId, id)}
      and ${eq(collectionItems.userId, userId)} and ${eq(collectionItems.createdAt, generations.createdAt)}
      and ${eq(collectionItems.generationId, generations.id)}
  )`;
  const added = sql`select count(*) from ${generations} where ${and(ownAmong(userId, ids), missing)}`;
  const [found, , among] = await write(() =>
    db.batch([
      db
        .update(collections)
        .set({ itemCount: sql`${collections.itemCount} + (${added})` })
        .where(own(userId, id))
        .returning({ id: collections.id }),
      db
        .insert(collectionItems)
        .select(
          sql`select ${id}, ${generations.userId}, ${generations.createdAt}, ${generations.id} from ${generations}
            where ${ownAmong(userId, ids)} and exists (select 1 from ${collections} where ${own(userId, id)})`,
        )
        .onConflictDoNothing(),
      db.select({ id: generations.id }).from(generations).where(ownAmong(userId, ids)),
    ]),
  );
  return found.length > 0 ? among.map((row) => row.id) : null;
}

/** Returns the ids that are the user's generations, which the collection now lacks. Null: no such collection. */
export async function removeFromCollection(
  db: Database,
  userId: string,
  id: string,
  ids: string[],
): Promise<string[] | null> {
  const removed = sql`select count(*) from ${collectionItems} where ${itemsAmong(userId, id, ids)}`;
  const [found, , among] = await write(() =>
    db.batch([
      db
        .update(collections)
        .set({ itemCount: sql`${collections.itemCount} - (${removed})` })
        .where(own(userId, id))
        .returning({ id: collections.id }),
      db.delete(collectionItems).where(itemsAmong(userId, id, ids)),
      db.select({ id: generations.id }).from(generations).where(ownAmong(userId, ids)),
    ]),
  );
  return found.length > 0 ? among.map((row) => row.id) : null;
}
