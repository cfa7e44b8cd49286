/**
 * The interface of Workers KV that the OAuth provider uses, on D1: reads see every write. The provider reads a grant and
 * writes it in two steps, so a write here checks what may have happened between them.
 */
import { OAuthError } from "@cloudflare/workers-oauth-provider";
import { commonDatabase, type Database, databaseFor } from "../../db/client.ts";
import {
  changeEntry,
  deleteEntry,
  findEntry,
  listEntries,
  type OAuthEntry,
  putEntry,
  putEntryOf,
} from "../../db/oauth.ts";

type PutOptions = { expirationTtl?: number; expiration?: number; metadata?: unknown };
type ListOptions = { prefix?: string; limit?: number; cursor?: string };

const MAX_LISTED = 1000;

/** Grants and tokens are in the database of their user, all other keys in the common one. */
function databaseOf(env: Env, key: string): Database {
  const userId = /^(?:grant|token):([^:]+):/.exec(key)?.[1];
  return userId === undefined ? commonDatabase(env) : databaseFor(env, userId);
}

/** The grant of a token, by the token's key. */
const grantOf = (key: string) => /^token:([^:]+:[^:]+):/.exec(key)?.[1];

/** The provider removes the wrapped key from a grant when its code is exchanged. */
const hasUnusedCode = (grant: string) => "authCodeWrappedKey" in (JSON.parse(grant) as object);

/** One store for each request: it knows what the request has read. */
export function keyValueStore(env: Env): KVNamespace {
  const readGrants = new Map<string, string>();

  /** Returns whether the entry was written. */
  async function save(db: Database, entry: OAuthEntry): Promise<boolean> {
    const owner = grantOf(entry.key);
    if (owner !== undefined) return putEntryOf(db, entry, `grant:${owner}`);
    const grant = readGrants.get(entry.key);
    if (grant !== undefined) return changeEntry(db, entry, hasUnusedCode(grant) ? grant : undefined);
    await putEntry(db, entry);
    return true;
  }

  const store = {
    async get(key: string, options?: { type?: string } | string) {
      const entry = await findEntry(databaseOf(env, key), key);
      if (entry && key.startsWith("grant:")) readGrants.set(key, entry.value);
      const type = typeof options === "string" ? options : options?.type;
      return entry && (type === "json" ? JSON.parse(entry.value) : entry.value);
    },
    async put(key: string, value: string, { expirationTtl, expiration, metadata }: PutOptions = {}) {
      const now = Math.floor(Date.now() / 1000);
      const expiresAt = expiration ?? (expirationTtl === undefined ? null : now + expirationTtl);
      const isSaved = await save(databaseOf(env, key), {
        key,
        value,
        metadata: metadata === undefined ? null : JSON.stringify(metadata),
        expiresAt,
      });
      // Another request has used the code, or the grant has ended. The provider responds with this error.
      if (!isSaved)
        throw new OAuthError("invalid_grant", { description: "The code is used, or access ended" });
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
