/** One run: a bad time, a calm end, and the verdicts. */
import { DatabaseSync } from "node:sqlite";
import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRandom } from "../../simulator/random.ts";
import { askLedger, readObjects, readRows } from "./evidence.ts";
import { type Case, covered, judge, type Verdicts } from "./judge.ts";
import { startGroup } from "../e2e/support/processes.ts";
import { lie } from "./liar.ts";
import { call, type Crowd, createPerson, type Person, signIn } from "./people.ts";
import { type Clocks, clocksOf, CRASH_RATE, FAULT_RATE, moodsOf, type Plan, PLANS, SPEED } from "./plan.ts";
import { openStage, type Period, type Stage } from "./stage.ts";

export type Outcome = {
  plan: Plan;
  verdicts: Verdicts;
  kills: number;
  /** The share of the bad time in which the Worker answered. */
  answering: number;
  outages: number;
  webhooks: number;
  answers: Map<string, number>;
  seconds: number;
  directory: string;
};

/** After the calm begins everything ends within the deadline, the output window, and the longest back-off. */
const calmWithinMs = (clocks: Clocks) =>
  (clocks.GENERATION_DEADLINE_SECONDS + clocks.OUTPUT_WINDOW_SECONDS + 70) * 1000;
const OUTAGE_KINDS = ["500", "503", "429", "html", "timeout"] as const;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const between = (random: () => number, least: number, most: number) => least + random() * (most - least);

/** People are put into D1 before anything runs, every third with the Pro plan. */
export function settlePeople(directory: string, count: number): Person[] {
  const folder = join(directory, "state/v3/d1/miniflare-D1DatabaseObject");
  const file = readdirSync(folder).find((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  const db = new DatabaseSync(join(folder, file ?? ""));
  const insert = db.prepare("insert into users (id, email, plan, created_at) values (?, ?, ?, ?)");
  const people = Array.from(
    { length: count },
    (_, n): Person => ({
      id: crypto.randomUUID(),
      email: `person-${n}@chaos.example`,
      plan: n % 3 === 0 ? "pro" : "free",
    }),
  );
  for (const { id, email, plan } of people) insert.run(id, email, plan, Date.now());
  db.close();
  return people;
}

async function order(stage: Stage, orders: Record<string, number>): Promise<void> {
  await fetch(`${stage.url}/__chaos`, { method: "PUT", body: JSON.stringify(orders) }).catch(() => undefined);
}

type Unsettled = { open: string[]; empty: string[]; orphans: string[] };

export async function run(plan: Plan, say: (line: string) => void): Promise<Outcome> {
  const startedAt = Date.now();
  const clocks = clocksOf(plan);
  const stage = await openStage({
    seed: plan.seed,
    speed: SPEED,
    outputTtlSeconds: clocks.OUTPUT_WINDOW_SECONDS,
    vars: Object.fromEntries(Object.entries(clocks).map(([name, value]) => [name, String(value)])),
  });
  try {
    return await perform(stage, plan, startedAt, say);
  } finally {
    await stage.close();
  }
}

async function perform(
  stage: Stage,
  plan: Plan,
  startedAt: number,
  say: (line: string) => void,
): Promise<Outcome> {
  const random = createRandom(plan.seed);
  const people = settlePeople(stage.directory, plan.users);
  const crowd: Crowd = { clicks: [], answers: new Map(), surprises: [] };
  await stage.admin("PUT", "/moods", { moods: ["output-tiny"], probability: moodsOf(plan), seed: plan.seed });
  await stage.start();
  const cookies = await Promise.all(people.map(({ email }) => signIn(stage.url, email)));
  say(`up after ${since(startedAt)}`);

  let isOn = true;
  const badFrom = Date.now();
  let tag = 0;
  let kills = 0;
  let outages = 0;
  const upstreamOut: Period[] = [];
  const began = () => crowd.clicks.filter(({ ids }) => ids.size > 0).length;
  const bad = (life: number) =>
    order(stage, { seed: plan.seed + life, rate: FAULT_RATE, crashRate: CRASH_RATE });
  await bad(0);

  const living = Promise.all(
    people.map((person, n) =>
      createPerson(person, cookies[n] as string, {
        url: stage.url,
        seed: plan.seed,
        crowd,
        isOn: () => isOn,
        nextTag: () => (tag += 1),
      }).live(),
    ),
  );

  const killing = (async () => {
    while (isOn && kills < plan.kills) {
      const until = Date.now() + between(random, ...plan.life);
      while (isOn && Date.now() < until) await pause(100);
      if (!isOn) return;
      kills += 1;
      await stage.kill();
      await pause(between(random, 0, 500));
      await stage.start();
      await bad(kills);
      say(`${since(startedAt)}: killed ${kills} times, ${began()} generations`);
    }
  })();

  const breaking = (async () => {
    while (isOn) {
      await pause(between(random, 1_500, 5_000));
      const ms = between(random, 500, 4_000);
      const what = random();
      outages += 1;
      if (what < 0.3) await order(stage, { d1OutageMs: ms });
      else if (what < 0.6) await order(stage, { r2OutageMs: ms });
      else if (what < 0.9) {
        const kind = OUTAGE_KINDS[Math.floor(random() * OUTAGE_KINDS.length)];
        await stage.admin("PUT", "/outage", { for: ms / 1000, kind });
        upstreamOut.push({ from: Date.now(), to: Date.now() + ms });
      } else outages -= 1;
    }
  })();

  const lying = (async () => {
    while (isOn) {
      await pause(between(random, 200, 1_500));
      const known = crowd.clicks.slice(-200).flatMap(({ ids }) => [...ids].slice(-1));
      await lie(stage, random, known).catch(() => undefined);
    }
  })();

  while (began() < plan.generations) await pause(100);
  isOn = false;
  const badTo = Date.now();
  await Promise.all([killing, breaking, lying]);
  await stage.admin("PUT", "/outage", { for: 0, kind: "503" });
  await order(stage, { rate: 0, crashRate: 0, d1OutageMs: 0, r2OutageMs: 0 });
  say(`${since(startedAt)}: ${began()} generations, calm`);
  await living;

  await calmDown(stage, people, cookies, calmWithinMs(clocksOf(plan)));
  say(`${since(startedAt)}: settled`);
  const leaked = await tryEverySlot(stage, people, cookies);
  await calmDown(stage, people, cookies, calmWithinMs(clocksOf(plan)));

  const ledger = await askLedger(stage);
  await stage.kill();
  const state = join(stage.directory, "state");
  const facts: Case = {
    // What was made to try the slots is not part of the run.
    evidence: {
      ...ledger,
      made: ledger.made.filter((one) => one.prompt !== SLOT_PROMPT),
      rows: withoutSlotTries(readRows(state), ledger.made),
      objects: readObjects(state),
    },
    clicks: crowd.clicks,
    people,
    up: stage.up,
    outages: upstreamOut,
    clocks: clocksOf(plan),
  };
  await keep(stage, facts);
  const verdicts = judge(facts);
  verdicts.wrong["leaked slots"].push(...leaked);
  verdicts.wrong["seen going back"].push(...crowd.surprises);
  verdicts.wrong["left to repair"].push(...(await askRepair(state)));
  return {
    plan,
    verdicts,
    kills,
    answering: covered(stage.up, badFrom, badTo) / (badTo - badFrom),
    outages,
    webhooks: ledger.webhooks,
    answers: crowd.answers,
    seconds: (Date.now() - startedAt) / 1000,
    directory: stage.directory,
  };
}

/** For whoever looks for the cause: all that was judged, beside the log. */
async function keep({ directory }: Stage, facts: Case): Promise<void> {
  const plain = (_: string, value: unknown) =>
    value instanceof Map ? Object.fromEntries(value) : value instanceof Set ? [...value] : value;
  await writeFile(join(directory, "evidence.json"), JSON.stringify(facts, plain, 1));
}

/** The operator's command must have nothing to do. */
async function askRepair(state: string): Promise<string[]> {
  const repair = startGroup([
    "scripts/repair.ts",
    "--local",
    "--persist-to",
    state,
    "--older-than",
    "0",
    "--deadline",
    "0",
  ]);
  const code = await repair.exited;
  return code === 0 ? [] : [repair.output()];
}

const since = (from: number) => `${((Date.now() - from) / 1000).toFixed(0)} s`;
const SLOT_PROMPT = "A place for everyone";

function withoutSlotTries<T>(rows: Map<string, T>, made: { id: string; prompt: string }[]): Map<string, T> {
  const tries = new Set(made.filter((one) => one.prompt === SLOT_PROMPT).map((one) => one.id));
  return new Map([...rows].filter(([id]) => !tries.has(id)));
}

async function inFlightOf(stage: Stage, cookie: string): Promise<number | null> {
  const response = await fetch(`${stage.url}/api/session`, { headers: { cookie } }).catch(() => null);
  if (!response?.ok) return null;
  return ((await response.json()) as { limits: { inFlight: number } | null }).limits?.inFlight ?? null;
}

/** Waits until nobody has anything in flight and nothing is unsettled, or until that should long have been. */
async function calmDown(stage: Stage, people: Person[], cookies: string[], withinMs: number): Promise<void> {
  const until = Date.now() + withinMs;
  let waiting = people.map((_, n) => cookies[n] as string);
  while (Date.now() < until) {
    const inFlight = await Promise.all(waiting.map((cookie) => inFlightOf(stage, cookie)));
    waiting = waiting.filter((_, n) => inFlight[n] !== 0);
    if (waiting.length === 0) {
      const left = (await (await fetch(`${stage.url}/__chaos`)).json()) as Unsettled;
      if (left.open.length + left.empty.length + left.orphans.length === 0) return;
    }
    await pause(500);
  }
}

/** Every slot is usable and not one more: of limit + 2 creates at once, exactly the limit is admitted. */
async function tryEverySlot(stage: Stage, people: Person[], cookies: string[]): Promise<string[]> {
  await stage.admin("PUT", "/moods", { moods: ["output-tiny", "stuck"], probability: {} });
  const leaked: string[] = [];
  const one = async (person: Person, cookie: string) => {
    const limit = PLANS[person.plan];
    const before = await inFlightOf(stage, cookie);
    const answers = await Promise.all(
      Array.from({ length: limit + 2 }, () =>
        call(stage.url, cookie, "POST", "/api/generate", { body: { prompt: SLOT_PROMPT } }),
      ),
    );
    // An answer that took too long is a place taken too.
    const admitted = answers.filter((answer) => answer?.generation || answer?.pendingId).length;
    if (before !== 0 || admitted !== limit) {
      const said = answers.map((answer) => answer?.code || answer?.status);
      leaked.push(
        `${person.email} (${person.plan}): ${before} in flight, ${admitted} admitted (${said.join(", ")})`,
      );
    }
    await Promise.all(
      answers.map(async (answer) => {
        const id = answer?.generation?.id ?? answer?.pendingId;
        if (id) await call(stage.url, cookie, "POST", `/api/predictions/${id}/cancel`);
      }),
    );
  };
  for (let at = 0; at < people.length; at += 10) {
    await Promise.all(people.slice(at, at + 10).map((person, n) => one(person, cookies[at + n] as string)));
  }
  return leaked;
}
