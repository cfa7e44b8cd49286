/** What the operator switches for the whole studio. */
import { eq, sql } from "drizzle-orm";
import type { Database } from "../client.ts";
import { read, write } from "../d1-call.ts";
import { studioState } from "../schema.ts";
import { actionStatements, type Operator } from "./actions.ts";

const PAUSED = "paused";

/** For the statement that an admission reads. */
export const isPausedSql = sql<number>`exists (select 1 from ${studioState} where ${studioState.key} = ${PAUSED} and ${studioState.value} = '1')`;

export async function isPaused(db: Database): Promise<boolean> {
  const [row] = await read(() =>
    db.select({ value: studioState.value }).from(studioState).where(eq(studioState.key, PAUSED)),
  );
  return row?.value === "1";
}

/** Also records the action. */
export async function setPaused(db: Database, operator: Operator, paused: boolean): Promise<void> {
  const value = paused ? "1" : "0";
  const recorded = actionStatements(db, operator, { action: paused ? "pause" : "resume", target: null });
  await write(() => db.batch([setState(db, PAUSED, value), ...recorded]));
}

function setState(db: Database, key: string, value: string) {
  return db
    .insert(studioState)
    .values({ key, value })
    .onConflictDoUpdate({ target: studioState.key, set: { value } });
}

/** Whether D1 accepts writes. */
export async function probeWrite(db: Database): Promise<void> {
  await write(() => setState(db, "probe", String(Date.now())));
}
