/**
 * Counts of events for the operator's page. An isolate collects them and writes them together a little later, after the response:
 * a webhook costs no write of its own. Counts of an isolate that ends before are lost.
 */
import { desc, gte, lt, sql } from "drizzle-orm";
import { logError, reasonOf } from "../../lib/log.ts";
import { DAY_MS } from "../../shared/time.ts";
import type { Database } from "../client.ts";
import { read, write } from "../d1-call.ts";
import { operatorCounts, refusedWebhooks } from "../schema.ts";

/** How long events are collected: less than the 30 s that `waitUntil` allows after a response. Tests shorten it. */
export const collecting = { ms: 10_000 };
/** After this time a planned write has not run: its request was ended. */
const LOST_MS = 60_000;
const HOUR_MS = 3_600_000;
const KEPT_MS = 30 * DAY_MS;
/** Refused webhooks that are kept, and that an isolate collects for one write: many come from one bad sender. */
const MAX_REFUSED = 200;
const MAX_COLLECTED = 20;

export type RefusedWebhook = typeof refusedWebhooks.$inferSelect;

let counts = new Map<string, typeof operatorCounts.$inferSelect>();
let refused: RefusedWebhook[] = [];
let plannedAt: number | null = null;

type Deps = { db: Database; waitUntil: (work: Promise<unknown>) => void };

/** `webhook`: is listed, too. */
export function countEvent(
  { db, waitUntil }: Deps,
  name: string,
  webhook?: Omit<RefusedWebhook, "id" | "at">,
): void {
  const now = Date.now();
  const hour = hourOf(now);
  const key = `${hour} ${name}`;
  counts.set(key, { hour, name, count: (counts.get(key)?.count ?? 0) + 1 });
  if (webhook) refused = [...refused, { id: crypto.randomUUID(), at: now, ...webhook }].slice(-MAX_COLLECTED);
  if (plannedAt !== null && now < plannedAt + LOST_MS) return;
  plannedAt = now;
  waitUntil(writeCounts(db));
}

export const hourOf = (time: number) => time - (time % HOUR_MS);

/** Never rejects: a count is not worth an error. */
async function writeCounts(db: Database): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, collecting.ms));
  const [hours, webhooks] = [[...counts.values()], refused];
  counts = new Map();
  refused = [];
  plannedAt = null;
  const { hour, name, count } = operatorCounts;
  const newest = db
    .select({ at: refusedWebhooks.at })
    .from(refusedWebhooks)
    .orderBy(desc(refusedWebhooks.at))
    .limit(1)
    .offset(MAX_REFUSED);
  try {
    await write(() =>
      db.batch([
        db
          .insert(operatorCounts)
          .values(hours)
          .onConflictDoUpdate({ target: [hour, name], set: { count: sql`${count} + excluded.count` } }),
        db.delete(operatorCounts).where(lt(hour, Date.now() - KEPT_MS)),
        ...(webhooks.length === 0
          ? []
          : [
              db.insert(refusedWebhooks).values(webhooks).onConflictDoNothing(),
              db.delete(refusedWebhooks).where(lt(refusedWebhooks.at, newest)),
            ]),
      ]),
    );
  } catch (error) {
    logError("counts_not_written", { reason: reasonOf(error) });
  }
}

/** The events since `from`, by name. */
export async function countsSince(db: Database, from: number): Promise<Map<string, number>> {
  const { hour, name, count } = operatorCounts;
  const rows = await read(() =>
    db
      .select({ name, total: sql<number>`sum(${count})` })
      .from(operatorCounts)
      .where(gte(hour, hourOf(from)))
      .groupBy(name),
  );
  return new Map(rows.map((row) => [row.name, row.total]));
}

export function latestRefused(db: Database, limit: number): Promise<RefusedWebhook[]> {
  return read(() =>
    db
      .select()
      .from(refusedWebhooks)
      .orderBy(desc(refusedWebhooks.at), desc(refusedWebhooks.id))
      .limit(limit),
  );
}
