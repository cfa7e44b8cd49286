/** What the operator's page shows. Each part is read on its own: null where D1 did not answer. */
import { StorageUnavailable } from "../../api/problem.ts";
import { SLOT_GRACE_MS } from "../../config/limits.ts";
import { settingsOf } from "../../config/settings.ts";
import { commonDatabase } from "../../db/client.ts";
import { listActions } from "../../db/operator/actions.ts";
import { countsSince, latestRefused } from "../../db/operator/counts.ts";
import {
  countFailures,
  countInFlight,
  countLateEnds,
  emailsOf,
  listStuck,
} from "../../db/operator/overview.ts";
import { isPaused, probeWrite } from "../../db/operator/state.ts";
import { latestDays } from "../../db/operator/users.ts";
import { dayOf } from "../../db/users.ts";
import { logError, reasonOf } from "../../lib/log.ts";
import { DAY_MS } from "../../shared/time.ts";
import { listInvitations } from "../passkeys/invitations.ts";
import { type OperatorDeps, usersPage } from "./users.ts";

/** Generations that ended without a webhook before the page says that none arrive. */
const MIN_LATE_ENDS = 3;
const MAX_REFUSED = 20;
const MAX_ACTIONS = 50;
const MAX_USERS = 20;
const MAX_INVITATIONS = 20;

export type Search = { q?: string | undefined; cursor?: string | undefined };
export type Overview = Awaited<ReturnType<typeof overview>>;

export async function overview({ env }: OperatorDeps, search: Search, now: number) {
  const { maxGenerationsPerDay, deadlineMs, checkAfterMs } = settingsOf(env);
  const db = commonDatabase(env);
  const days = [dayOf(now), dayOf(now - DAY_MS)];
  const [generating, failures, counts, lateEnds, usage, users, invitations, actions, paused, isWritable] =
    await Promise.all([
      orNull(Promise.all([countInFlight(db), listStuck(db, now - deadlineMs - SLOT_GRACE_MS)])),
      orNull(countFailures(db, now - 7 * DAY_MS, now - DAY_MS)),
      orNull(
        Promise.all([countsSince(db, now - DAY_MS), countsSince(db, now), latestRefused(db, MAX_REFUSED)]),
      ),
      orNull(countLateEnds(db, days, checkAfterMs)),
      orNull(latestDays(db)),
      orNull(usersPage({ env }, { limit: MAX_USERS, ...search })),
      orNull(listInvitations({ env }, { limit: MAX_INVITATIONS })),
      orNull(listActions(db, MAX_ACTIONS - 1, null).then((rows) => named(db, rows))),
      orNull(isPaused(db)),
      orNull(probeWrite(db).then(() => true)),
    ]);
  const webhooks = counts && { counts: counts[0], refused: counts[2] };
  const arrived = ["webhook.accepted", "webhook.duplicate"].some((name) => webhooks?.counts.has(name));
  return {
    now,
    alarms: {
      notWritable: isWritable === null,
      noWebhooks: webhooks !== null && !arrived && (lateEnds ?? 0) >= MIN_LATE_ENDS,
      accountRejected: counts?.[1].get("account_rejected") ?? 0,
    },
    inFlight: generating?.[0] ?? null,
    stuck: generating?.[1] ?? null,
    failures,
    webhooks,
    usage,
    cap: maxGenerationsPerDay,
    users,
    invitations: invitations?.ok ? invitations.value.items : null,
    actions,
    paused,
  };
}

async function orNull<T>(part: Promise<T>): Promise<T | null> {
  try {
    return await part;
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) logError("unexpected_error", { reason: reasonOf(error) });
    return null;
  }
}

/** With the addresses of the users that still exist. */
async function named(db: Parameters<typeof emailsOf>[0], rows: Awaited<ReturnType<typeof listActions>>) {
  const emails = await emailsOf(
    db,
    rows.flatMap(({ who, target }) => [who, target ?? ""]),
  );
  const nameOf = (id: string | null) => (id === null ? "" : (emails.get(id) ?? id));
  return rows.map(({ at, who, action, target }) => ({
    at,
    by: nameOf(who),
    action,
    target: nameOf(target),
  }));
}
