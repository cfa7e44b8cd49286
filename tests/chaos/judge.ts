/**
 * Holds the promises of docs/reliability.md against the evidence. Nothing here asks the code under test: who made
 * what is the ledger's word, who clicked what is the clients', what is kept is in the files of D1 and R2.
 */
import type { Evidence, Made, Row, StoredObject } from "./evidence.ts";
import { type Click, type Person } from "./people.ts";
import { type Clocks, enoughToFindMs, enoughToStoreMs, NO_PICTURE, PLANS } from "./plan.ts";
import type { Period } from "./stage.ts";

export type Verdicts = {
  generations: number;
  endedRight: number;
  /** Each a sentence; the run fails if there is any. */
  wrong: Record<Promise_, string[]>;
  /** How the generations ended. */
  ends: Map<string, number>;
  slowestEndMs: number;
  /** Of what has a row: a quarter ended, and half ended, within so long. */
  quarterEndMs: number;
  medianEndMs: number;
};

const PROMISES = [
  "ended wrong",
  "limit violations",
  "leaked slots",
  "double creates",
  "foreign pictures",
  "lost pictures",
  "orphan objects",
  "rows without object",
  "left running upstream",
  "seen going back",
  "left to repair",
] as const;
export type Promise_ = (typeof PROMISES)[number];

/** Clocks of two processes, and a webhook under way. */
const SLACK_MS = 2_000;

export type Case = {
  evidence: Evidence;
  clicks: Click[];
  people: Person[];
  up: Period[];
  /** When Skytells' API answered nothing of use. */
  outages: Period[];
  clocks: Clocks;
};

function group<T>(list: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known) known.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** Milliseconds of `from` to `to` that the periods cover. */
export const covered = (periods: readonly Period[], from: number, to: number) =>
  periods.reduce(
    (sum, period) =>
      sum + Math.max(0, Math.min(to, period.to ?? Number.POSITIVE_INFINITY) - Math.max(from, period.from)),
    0,
  );

/** Milliseconds in which the Worker was up, less those in which Skytells was not. */
const bothUp = ({ up, outages }: Case, from: number, to: number) =>
  Math.max(0, covered(up, from, to) - covered(outages, from, to));

const failureOf = (row: Row) => (row.error === null ? "" : (JSON.parse(row.error) as { code: string }).code);
const hasMood = ({ mood }: Made, names: ReadonlySet<string>) =>
  mood.some((name) => names.has(name.split("=", 1)[0] ?? ""));

export function judge(facts: Case): Verdicts {
  const { evidence, clicks, people, clocks } = facts;
  const wrong = Object.fromEntries(PROMISES.map((name) => [name, [] as string[]])) as Verdicts["wrong"];
  const ends = new Map<string, number>();
  const end = (name: string) => ends.set(name, (ends.get(name) ?? 0) + 1);
  const { made, rows, objects } = evidence;
  const madeById = new Map(made.map((one) => [one.id, one]));
  const originals = group(
    objects.filter((object) => !object.isThumbnail),
    (object) => object.id,
  );
  const clickById = new Map<string, Click>();
  for (const click of clicks) for (const id of click.ids) clickById.set(id, click);
  const clickByTag = new Map(clicks.flatMap((click) => (click.tag === null ? [] : [[click.tag, click]])));
  const clickOf = (one: Made) =>
    clickById.get(one.id) ??
    clickById.get(one.jobId) ??
    clickByTag.get((one.input as { seed?: number }).seed ?? -1);

  const seedOf = (one: Made) => (one.input as { seed?: number }).seed;
  /**
   * Skytells shows no webhook of it, and its input is somebody else's as well as not: once its answer is lost, nothing
   * that Skytells shows says whose it is, so it is given up and never known of.
   */
  const isAnybodys = (one: Made) =>
    !rows.has(one.id) &&
    hasMood(one, new Set(["webhook-field-absent"])) &&
    (seedOf(one) === undefined || clickByTag.has(seedOf(one) ?? -1));
  const anybodys = group(made.filter(isAnybodys), (one) => one.userId);

  // 1. The limit, by the ledger alone.
  for (const { id, email, plan } of people) {
    const most = evidence.maxInFlight[id] ?? 0;
    const unseen = anybodys.get(id)?.length ?? 0;
    if (most > PLANS[plan] + unseen)
      wrong["limit violations"].push(`${email} (${plan}) had ${most} in flight`);
  }
  for (const one of made) {
    if (isAnybodys(one)) continue;
    if (one.upstream && (one.upstream.status === "queued" || one.upstream.status === "processing")) {
      wrong["left running upstream"].push(describe(one, rows.get(one.id), clickOf(one)));
    }
  }

  // 4. One click, one paid job.
  for (const [jobId, twins] of group(made, (one) => one.jobId)) {
    if (twins.length > 1)
      wrong["double creates"].push(`job ${jobId}: ${twins.map((one) => one.id).join(", ")}`);
  }
  const tagged = made.filter((one) => clickByTag.has((one.input as { seed?: number }).seed ?? -1));
  for (const [tag, twins] of group(tagged, (one) => String((one.input as { seed: number }).seed))) {
    if (twins.length > 1)
      wrong["double creates"].push(`click with seed ${tag}: ${twins.map((one) => one.id).join(", ")}`);
  }
  const clicksOf = group(clicks, (click) => click.user.id);
  for (const [userId, paid] of group(made, (one) => one.userId)) {
    const clicked = clicksOf.get(userId)?.length ?? 0;
    if (paid.length > clicked)
      wrong["double creates"].push(`${userId}: ${clicked} clicks, ${paid.length} creates`);
  }
  for (const click of clicks) {
    const named = [...click.ids].filter((id) => madeById.has(id));
    if (named.length > 1) wrong["double creates"].push(`${click.key} was answered ${named.join(", ")}`);
  }

  // Whose is it: rows, objects and answers must name the user for whom Skytells was asked.
  for (const row of rows.values()) {
    const owner = madeById.get(row.id)?.userId;
    if (owner !== row.userId)
      wrong["foreign pictures"].push(`row ${row.id} of ${row.userId}, made for ${owner}`);
  }
  for (const object of objects) judgeObject(object);
  for (const click of clicks) {
    for (const id of click.ids) {
      const owner = madeById.get(id)?.userId;
      if (owner !== undefined && owner !== click.user.id)
        wrong["foreign pictures"].push(`${click.key} was answered ${id}, made for ${owner}`);
    }
  }

  function judgeObject(object: StoredObject): void {
    const owner = madeById.get(object.id)?.userId;
    if (owner !== object.userId) wrong["foreign pictures"].push(`object ${object.key}, made for ${owner}`);
    if (!object.isThumbnail) {
      const sent = evidence.outputs[`${object.id}/${object.key.split("/").at(-1)}`];
      if (sent?.sha256 !== object.sha256)
        wrong["foreign pictures"].push(`object ${object.key} is not what was sent (${sent?.bytes} bytes)`);
    }
    const row = rows.get(object.id);
    if (row?.status !== "succeeded")
      wrong["orphan objects"].push(
        `${object.key}, row ${row ? `${row.status}/${failureOf(row)}` : "absent"}`,
      );
  }

  for (const row of rows.values()) {
    if (row.status !== "succeeded") continue;
    const listed = JSON.parse(row.outputs) as unknown[];
    const kept = originals.get(row.id) ?? [];
    if (listed.length === 0 || kept.length < listed.length)
      wrong["rows without object"].push(`${row.id}: ${listed.length} listed, ${kept.length} kept`);
  }

  // 2, 3, 8. Every prediction ended as it had to, and so did every click that led to none.
  let endedRight = 0;
  for (const one of made) {
    const click = clickOf(one);
    const row = rows.get(one.id);
    const verdict = endOf(one, row, click);
    end(verdict.name);
    if (verdict.isRight) endedRight += 1;
    else wrong[verdict.promise ?? "ended wrong"].push(`${verdict.name}: ${describe(one, row, click)}`);
  }
  const madeClicks = new Set(made.map(clickOf));
  const unmade = clicks.filter(
    (click) => (click.answer === "accepted" || click.answer === "pending") && !madeClicks.has(click),
  );
  for (const click of unmade) {
    const last = click.seen.at(-1);
    const isRight = last === "failed/unconfirmed" || last === "canceled" || click.deleted;
    end(isRight ? "nothing made, said so" : "nothing made, not said");
    if (isRight) endedRight += 1;
    else wrong["ended wrong"].push(`${click.key}: nothing was made, seen ${click.seen.join(" → ")}`);
  }

  function endOf(
    one: Made,
    row: Row | undefined,
    click: Click | undefined,
  ): { name: string; isRight: boolean; promise?: Promise_ } {
    if (!row) {
      if (click?.deleted) return { name: "deleted", isRight: true };
      const had = bothUp(facts, one.at, one.at + clocks.GENERATION_DEADLINE_SECONDS * 1000);
      // Of a click whose every answer was lost nobody can have been told.
      const isTold = !click || click.seen.at(-1) === "failed/unconfirmed" || click.canceled;
      if (isAnybodys(one)) return { name: "given up, could be anybody's", isRight: isTold };
      return {
        name: `given up, looked for ${seconds(had)}`,
        isRight: isTold && had < enoughToFindMs(clocks),
      };
    }
    const failure = failureOf(row);
    const name = failure ? `${row.status}/${failure}` : row.status;
    const { upstream } = one;
    if (row.status === "queued" || row.status === "processing")
      return { name: `still ${name}`, isRight: false };
    if (click?.deleted) return { name: "deleted, row still there", isRight: false };
    if (row.status === "canceled") {
      return { name, isRight: click?.canceled === true };
    }
    if (!upstream) return { name: `${name}, deleted upstream`, isRight: false };
    const deadline = one.at + clocks.GENERATION_DEADLINE_SECONDS * 1000 - SLACK_MS;
    switch (upstream.status) {
      case "succeeded": {
        if (row.status === "succeeded") return { name, isRight: true };
        if (hasMood(one, NO_PICTURE)) {
          // Whatever the last try failed for; or its success was not seen in time, and then there was no picture to heal it.
          const wasSeen = bothUp(facts, one.at, deadline) >= enoughToFindMs(clocks);
          const isRight = /^output_|^storage_/.test(failure) || (failure === "timed_out" && !wasSeen);
          return { name, isRight };
        }
        const endedAt = upstream.completedAt ?? one.at;
        if (failure === "timed_out" && endedAt >= deadline) return { name, isRight: true };
        const had = bothUp(facts, endedAt, endedAt + clocks.OUTPUT_WINDOW_SECONDS * 1000);
        const isLost = had >= enoughToStoreMs(clocks);
        return {
          name: `${name}, had for ${seconds(had)}`,
          isRight: !isLost && row.status === "failed",
          ...(isLost && { promise: "lost pictures" as const }),
        };
      }
      case "failed":
        // Whoever could not be asked until the deadline cannot know why: it took too long, and that is true.
        return { name, isRight: ["upstream_failed", "content_policy", "timed_out"].includes(failure) };
      case "canceled":
        return { name, isRight: failure === "timed_out" };
      default:
        return { name: `${name}, upstream ${upstream.status}`, isRight: failure === "timed_out" };
    }
  }

  const lasted = [...rows.values()]
    .flatMap((row) => (row.completedAt === null ? [] : [row.completedAt - row.createdAt]))
    .sort((a, b) => a - b);
  const watched = clicks.flatMap((click) => (click.endSeenAt === null ? [] : [click.endSeenAt - click.at]));
  return {
    generations: made.length + unmade.length,
    endedRight,
    wrong,
    ends,
    slowestEndMs: Math.max(0, lasted.at(-1) ?? 0, ...watched),
    quarterEndMs: lasted[lasted.length >> 2] ?? 0,
    medianEndMs: lasted[lasted.length >> 1] ?? 0,
  };
}

const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;

function describe(one: Made, row: Row | undefined, click: Click | undefined): string {
  const upstream = one.upstream ? one.upstream.status : "deleted";
  return [
    `${one.id} (job ${one.jobId}) at ${new Date(one.at).toISOString()}`,
    `[${one.mood.filter((name) => name !== "output-tiny").join(" ")}] answered ${one.answeredAs}`,
    `upstream ${upstream}`,
    `row ${row ? `${row.status} ${row.error ?? ""}` : "absent"}`,
    click
      ? `${click.key}${click.canceled ? " canceled" : ""}${click.deleted ? " deleted" : ""}, ${click.answer}, seen ${click.seen.join(" → ")}`
      : "no click known",
  ].join("; ");
}
