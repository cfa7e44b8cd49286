/** Copies a job in the user's object, for tests that need many like it. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Visitor } from "./app.ts";

/** The user has one job, which has ended. The copies have its time and its result. */
export function copyJob(user: Visitor, copies: number): Promise<void> {
  return runInDurableObject(env.STUDIO.getByName(user.id), (_, { storage }) => {
    storage.sql.exec(
      `with recursive copy (n) as (select 1 union all select n + 1 from copy where n < ?)
       insert into jobs (id, user_id, upstream, holds_slot, debts, tasks, created_at, next_at, document)
       select id || '-' || n, user_id, upstream, holds_slot, debts, tasks, created_at, next_at, document from jobs, copy`,
      copies,
    );
  });
}
