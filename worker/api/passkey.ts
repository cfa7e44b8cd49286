/** The form of a passkey in the API. */
import type { Passkey } from "./schemas/passkey.ts";

/** Times in milliseconds since 1970. */
export type PasskeyRecord = {
  id: string;
  name: string;
  backedUp: boolean;
  createdAt: number;
  lastUsedAt: number | null;
};

export function presentPasskey({ id, name, backedUp, createdAt, lastUsedAt }: PasskeyRecord): Passkey {
  return {
    id,
    name,
    createdAt: new Date(createdAt).toISOString(),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
    synced: backedUp,
  };
}
