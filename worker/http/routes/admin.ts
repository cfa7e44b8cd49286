/** The operator's API, for `npm run admin`. */
import { planOf } from "../../shared/plans.ts";
import type {
  AdminGeneration,
  AdminModels,
  AdminUsage,
  AdminUser,
  AdminUserPage,
} from "../../api/admin-schemas.ts";
import {
  planBody,
  recheckBody,
  unshareBody,
  usageQuery,
  userBody,
  usersQuery,
} from "../../api/schemas/requests/admin.ts";
import { changeUser, findLink, findUserByIdOrEmail, latestDays, listUsers } from "../../db/admin.ts";
import { commonDatabase, databaseFor, databaseOfShard } from "../../db/client.ts";
import { generationById, ownerOf, unshareGeneration } from "../../db/generations.ts";
import { run } from "../../db/user-read.ts";
import type { UserRow } from "../../db/users.ts";
import { settingsOf } from "../../config/settings.ts";
import { type GenerationRecord, presentError, presentStatus } from "../../api/generation.ts";
import { shardOfToken } from "../../api/share-token.ts";
import { log, logError, reasonOf } from "../../lib/log.ts";
import { adminOnly } from "../middleware/admin.ts";
import type { AppContext } from "../middleware/app-env.ts";
import { cappedBody, jsonBody, jsonType, query } from "../middleware/body.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { problemResponse } from "../../api/problem.ts";
import { IMAGE_NOT_FOUND } from "../../api/refusals.ts";
import { getModel } from "../../skytells/client.ts";
import { MODEL_TIMEOUT_MS } from "../../skytells/models.ts";
import { callStudio } from "../../studio/client.ts";
import { newApp } from "../routing.ts";

const noUser = () => problemResponse({ code: "not_found", detail: "There is no such user." });

export const admin = newApp()
  .use(sameOrigin, adminOnly)
  .get("/users", query(usersQuery), async (c) => {
    const { limit, cursor, ...filters } = c.req.valid("query");
    const { rows, next } = await listUsers(commonDatabase(c.env), limit, cursor ?? null, filters);
    return c.json({ items: rows.map(presentUser), nextCursor: next } satisfies AdminUserPage, 200);
  })
  .get("/usage", query(usageQuery), async (c) => {
    const db = commonDatabase(c.env);
    const { user: name } = c.req.valid("query");
    const user = name === undefined ? undefined : await findUserByIdOrEmail(db, name);
    if (user === null) return noUser();
    const usage: AdminUsage = {
      days: await latestDays(db),
      maxPerDay: settingsOf(c.env).maxGenerationsPerDay,
      ...(user && {
        user: {
          ...presentUser(user),
          limits: await callStudio(c.env, user.id, (studio) => studio.limits(planOf(user.plan))),
        },
      }),
    };
    return c.json(usage, 200);
  })
  .get("/models", async (c) => {
    const { models, skytells } = settingsOf(c.env);
    const states = models.map(async ({ id, label, upscale }) => {
      const { kind } = await getModel(skytells, id, MODEL_TIMEOUT_MS);
      return { id, label, ...(upscale && { upscale }), state: kind };
    });
    return c.json({ models: await Promise.all(states) } satisfies AdminModels, 200);
  })
  .post("/plan", cappedBody, jsonType, jsonBody(planBody), async (c) => {
    const { user: name, plan } = c.req.valid("json");
    const user = await changeUser(commonDatabase(c.env), name, { plan });
    if (!user) return noUser();
    await announce("plan", user.id, () => callStudio(c.env, user.id, (studio) => studio.planChanged(plan)));
    return c.json({ user: presentUser(user) }, 200);
  })
  .post("/suspend", cappedBody, jsonType, jsonBody(userBody), async (c) => {
    const user = await changeUser(commonDatabase(c.env), c.req.valid("json").user, {
      suspendedAt: Date.now(),
    });
    if (!user) return noUser();
    await announce("suspend", user.id, () => callStudio(c.env, user.id, (studio) => studio.closeSockets()));
    return c.json({ user: presentUser(user) }, 200);
  })
  .post("/restore", cappedBody, jsonType, jsonBody(userBody), async (c) => {
    const user = await changeUser(commonDatabase(c.env), c.req.valid("json").user, { suspendedAt: null });
    if (!user) return noUser();
    await announce("restore", user.id, () => callStudio(c.env, user.id, (studio) => studio.restore()));
    return c.json({ user: presentUser(user) }, 200);
  })
  .post("/delete-user", cappedBody, jsonType, jsonBody(userBody), async (c) => {
    const user = await findUserByIdOrEmail(commonDatabase(c.env), c.req.valid("json").user);
    if (!user) return noUser();
    const result = await callStudio(c.env, user.id, (studio) => studio.deleteAccount(user.id, null));
    if (!result.ok) return problemResponse(result.refusal);
    log("admin", { what: "delete-user", user: user.id });
    // The row may have been deleted already: responds with the user as read before.
    return c.json({ user: presentUser({ ...user, deletedAt: user.deletedAt ?? Date.now() }) }, 200);
  })
  .post("/unshare", cappedBody, jsonType, jsonBody(unshareBody), async (c) => {
    const token = tokenIn(c.req.valid("json").share);
    const shard = shardOfToken(token);
    const link = shard && (await findLink(databaseOfShard(c.env, shard), token));
    const record = link && (await unshareGeneration(databaseFor(c.env, link.userId), link.userId, link.id));
    if (!record) return problemResponse({ code: "not_found", detail: "There is no such link." });
    await announce("unshare", link.userId, () =>
      callStudio(c.env, link.userId, (studio) => studio.announce(record)),
    );
    return c.json({ generation: presentGeneration(record, link.userId) }, 200);
  })
  .post("/recheck", cappedBody, jsonType, jsonBody(recheckBody), (c) =>
    recheck(c, c.req.valid("json").generation),
  );

/** Has the object ask Skytells about a generation again. Without a job: responds with the row. */
async function recheck(c: AppContext, id: string) {
  const userId = await ownerOf(commonDatabase(c.env), id);
  if (userId === null) return problemResponse(IMAGE_NOT_FOUND);
  const checked = await callStudio(c.env, userId, (studio) => studio.recheck(id));
  const db = databaseFor(c.env, userId);
  const record = checked ?? (await run(db, generationById(db, userId, id)));
  if (!record) return problemResponse(IMAGE_NOT_FOUND);
  log("admin", { what: "recheck", user: userId });
  return c.json({ generation: presentGeneration(record, userId), looked: checked !== null }, 200);
}

/** Logs the change and pushes it to open studios. D1 has it already: it counts even if the object cannot be reached. */
async function announce(what: string, userId: string, push: () => Promise<void>): Promise<void> {
  log("admin", { what, user: userId });
  try {
    await push();
  } catch (error) {
    logError("admin_change_not_announced", { what, user: userId, reason: reasonOf(error) });
  }
}

/** The token in a link; any other text is the token itself. */
function tokenIn(share: string): string {
  return /\/s\/([^/?#]+)/.exec(share)?.[1] ?? share;
}

const timeOf = (at: number | null) => (at === null ? null : new Date(at).toISOString());

function presentUser({ id, email, plan, createdAt, suspendedAt, deletedAt }: UserRow): AdminUser {
  return {
    id,
    email,
    plan: planOf(plan),
    createdAt: new Date(createdAt).toISOString(),
    suspendedAt: timeOf(suspendedAt),
    deletedAt: timeOf(deletedAt),
  };
}

/** Without the prompt: the operator does not read it. */
function presentGeneration(record: GenerationRecord, userId: string): AdminGeneration {
  return {
    id: record.id,
    userId,
    status: presentStatus(record),
    error: presentError(record.error)?.code ?? null,
  };
}
