/** The interface of Workers KV that the OAuth provider uses, on D1: reads see every write. */
import { commonDatabase, type Database, databaseFor } from "../../db/client.ts";
import { deleteEntry, findEntry, listEntries, putEntry } from "../../db/oauth.ts";

type PutOptions = { expirationTtl?: number; expiration?: number; metadata?: unknown };
type ListOptions = { prefix?: string; limit?: number; cursor?: string };

const MAX_LISTED = 1000;

/** Grants and tokens are in the database of their user, all other keys in the common one. */
function databaseOf(env: Env, key: string): Database {
  const userId = /^(?:grant|token):([^:]+):/.exec(key)?.[1];
  return userId === undefined ? commonDatabase(env) : databaseFor(env, userId);
}

export function keyValueStore(env: Env): KVNamespace {
  const store = {
    async get(key: string, options?: { type?: string } | string) {
      const entry = await findEntry(databaseOf(env, key), key);
      const type = typeof options === "string" ? options : options?.type;
      return entry && (type === "json" ? JSON.parse(entry.value) : entry.value);
    },
    put(key: string, value: string, { expirationTtl, expiration, metadata }: PutOptions = {}) {
      const now = Math.floor(Date.now() / 1000);
      const expiresAt = expiration ?? (expirationTtl === undefined ? null : now + expirationTtl);
      return putEntry(databaseOf(env, key), {
        key,
        value,
        metadata: metadata === undefined ? null : JSON.stringify(metadata),
        expiresAt,
      });
    },
    delete: (key: string) => deleteEntry(databaseOf(env, key), key),
    async list({ prefix = "", limit = MAX_LISTED, cursor = "" }: ListOptions = {}) {
      const entries = await listEntries(databaseOf(env, prefix), { prefix, after: cursor, limit });
      const keys = entries.map(({ key, expiresAt, metadata }) => ({
        name: key,
        ...(expiresAt !== null && { expiration: expiresAt }),
        ...(metadata !== null && { metadata: JSON.parse(metadata) as unknown }),
      }));
      if (entries.length < limit) return { keys, list_complete: true };
      return { keys, list_complete: false, cursor: entries.at(-1)?.key };
    },
  };
  return store as unknown as KVNamespace;
}
