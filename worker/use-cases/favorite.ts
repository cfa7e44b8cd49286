import type { GenerationRecord } from "../api/generation.ts";
import { ok, type Result } from "../api/problem.ts";
import { imageNotFound } from "../api/refusals.ts";
import type { BulkResult } from "../api/schemas/generation.ts";
import type { Principal } from "../auth/principal.ts";
import { databaseFor } from "../db/client.ts";
import * as rows from "../db/generations.ts";
import { announceLater } from "../studio/client.ts";
import { bulkResultOf } from "./bulk-result.ts";
import type { Deps } from "./deps.ts";
import { recordPending } from "./record-pending.ts";

export async function setFavorite(
  deps: Pick<Deps, "env" | "waitUntil">,
  { userId }: Principal,
  { id, favorite }: { id: string; favorite: boolean },
): Promise<Result<GenerationRecord>> {
  const set = () => rows.setFavorite(databaseFor(deps.env, userId), userId, id, favorite);
  const record = (await set()) ?? ((await recordPending(deps, userId, [id])) ? await set() : null);
  if (!record) return imageNotFound();
  announceLater(deps, userId, (studio) => studio.announce(record));
  return ok(record);
}

export async function setFavorites(
  deps: Pick<Deps, "env" | "waitUntil">,
  { userId }: Principal,
  { ids, favorite }: { ids: string[]; favorite: boolean },
): Promise<BulkResult> {
  const records = await rows.setFavorites(databaseFor(deps.env, userId), userId, ids, favorite);
  announceLater(deps, userId, (studio) => studio.announceMany(records));
  return bulkResultOf(
    ids,
    records.map(({ id }) => id),
  );
}
