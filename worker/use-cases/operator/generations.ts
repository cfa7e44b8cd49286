/** What an operator does with a generation. None of the results has its prompt. */
import type { AdminGeneration, AdminModels } from "../../api/admin-schemas.ts";
import { type GenerationRecord, presentError, presentStatus } from "../../api/generation.ts";
import { ok, type Result, refuse } from "../../api/problem.ts";
import { imageNotFound } from "../../api/refusals.ts";
import { shardOfToken } from "../../api/share-token.ts";
import { settingsOf } from "../../config/settings.ts";
import { commonDatabase, databaseFor, databaseOfShard } from "../../db/client.ts";
import { generationById, ownerOf, unshareGeneration } from "../../db/generations.ts";
import { type Operator, recordAction } from "../../db/operator/actions.ts";
import { findLink } from "../../db/operator/users.ts";
import { run } from "../../db/user-read.ts";
import { log } from "../../lib/log.ts";
import { getModel } from "../../skytells/client.ts";
import { MODEL_TIMEOUT_MS } from "../../skytells/model-options.ts";
import { callStudio } from "../../studio/client.ts";
import { announce, type OperatorDeps } from "./users.ts";

/** Ends a share link, given as its URL or its token. */
export async function unshare(
  { env }: OperatorDeps,
  who: Operator,
  { share }: { share: string },
): Promise<Result<AdminGeneration>> {
  const token = /\/s\/([^/?#]+)/.exec(share)?.[1] ?? share;
  const shard = shardOfToken(token);
  const link = shard && (await findLink(databaseOfShard(env, shard), token));
  if (!link) return noLink();
  const { id, userId } = link;
  await recordAction(commonDatabase(env), who, { action: "unshare", target: id });
  const record = await unshareGeneration(databaseFor(env, userId), userId, id);
  if (!record) return noLink();
  await announce(env, who, "unshare", userId, (studio) => studio.announce(record));
  return ok(presentForOperator(record, userId));
}

const noLink = () => refuse("not_found", "There is no such link.");

/** Has the object ask Skytells about a generation again. `looked`: it had a job; else the result is the row. */
export async function recheck(
  { env }: OperatorDeps,
  who: Operator,
  { generation: id }: { generation: string },
): Promise<Result<{ generation: AdminGeneration; looked: boolean }>> {
  const common = commonDatabase(env);
  const userId = await ownerOf(common, id);
  if (userId === null) return imageNotFound();
  await recordAction(common, who, { action: "recheck", target: id });
  const checked = await callStudio(env, userId, (studio) => studio.recheck(id));
  const db = databaseFor(env, userId);
  const record = checked ?? (await run(db, generationById(db, userId, id)));
  if (!record) return imageNotFound();
  log("admin", { what: "recheck", user: userId, by: who.by });
  return ok({ generation: presentForOperator(record, userId), looked: checked !== null });
}

/** The offered models, and whether Skytells has them. */
export async function modelStates({ env }: OperatorDeps): Promise<AdminModels> {
  const { models, skytells } = settingsOf(env);
  const states = models.map(async ({ id, label, upscale }) => {
    const { kind } = await getModel(skytells, id, MODEL_TIMEOUT_MS);
    return { id, label, ...(upscale && { upscale }), state: kind };
  });
  return { models: await Promise.all(states) };
}

function presentForOperator(record: GenerationRecord, userId: string): AdminGeneration {
  return {
    id: record.id,
    userId,
    status: presentStatus(record),
    error: presentError(record.error)?.code ?? null,
  };
}
