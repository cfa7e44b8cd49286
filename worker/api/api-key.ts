/** The stored form of an API key, and its form in the API. */
import type { Scope } from "../shared/api-keys.ts";
import type { ApiKey } from "./schemas/api-key.ts";

/** Times in milliseconds since 1970. */
export type ApiKeyRecord = {
  id: string;
  name: string;
  scopes: Scope[];
  lastFour: string;
  createdAt: number;
  /** Null: never. */
  expiresAt: number | null;
  lastUsedAt: number | null;
};

export function presentApiKey({ createdAt, expiresAt, lastUsedAt, ...key }: ApiKeyRecord): ApiKey {
  return {
    ...key,
    createdAt: isoOf(createdAt),
    expiresAt: expiresAt === null ? null : isoOf(expiresAt),
    lastUsedAt: lastUsedAt === null ? null : isoOf(lastUsedAt),
  };
}

const isoOf = (time: number) => new Date(time).toISOString();
