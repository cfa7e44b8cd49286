import type { GenerationRecord } from "../api/generation.ts";
import { ok, type Result, refuse } from "../api/problem.ts";
import { imageNotFound } from "../api/refusals.ts";
import type { BulkResult } from "../api/schemas/generation.ts";
import { newShareToken } from "../api/share-token.ts";
import type { Principal } from "../auth/principal.ts";
import { databaseFor, shardOf } from "../db/client.ts";
import * as rows from "../db/generations.ts";
import * as sharing from "../db/sharing.ts";
import { run } from "../db/user-read.ts";
import { announceLater } from "../studio/client.ts";
import { bulkResultOf } from "./bulk-result.ts";
import type { Deps } from "./deps.ts";
import { recordPending } from "./record-pending.ts";

/** Creates the link, or finds the one that exists. Returns its token. Without `showPrompt` the link keeps its setting. */
export async function shareGeneration(
  deps: Pick<Deps, "env" | "waitUntil">,
  { userId }: Principal,
  { id, showPrompt }: { id: string; showPrompt: boolean | undefined },
): Promise<Result<string>> {
  const db = databaseFor(deps.env, userId);
  const token = newShareToken(shardOf(userId));
  const share = () => rows.shareGeneration(db, userId, id, token, showPrompt);
  const record = (await share()) ?? ((await recordPending(deps, userId, [id])) ? await share() : null);
  if (!record?.shareToken) {
    const isOwn = (await run(db, rows.generationById(db, userId, id))) !== null;
    return isOwn ? refuse("not_ready", "Only a finished image can be shared.") : imageNotFound();
  }
  announceLater(deps, userId, (studio) => studio.announce(record));
  return ok(record.shareToken);
}

/** Ends the link, if there is one. */
export async function unshareGeneration(
  deps: Pick<Deps, "env" | "waitUntil">,
  { userId }: Principal,
  id: string,
): Promise<Result<GenerationRecord>> {
  const record = await rows.unshareGeneration(databaseFor(deps.env, userId), userId, id);
  if (!record) return imageNotFound();
  announceLater(deps, userId, (studio) => studio.announce(record));
  return ok(record);
}

/** Ends the links of several. */
export async function unshareGenerations(
  deps: Pick<Deps, "env" | "waitUntil">,
  { userId }: Principal,
  ids: string[],
): Promise<BulkResult> {
  const records = await sharing.unshareGenerations(databaseFor(deps.env, userId), userId, ids);
  announceLater(deps, userId, (studio) => studio.announceMany(records));
  return bulkResultOf(
    ids,
    records.map(({ id }) => id),
  );
}
