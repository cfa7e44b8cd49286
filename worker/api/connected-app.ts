/** An OAuth grant: an app that the user has connected. */
import { SCOPES } from "../shared/api-keys.ts";
import type { ConnectedApp } from "./schemas/connected-app.ts";

/** Times in milliseconds since 1970. `name` is what the app calls itself. */
export type GrantRecord = {
  id: string;
  name: string;
  redirectHost: string;
  /** Also those of a newer version. */
  scopes: string[];
  createdAt: number;
  expiresAt: number | null;
};

export function presentApp({ scopes, createdAt, expiresAt, ...app }: GrantRecord): ConnectedApp {
  return {
    ...app,
    scopes: SCOPES.filter((scope) => scopes.includes(scope)),
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
  };
}
