/**
 * Pushes changes that the Worker made in D1 (favorites, share links). Calls can arrive in another order than their
 * changes, so each push has what D1 says now, and the reads run one after the other.
 */
import { findGenerations } from "../db/generations.ts";
import type { StudioContext } from "./context.ts";

export class Announcements {
  private latest: Promise<void> = Promise.resolve();

  push(context: StudioContext, userId: string, ids: string[]): Promise<void> {
    const push = this.latest.then(() => pushCurrent(context, userId, ids));
    this.latest = push.catch(() => {});
    return push;
  }
}

async function pushCurrent({ db, jobs, sockets }: StudioContext, userId: string, ids: string[]) {
  if (sockets.isEmpty) return;
  const { records } = await findGenerations(db, userId, ids);
  for (const record of records) {
    if (!jobs.byPrediction(record.id)?.deleted) sockets.generation(record);
  }
}
