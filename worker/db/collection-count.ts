import { and, eq, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { collectionItems, collections } from "./schema.ts";

/** For a batch that then deletes the generation, and with it its items: lowers the counts of their collections. */
export function uncountGeneration(db: Database, userId: string, generationId: string) {
  const containing = sql`select ${collectionItems.collectionId} from ${collectionItems}
    where ${eq(collectionItems.generationId, generationId)} and +${collectionItems.userId} = ${userId}`;
  return db
    .update(collections)
    .set({ itemCount: sql`${collections.itemCount} - 1` })
    .where(and(sql`${collections.id} in (${containing})`, sql`+${collections.userId} = ${userId}`));
}
