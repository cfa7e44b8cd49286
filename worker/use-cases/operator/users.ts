/** What an operator reads and changes of users. Each change is recorded with who made it. */
import type { AdminUser, AdminUsage, AdminUserPage } from "../../api/admin-schemas.ts";
import { ok, type Result, refuse } from "../../api/problem.ts";
import { settingsOf } from "../../config/settings.ts";
import { commonDatabase } from "../../db/client.ts";
import { type NewAction, type Operator, recordAction } from "../../db/operator/actions.ts";
import { isPaused } from "../../db/operator/state.ts";
import {
  changeUser,
  findUserByIdOrEmail,
  latestDays,
  listUsers,
  type UserFilters,
} from "../../db/operator/users.ts";
import type { UserRow } from "../../db/users.ts";
import { log, logError, reasonOf } from "../../lib/log.ts";
import { type Plan, planOf } from "../../shared/plans.ts";
import { type announceLater, callStudio } from "../../studio/client.ts";
import type { Deps } from "../deps.ts";

export type OperatorDeps = Pick<Deps, "env">;

type Push = Parameters<typeof announceLater>[2];

const noUser = () => refuse("not_found", "There is no such user.");

export async function usersPage(
  { env }: OperatorDeps,
  { limit, cursor, ...filters }: UserFilters & { limit: number; cursor?: string | undefined },
): Promise<AdminUserPage> {
  const { rows, next } = await listUsers(commonDatabase(env), limit, cursor ?? null, filters);
  return { items: rows.map(presentUser), nextCursor: next };
}

/** The images of the last days, and the limits of one user. */
export async function usage({ env }: OperatorDeps, name: string | undefined): Promise<Result<AdminUsage>> {
  const db = commonDatabase(env);
  const user = name === undefined ? undefined : await findUserByIdOrEmail(db, name);
  if (user === null) return noUser();
  return ok({
    days: await latestDays(db),
    paused: await isPaused(db),
    maxPerDay: settingsOf(env).maxGenerationsPerDay,
    ...(user && {
      user: {
        ...presentUser(user),
        limits: await callStudio(env, user.id, (studio) => studio.limits(planOf(user.plan))),
      },
    }),
  });
}

export const setPlan = (deps: OperatorDeps, who: Operator, { user, plan }: { user: string; plan: Plan }) =>
  change(deps, who, user, "plan", { plan }, (studio) => studio.planChanged(plan));

export const suspend = (deps: OperatorDeps, who: Operator, { user }: { user: string }) =>
  change(deps, who, user, "suspend", { suspendedAt: Date.now() }, (studio) => studio.closeSockets());

export const restore = (deps: OperatorDeps, who: Operator, { user }: { user: string }) =>
  change(deps, who, user, "restore", { suspendedAt: null }, (studio) => studio.restore());

export const setOperator = (
  deps: OperatorDeps,
  who: Operator,
  { user, operator }: { user: string; operator: boolean },
) => change(deps, who, user, "operator", { operator });

export async function deleteUser(
  { env }: OperatorDeps,
  who: Operator,
  { user: name }: { user: string },
): Promise<Result<AdminUser>> {
  const db = commonDatabase(env);
  const user = await findUserByIdOrEmail(db, name);
  if (!user) return noUser();
  await recordAction(db, who, { action: "delete-user", target: user.id });
  const result = await callStudio(env, user.id, (studio) => studio.deleteAccount(user.id, null));
  if (!result.ok) return result;
  log("admin", { what: "delete-user", user: user.id, by: who.by });
  // The row may have been deleted already: responds with the user as read before.
  return ok(presentUser({ ...user, deletedAt: user.deletedAt ?? Date.now() }));
}

async function change(
  { env }: OperatorDeps,
  who: Operator,
  name: string,
  action: NewAction["action"],
  changes: Parameters<typeof changeUser>[4],
  push?: Push,
): Promise<Result<AdminUser>> {
  const user = await changeUser(commonDatabase(env), who, name, action, changes);
  if (!user) return noUser();
  await announce(env, who, action, user.id, push);
  return ok(presentUser(user));
}

/** Logs the change and pushes it to open studios. D1 has it already: it counts even if the object cannot be reached. */
export async function announce(
  env: Env,
  { by }: Operator,
  what: NewAction["action"],
  user: string,
  push?: Push,
): Promise<void> {
  log("admin", { what, user, by });
  try {
    if (push) await callStudio(env, user, push);
  } catch (error) {
    logError("admin_change_not_announced", { what, user, reason: reasonOf(error) });
  }
}

const timeOf = (at: number | null) => (at === null ? null : new Date(at).toISOString());

function presentUser({ id, email, plan, operator, createdAt, suspendedAt, deletedAt }: UserRow): AdminUser {
  return {
    id,
    email,
    plan: planOf(plan),
    operator,
    createdAt: new Date(createdAt).toISOString(),
    suspendedAt: timeOf(suspendedAt),
    deletedAt: timeOf(deletedAt),
  };
}
