/** Model schemas as they were last fetched from Skytells. */
import { and, eq, sql } from "drizzle-orm";
import type { Database } from "./client.ts";
import { read, write } from "./d1-call.ts";
import { models } from "./schema.ts";

/** `inputSchema` is JSON. `fetchedAt`: milliseconds since 1970. */
export type StoredSchema = { slug: string; inputSchema: string; fetchedAt: number; label: string | null };

export async function listSchemas(db: Database, apiUrl: string): Promise<StoredSchema[]> {
  return read(() => db.select().from(models).where(eq(models.apiUrl, apiUrl)));
}

/** Condition for the schema of one model, to be read along with other rows. */
export const isSchemaOf = (apiUrl: string, slug: string) =>
  and(eq(models.apiUrl, apiUrl), eq(models.slug, slug));

export async function saveSchema(
  db: Database,
  apiUrl: string,
  { slug, inputSchema, fetchedAt, label }: StoredSchema,
): Promise<void> {
  await write(() =>
    db
      .insert(models)
      .values({ apiUrl, slug, inputSchema, fetchedAt, label })
      .onConflictDoUpdate({
        target: [models.apiUrl, models.slug],
        set: { inputSchema, fetchedAt, label: sql`coalesce(excluded.label, ${models.label})` },
      }),
  );
}
