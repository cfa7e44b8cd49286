/** The record of what operators did. */
import { and, desc, eq, lt, or, type SQL, sql } from "drizzle-orm";
import type { Position } from "../../api/cursor.ts";
import type { OperatorAction } from "../../api/admin-schemas.ts";
import { DAY_MS } from "../../shared/time.ts";
import type { Database } from "../client.ts";
import { read, write } from "../d1-call.ts";
import { operatorActions } from "../schema.ts";

/** Who acts: a user's id, or `token` for ADMIN_TOKEN. */
export type Operator = { by: string };

export type NewAction = {
  action: OperatorAction["action"];
  /** The id of the user, generation or invitation; or a select of it, which has no row if nothing is changed. */
  target: string | SQL | null;
};

const KEPT_MS = 365 * DAY_MS;

/** Statements that record an action, for the batch that carries it out. A repeated batch records it once. */
export function actionStatements(db: Database, { by }: Operator, { action, target }: NewAction) {
  const [id, at] = [crypto.randomUUID(), Date.now()];
  const found = typeof target === "object" && target !== null ? target : sql`select ${target} as target`;
  return [
    db
      .insert(operatorActions)
      // `where true`: without it SQLite reads ON CONFLICT as a part of the join.
      .select(sql`select ${id}, ${at}, ${by}, ${action}, target from (${found}) where true`)
      .onConflictDoNothing(),
    db.delete(operatorActions).where(lt(operatorActions.at, at - KEPT_MS)),
  ] as const;
}

/** Records an action that is not one batch in D1: before it begins, so that none is missing. */
export async function recordAction(db: Database, operator: Operator, action: NewAction): Promise<void> {
  const statements = actionStatements(db, operator, action);
  await write(() => db.batch(statements));
}

export type ActionRow = typeof operatorActions.$inferSelect;

/** Newest first, before `position`; at most `limit` and one more. */
export function listActions(db: Database, limit: number, position: Position | null): Promise<ActionRow[]> {
  const { at, id } = operatorActions;
  return read(() =>
    db
      .select()
      .from(operatorActions)
      .where(
        position === null
          ? undefined
          : or(lt(at, position.createdAt), and(eq(at, position.createdAt), lt(id, position.id))),
      )
      .orderBy(desc(at), desc(id))
      .limit(limit + 1),
  );
}
