import { and, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { collectionItems, collections } from "./schema.ts";

/** For a batch that then deletes the generations, and with them their items: lowers the counts of their collections. */
export function uncountGenerations(db: Database, userId: string, generationIds: string[]) {
  const items = sql`from ${collectionItems}
    where ${collectionItems.generationId} in (select value from json_each(${JSON.stringify(generationIds)}))
      and +${collectionItems.userId} = ${userId}`;
  const removed = sql`(select count(*) ${items} and +${collectionItems.collectionId} = ${collections.id})`;
  return db
    .update(collections)
    .set({ itemCount: sql`${collections.itemCount} - ${removed}` })
    .where(
      and(
        sql`${collections.id} in (select ${collectionItems.collectionId} ${items})`,
        sql`+${collections.userId} = ${userId}`,
      ),
    );
}
