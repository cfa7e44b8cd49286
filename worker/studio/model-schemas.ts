/**
 * Model schemas are stored in D1 and read together with the session's facts. A request that finds one older than an hour
 * refreshes it after its response. Only the first create with a model ever waits for Skytells.
 */
import type { ModelId } from "../shared/models.ts";
import type { Database } from "../db/client.ts";
import { saveSchema, type StoredSchema } from "../db/models.ts";
import type { Settings } from "../config/settings.ts";
import { logError, reasonOf } from "../lib/log.ts";
import { fetchInputSchema, type InputSchema, parseInputSchema } from "../skytells/model-options.ts";

const FRESH_MS = 60 * 60 * 1000;
/** Delay after a failed fetch, so that not every create waits for an API that is down. */
const RETRY_MS = 30_000;
/** Minimum interval of background refreshes of a model. */
const REFRESH_EVERY_MS = 5_000;

// Per isolate: another isolate may repeat the request, which is harmless.
const askedAt = new Map<string, number>();
const failedAt = new Map<string, number>();

type Dependencies = { db: Database; settings: Settings };

/** The schema to use now; null if Skytells has never sent one. `inBackground` keeps a refresh alive after the response. */
export async function usableSchema(
  dependencies: Dependencies,
  id: ModelId,
  stored: StoredSchema | null,
  inBackground: (work: Promise<unknown>) => void,
): Promise<InputSchema | null> {
  if (!stored) return fetchAndSave(dependencies, id);
  if (isStale(stored)) inBackground(refresh(dependencies, id));
  return parseInputSchema(stored.inputSchema);
}

/** Fetches schemas that are missing or older than an hour; null if there are none. */
export function refreshSchemas(
  dependencies: Dependencies,
  stored: readonly StoredSchema[],
): Promise<unknown> | null {
  const isFresh = (id: ModelId) => stored.some((one) => one.slug === id && !isStale(one));
  const wanted = dependencies.settings.models.filter(({ id }) => !isFresh(id));
  return wanted.length > 0 ? Promise.all(wanted.map(({ id }) => refresh(dependencies, id))) : null;
}

const isStale = ({ fetchedAt }: StoredSchema) => fetchedAt < Date.now() - FRESH_MS;

async function refresh(dependencies: Dependencies, id: ModelId): Promise<void> {
  const key = keyOf(dependencies.settings, id);
  if (Date.now() - (askedAt.get(key) ?? 0) >= REFRESH_EVERY_MS) await fetchAndSave(dependencies, id);
}

const keyOf = (settings: Settings, id: ModelId) => `${settings.skytells.url} ${id}`;

/** Never rejects. Null: the fetch failed, now or less than `RETRY_MS` ago. */
async function fetchAndSave({ db, settings }: Dependencies, id: ModelId): Promise<InputSchema | null> {
  const { url } = settings.skytells;
  const key = keyOf(settings, id);
  if (Date.now() - (failedAt.get(key) ?? 0) < RETRY_MS) return null;
  askedAt.set(key, Date.now());
  const fetched = await fetchInputSchema(settings, id);
  if (fetched === null) {
    failedAt.set(key, Date.now());
    return null;
  }
  const { schema, exists } = fetched;
  // A misspelled slug does not become a model that was offered.
  const label = (exists && settings.models.find((model) => model.id === id)?.label) || null;
  try {
    await saveSchema(db, url, {
      slug: id,
      inputSchema: JSON.stringify(schema),
      fetchedAt: Date.now(),
      label,
    });
  } catch (error) {
    logError("model_schema_not_saved", { model: id, reason: reasonOf(error) });
  }
  return schema;
}
