import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Visitor } from "./app.ts";

/** Looks at the storage of the user's object, or changes it. */
export const inStudio = <T>(user: Visitor, look: (sql: SqlStorage, state: DurableObjectState) => T) =>
  runInDurableObject(env.STUDIO.getByName(user.id), (_, state) => look(state.storage.sql, state));
