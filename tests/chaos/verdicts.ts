/**
 * Checks the guarantees of docs/reliability.md against the evidence. It asks nothing of the code under test: the
 * simulator's ledger says who created what, the users' logs say who clicked what, and the files of D1 and R2 say what
 * is stored.
 */
import type { Created, Evidence, Row, StoredObject } from "./evidence.ts";
import {
  type Clocks,
  findTimeMs,
  MOODS_WITH_FEWER_IMAGES,
  MOODS_WITHOUT_IMAGE,
  PLAN_SLOTS,
  storeTimeMs,
} from "./options.ts";
import { wrongReferences } from "./references.ts";
import type { Period } from "./studio.ts";
import type { Click, User } from "./users.ts";

export type Verdicts = {
  generations: number;
  endedRight: number;
  /** One sentence per violation. A run with any of them fails. */
  violations: Record<Guarantee, string[]>;
  /** Counts by how a generation ended. */
  ends: Map<string, number>;
  slowestEndMs: number;
  /** Quantiles over all rows. */
  quarterEndMs: number;
  medianEndMs: number;
};

const GUARANTEES = [
  "ended wrong",
  "limit violations",
  "leaked slots",
  "double creates",
  "foreign images",
  "wrong references",
  "wrong events",
  "lost images",
  "orphan objects",
  "rows without object",
  "missing outputs",
  "left running upstream",
  "invalid status changes",
  "left to repair",
] as const;
export type Guarantee = (typeof GUARANTEES)[number];

/** The clocks of two processes differ, and a webhook takes time. */
const TOLERANCE_MS = 2_000;

export type Facts = {
  evidence: Evidence;
  clicks: Click[];
  /** SHA-256 of the files that each user has sent as uploads, by user id. */
  uploads: Map<string, Set<string>>;
  users: User[];
  up: Period[];
  /** When the simulator's API failed. */
  outages: Period[];
  clocks: Clocks;
};

type End = { name: string; isRight: boolean; guarantee?: Guarantee };

function groupBy<T>(list: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** Milliseconds between `from` and `to` that are in one of the periods. */
export const covered = (periods: readonly Period[], from: number, to: number) =>
  periods.reduce(
    (sum, period) =>
      sum + Math.max(0, Math.min(to, period.to ?? Number.POSITIVE_INFINITY) - Math.max(from, period.from)),
    0,
  );

/** Milliseconds in which the Worker was up, minus those in which the simulator's API failed. */
const bothUp = ({ up, outages }: Facts, from: number, to: number) =>
  Math.max(0, covered(up, from, to) - covered(outages, from, to));

const errorCodeOf = (row: Row) =>
  row.error === null ? "" : (JSON.parse(row.error) as { code: string }).code;
const countOf = ({ input }: Created) => (input as { number_of_images?: number }).number_of_images ?? 1;
const seedOf = ({ input }: Created) => (input as { seed?: number }).seed;
const hasMood = ({ mood }: Created, names: ReadonlySet<string>) =>
  mood.some((name) => names.has(name.split("=", 1)[0] ?? ""));

export function checkGuarantees(facts: Facts): Verdicts {
  const { evidence, clicks, users, clocks } = facts;
  const violations = Object.fromEntries(
    GUARANTEES.map((name) => [name, [] as string[]]),
  ) as Verdicts["violations"];
  const ends = new Map<string, number>();
  const countEnd = (name: string) => ends.set(name, (ends.get(name) ?? 0) + 1);
  const { created, rows, objects } = evidence;
  const createdById = new Map(created.map((one) => [one.id, one]));
  const originals = groupBy(
    objects.filter((object) => !object.isThumbnail),
    (object) => object.id,
  );
  const clickById = new Map(clicks.flatMap((click) => [...click.ids].map((id) => [id, click])));
  const clickBySeed = new Map(clicks.flatMap((click) => (click.seed === null ? [] : [[click.seed, click]])));
  const clickOf = (one: Created) =>
    clickById.get(one.id) ?? clickById.get(one.jobId) ?? clickBySeed.get(seedOf(one) ?? -1);

  /**
   * After a lost response, a prediction that shows neither its webhook nor a seed of its own cannot be attributed to a
   * user. The Worker gives it up and never knows its id.
   */
  const isUnattributable = (one: Created) =>
    !rows.has(one.id) &&
    hasMood(one, new Set(["webhook-field-absent"])) &&
    (seedOf(one) === undefined || clickBySeed.has(seedOf(one) ?? -1));
  const unattributable = groupBy(created.filter(isUnattributable), (one) => one.userId);

  checkLimit();
  checkDoubleCreates();
  checkOwners();
  violations["wrong references"].push(...wrongReferences(facts, clickOf));
  for (const object of objects) checkObject(object);
  checkStoredOutputs();

  let endedRight = 0;
  for (const one of created) {
    const click = clickOf(one);
    const row = rows.get(one.id);
    const end = endOf(one, row, click);
    countEnd(end.name);
    if (end.isRight) endedRight += 1;
    else violations[end.guarantee ?? "ended wrong"].push(`${end.name}: ${describe(one, row, click)}`);
  }
  const createdClicks = new Set(created.map(clickOf));
  const notCreated = clicks.filter(
    (click) => (click.outcome === "accepted" || click.outcome === "pending") && !createdClicks.has(click),
  );
  for (const click of notCreated) {
    const last = click.seen.at(-1);
    const isRight = last === "failed/unconfirmed" || last === "canceled" || click.deleted;
    countEnd(isRight ? "not created, reported" : "not created, not reported");
    if (isRight) endedRight += 1;
    else violations["ended wrong"].push(`${click.key}: not created, seen ${click.seen.join(" → ")}`);
  }

  const durations = [...rows.values()]
    .flatMap((row) => (row.completedAt === null ? [] : [row.completedAt - row.createdAt]))
    .sort((a, b) => a - b);
  const seenDurations = clicks.flatMap((click) =>
    click.endSeenAt === null ? [] : [click.endSeenAt - click.at],
  );
  return {
    generations: created.length + notCreated.length,
    endedRight,
    violations,
    ends,
    slowestEndMs: Math.max(0, durations.at(-1) ?? 0, ...seenDurations),
    quarterEndMs: durations[durations.length >> 2] ?? 0,
    medianEndMs: durations[durations.length >> 1] ?? 0,
  };

  function checkLimit(): void {
    for (const { id, email, plan } of users) {
      const max = evidence.maxInFlight[id] ?? 0;
      if (max > PLAN_SLOTS[plan] + (unattributable.get(id)?.length ?? 0)) {
        violations["limit violations"].push(`${email} (${plan}) had ${max} in flight`);
      }
    }
    for (const one of created) {
      const isRunning = one.upstream?.status === "queued" || one.upstream?.status === "processing";
      if (isRunning && !isUnattributable(one)) {
        violations["left running upstream"].push(describe(one, rows.get(one.id), clickOf(one)));
      }
    }
  }

  function checkDoubleCreates(): void {
    const found = violations["double creates"];
    for (const [jobId, same] of groupBy(created, (one) => one.jobId)) {
      if (same.length > 1) found.push(`job ${jobId}: ${same.map((one) => one.id).join(", ")}`);
    }
    const withSeed = created.filter((one) => clickBySeed.has(seedOf(one) ?? -1));
    for (const [seed, same] of groupBy(withSeed, (one) => String(seedOf(one)))) {
      if (same.length > 1) found.push(`click with seed ${seed}: ${same.map((one) => one.id).join(", ")}`);
    }
    const clicksOf = groupBy(clicks, (click) => click.user.id);
    for (const [userId, own] of groupBy(created, (one) => one.userId)) {
      const count = clicksOf.get(userId)?.length ?? 0;
      if (own.length > count) found.push(`${userId}: ${count} clicks, ${own.length} creates`);
    }
    for (const click of clicks) {
      const ids = [...click.ids].filter((id) => createdById.has(id));
      if (ids.length > 1) found.push(`${click.key} was answered ${ids.join(", ")}`);
    }
  }

  /** Rows and responses must name the user in the webhook's address. */
  function checkOwners(): void {
    for (const row of rows.values()) {
      const owner = createdById.get(row.id)?.userId;
      if (owner !== row.userId) {
        violations["foreign images"].push(`row ${row.id} of ${row.userId}, created for ${owner}`);
      }
    }
    for (const click of clicks) {
      for (const id of click.ids) {
        const owner = createdById.get(id)?.userId;
        if (owner !== undefined && owner !== click.user.id) {
          violations["foreign images"].push(`${click.key} was answered ${id}, created for ${owner}`);
        }
      }
    }
  }

  function checkObject(object: StoredObject): void {
    const owner = createdById.get(object.id)?.userId;
    if (owner !== object.userId) {
      violations["foreign images"].push(`object ${object.key}, created for ${owner}`);
    }
    if (!object.isThumbnail) {
      const sent = evidence.outputs[`${object.id}/${object.key.split("/").at(-1)}`];
      if (sent?.sha256 !== object.sha256) {
        violations["foreign images"].push(
          `object ${object.key} differs from the output (${sent?.bytes} bytes)`,
        );
      }
    }
    const row = rows.get(object.id);
    if (row?.status !== "succeeded") {
      const state = row ? `${row.status}/${errorCodeOf(row)}` : "absent";
      violations["orphan objects"].push(`${object.key}, row ${state}`);
    }
  }

  function checkStoredOutputs(): void {
    for (const row of rows.values()) {
      if (row.status !== "succeeded") continue;
      const outputs = JSON.parse(row.outputs) as unknown[];
      const stored = originals.get(row.id) ?? [];
      if (outputs.length === 0 || stored.length < outputs.length) {
        violations["rows without object"].push(
          `${row.id}: ${outputs.length} in the row, ${stored.length} stored`,
        );
      }
      const one = createdById.get(row.id);
      const asked = one ? countOf(one) : 1;
      if (outputs.length < asked && !(one && hasMood(one, MOODS_WITH_FEWER_IMAGES)) && !wasUnavailable(one)) {
        violations["missing outputs"].push(`${row.id}: ${outputs.length} of ${asked}`);
      }
    }
  }

  /** Whether the Worker had too little time to store all outputs. */
  function wasUnavailable(one: Created | undefined): boolean {
    const endedAt = one?.upstream?.completedAt ?? one?.at ?? 0;
    const time = bothUp(facts, endedAt, endedAt + clocks.OUTPUT_WINDOW_SECONDS * 1000);
    return time < storeTimeMs(clocks);
  }

  function endOf(one: Created, row: Row | undefined, click: Click | undefined): End {
    const deadline = one.at + clocks.GENERATION_DEADLINE_SECONDS * 1000;
    if (!row) {
      if (click?.deleted) return { name: "deleted", isRight: true };
      // If every response of the click was lost, its user could not see the end.
      const isReported = !click || click.seen.at(-1) === "failed/unconfirmed" || click.canceled;
      if (isUnattributable(one)) return { name: "given up, unattributable", isRight: isReported };
      const time = bothUp(facts, one.at, deadline);
      return {
        name: `given up, looked for ${seconds(time)}`,
        isRight: isReported && time < findTimeMs(clocks),
      };
    }
    const code = errorCodeOf(row);
    const name = code ? `${row.status}/${code}` : row.status;
    if (row.status === "queued" || row.status === "processing") {
      return { name: `still ${name}`, isRight: false };
    }
    if (click?.deleted) return { name: "deleted, row still there", isRight: false };
    if (row.status === "canceled") return { name, isRight: click?.canceled === true };
    const { upstream } = one;
    if (!upstream) return { name: `${name}, deleted upstream`, isRight: false };
    switch (upstream.status) {
      case "succeeded":
        return endOfSucceeded(one, row, name, upstream.completedAt ?? one.at);
      case "failed":
        // While the Worker could not reach Skytells until the deadline, it does not know the cause.
        return { name, isRight: ["upstream_failed", "content_policy", "timed_out"].includes(code) };
      case "canceled":
        return { name, isRight: code === "timed_out" };
      default:
        return { name: `${name}, upstream ${upstream.status}`, isRight: code === "timed_out" };
    }
  }

  function endOfSucceeded(one: Created, row: Row, name: string, endedAt: number): End {
    if (row.status === "succeeded") return { name, isRight: true };
    const code = errorCodeOf(row);
    const deadline = one.at + clocks.GENERATION_DEADLINE_SECONDS * 1000 - TOLERANCE_MS;
    if (hasMood(one, MOODS_WITHOUT_IMAGE)) {
      // `timed_out` is right if the success was not seen before the deadline: without an image nothing corrects it.
      const couldSee = bothUp(facts, one.at, deadline) >= findTimeMs(clocks);
      return { name, isRight: /^output_|^storage_/.test(code) || (code === "timed_out" && !couldSee) };
    }
    if (code === "timed_out" && endedAt >= deadline) return { name, isRight: true };
    const time = bothUp(facts, endedAt, endedAt + clocks.OUTPUT_WINDOW_SECONDS * 1000);
    const isLost = time >= storeTimeMs(clocks);
    return {
      name: `${name}, available for ${seconds(time)}`,
      isRight: !isLost && row.status === "failed",
      ...(isLost && { guarantee: "lost images" as const }),
    };
  }
}

const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;

function describe(one: Created, row: Row | undefined, click: Click | undefined): string {
  const upstream = one.upstream ? one.upstream.status : "deleted";
  return [
    `${one.id} (job ${one.jobId}) at ${new Date(one.at).toISOString()}`,
    `[${one.mood.filter((name) => name !== "output-tiny").join(" ")}] answered ${one.answeredAs}`,
    `upstream ${upstream}`,
    `row ${row ? `${row.status} ${row.error ?? ""}` : "absent"}`,
    click
      ? `${click.key}${click.canceled ? " canceled" : ""}${click.deleted ? " deleted" : ""}, ${click.outcome}, seen ${click.seen.join(" → ")}`
      : "no click found",
  ].join("; ");
}
