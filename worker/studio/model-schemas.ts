/**
 * Model schemas live in D1, read along with whatever else a request reads. Whoever finds one older than an hour has it
 * fetched again behind its answer. Only the very first create of a model waits for Skytells.
 */
import { MODELS, type ModelId } from "../catalog.ts";
import type { Database } from "../db/client.ts";
import { saveSchema, type StoredSchema } from "../db/models.ts";
import type { Settings } from "../env.ts";
import { logError, reasonOf } from "../log.ts";
import { fetchInputSchema, type InputSchema, parseInputSchema } from "../skytells/models.ts";

const FRESH_MS = 60 * 60 * 1000;
/** Between two requests for one model in this isolate, so that an API that is down is not asked by everybody. */
const ASK_EVERY_MS = 30_000;

// Per isolate: asking once more costs a request, not correctness.
const askedAt = new Map<string, number>();

type Dependencies = { db: Database; settings: Settings };

/**
 * The schema to use now; null while Skytells has never answered. `inBackground` keeps a refresh alive behind the
 * answer.
 */
export async function usableSchema(
  dependencies: Dependencies,
  id: ModelId,
  stored: StoredSchema | null,
  inBackground: (work: Promise<unknown>) => void,
): Promise<InputSchema | null> {
  if (!stored) return fetchAndSave(dependencies, id);
  if (isStale(stored)) inBackground(fetchAndSave(dependencies, id));
  return parseInputSchema(stored.inputSchema);
}

/** Fetches what is missing or older than an hour; null where nothing is. */
export function refreshSchemas(
  dependencies: Dependencies,
  stored: readonly StoredSchema[],
): Promise<unknown> | null {
  const isFresh = (id: ModelId) => stored.some((one) => one.slug === id && !isStale(one));
  const wanted = MODELS.filter(({ id }) => !isFresh(id));
  return wanted.length > 0 ? Promise.all(wanted.map(({ id }) => fetchAndSave(dependencies, id))) : null;
}

const isStale = ({ fetchedAt }: StoredSchema) => fetchedAt < Date.now() - FRESH_MS;

/** Never rejects. null: asked a moment ago, or no answer. */
async function fetchAndSave({ db, settings }: Dependencies, id: ModelId): Promise<InputSchema | null> {
  const { url } = settings.skytells;
  const key = `${url} ${id}`;
  const now = Date.now();
  if (now - (askedAt.get(key) ?? 0) < ASK_EVERY_MS) return null;
  askedAt.set(key, now);
  const schema = await fetchInputSchema(settings, id);
  if (schema === null) return null;
  try {
    await saveSchema(db, url, { slug: id, inputSchema: JSON.stringify(schema), fetchedAt: Date.now() });
  } catch (error) {
    logError("model_schema_not_saved", { model: id, reason: reasonOf(error) });
  }
  askedAt.delete(key);
  return schema;
}
