/** The studio's pause, and the record of what operators did. */
import type { OperatorActionPage } from "../../api/admin-schemas.ts";
import { decodeCursor, encodeCursor } from "../../api/cursor.ts";
import { ok, type Result, refuse } from "../../api/problem.ts";
import { commonDatabase } from "../../db/client.ts";
import { listActions, type Operator } from "../../db/operator/actions.ts";
import { setPaused } from "../../db/operator/state.ts";
import { log } from "../../lib/log.ts";
import type { OperatorDeps } from "./users.ts";

/** While the studio is paused, no new generation is admitted. */
export async function pause(
  { env }: OperatorDeps,
  who: Operator,
  { paused }: { paused: boolean },
): Promise<Result<{ paused: boolean }>> {
  await setPaused(commonDatabase(env), who, paused);
  log("admin", { what: paused ? "pause" : "resume", by: who.by });
  return ok({ paused });
}

export async function actionsPage(
  { env }: OperatorDeps,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Result<OperatorActionPage>> {
  const position = cursor === undefined ? null : decodeCursor(cursor);
  if (cursor !== undefined && position === null) return refuse("invalid_request", "cursor: not a cursor.");
  const rows = await listActions(commonDatabase(env), limit, position);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return ok({
    items: page.map(({ id, at, who, action, target }) => ({
      id,
      at: new Date(at).toISOString(),
      by: who,
      action: action as OperatorActionPage["items"][number]["action"],
      target,
    })),
    nextCursor: last ? encodeCursor({ createdAt: last.at, id: last.id }) : null,
  });
}
