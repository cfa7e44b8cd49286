/** One run: users with faults, recovery without faults, and the check of the guarantees. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRandom } from "../../simulator/random.ts";
import { loadModelSchemas } from "../e2e/support/app.ts";
import { startGroup } from "../e2e/support/processes.ts";
import { d1Directory, openDatabase, readLedger, readObjects, readRows } from "./evidence.ts";
import { sendForgedWebhooks } from "./forged-webhooks.ts";
import {
  type Clocks,
  clocksOf,
  CRASH_RATE,
  FAULT_RATE,
  MODELS,
  moodProbabilities,
  PLAN_SLOTS,
  type RunOptions,
  SPEED,
} from "./options.ts";
import { equip, readDeliveries, type Receivers, startReceivers, wrongEvents } from "./receivers.ts";
import { createStudio, type Period, type Studio } from "./studio.ts";
import { call, signIn, simulateUser, type User, type UserLog } from "./users.ts";
import { checkGuarantees, covered, type Facts, type Verdicts } from "./verdicts.ts";

export type Outcome = {
  options: RunOptions;
  verdicts: Verdicts;
  kills: number;
  /** The share of the time with faults in which the Worker answered. */
  answering: number;
  outages: number;
  webhooks: number;
  responses: Map<string, number>;
  seconds: number;
  directory: string;
};

/** Without faults everything ends within the deadline, the output window and the longest retry delay. */
const recoveryMs = (clocks: Clocks) =>
  (clocks.GENERATION_DEADLINE_SECONDS + clocks.OUTPUT_WINDOW_SECONDS + 70) * 1000;
const OUTAGE_KINDS = ["500", "503", "429", "html", "timeout"] as const;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const between = (random: () => number, min: number, max: number) => min + random() * (max - min);

/** Every third user has the Pro plan. The Worker must not run. */
export function seedUsers(directory: string, count: number): User[] {
  const db = openDatabase(d1Directory(join(directory, "state")));
  const insert = db.prepare("insert into users (id, email, plan, created_at) values (?, ?, ?, ?)");
  const users = Array.from(
    { length: count },
    (_, n): User => ({
      id: crypto.randomUUID(),
      email: `user-${n}@chaos.example`,
      plan: n % 3 === 0 ? "pro" : "free",
    }),
  );
  for (const { id, email, plan } of users) insert.run(id, email, plan, Date.now());
  db.close();
  return users;
}

async function setFaults(studio: Studio, faults: Record<string, number>): Promise<void> {
  await fetch(`${studio.url}/__chaos`, { method: "PUT", body: JSON.stringify(faults) }).catch(
    () => undefined,
  );
}

type Unsettled = { running: string[]; empty: string[]; orphans: string[] };

export async function run(options: RunOptions, print: (line: string) => void): Promise<Outcome> {
  const startedAt = Date.now();
  const clocks = clocksOf(options);
  const studio = await createStudio({
    seed: options.seed,
    speed: SPEED,
    outputTtlSeconds: clocks.OUTPUT_WINDOW_SECONDS,
    vars: {
      MODELS,
      ...Object.fromEntries(Object.entries(clocks).map(([name, value]) => [name, String(value)])),
    },
  });
  const receivers = await startReceivers(options.seed);
  try {
    return await runIn(studio, receivers, options, startedAt, print);
  } finally {
    await receivers.close();
    await studio.close();
  }
}

async function runIn(
  studio: Studio,
  receivers: Receivers,
  options: RunOptions,
  startedAt: number,
  print: (line: string) => void,
): Promise<Outcome> {
  const random = createRandom(options.seed);
  const users = seedUsers(studio.directory, options.users);
  const log: UserLog = { clicks: [], uploads: new Map(), responses: new Map(), invalidChanges: [] };
  await studio.admin("PUT", "/moods", {
    moods: ["output-tiny"],
    probability: moodProbabilities(options),
    seed: options.seed,
  });
  await studio.start();
  const cookies = await Promise.all(users.map(({ email }) => signIn(studio.url, email)));
  const keys = await Promise.all(
    users.map((user, n) => equip(receivers, studio.url, cookies[n] as string, user, n)),
  );
  // Options and references need them, and faults can delay them for minutes.
  await loadModelSchemas(studio.url);
  print(`up after ${since(startedAt)}`);

  let hasFaults = true;
  const faultsFrom = Date.now();
  let lastSeed = 0;
  let kills = 0;
  let outages = 0;
  const upstreamOutages: Period[] = [];
  const generationCount = () => log.clicks.filter(({ ids }) => ids.size > 0).length;
  const startFaults = () =>
    setFaults(studio, { seed: options.seed + kills, rate: FAULT_RATE, crashRate: CRASH_RATE });
  await startFaults();

  const allUsers = Promise.all(
    users.map((user, n) =>
      // Fewer requests by key: they are limited by network, which all users share here.
      simulateUser(user, [cookies[n], cookies[n], cookies[n], `Bearer ${keys[n]}`] as string[], {
        url: studio.url,
        seed: options.seed,
        log,
        isRunning: () => hasFaults,
        nextSeed: () => (lastSeed += 1),
      }),
    ),
  );

  const killing = (async () => {
    while (hasFaults && kills < options.maxKills) {
      const until = Date.now() + between(random, ...options.uptimeMs);
      while (hasFaults && Date.now() < until) await pause(100);
      if (!hasFaults) return;
      kills += 1;
      await studio.kill();
      await pause(between(random, 0, 500));
      await studio.start();
      await startFaults();
      print(`${since(startedAt)}: killed ${kills} times, ${generationCount()} generations`);
    }
  })();

  const breaking = (async () => {
    while (hasFaults) {
      await pause(between(random, 1_500, 5_000));
      const ms = between(random, 500, 4_000);
      const kindOfOutage = random();
      outages += 1;
      if (kindOfOutage < 0.3) await setFaults(studio, { d1OutageMs: ms });
      else if (kindOfOutage < 0.6) await setFaults(studio, { r2OutageMs: ms });
      else if (kindOfOutage < 0.9) {
        const kind = OUTAGE_KINDS[Math.floor(random() * OUTAGE_KINDS.length)];
        await studio.admin("PUT", "/outage", { for: ms / 1000, kind });
        upstreamOutages.push({ from: Date.now(), to: Date.now() + ms });
      } else outages -= 1;
    }
  })();

  const forging = (async () => {
    while (hasFaults) {
      await pause(between(random, 200, 1_500));
      const recentIds = log.clicks.slice(-200).flatMap(({ ids }) => [...ids].slice(-1));
      await sendForgedWebhooks(studio, random, recentIds).catch(() => undefined);
    }
  })();

  while (generationCount() < options.generations) await pause(100);
  hasFaults = false;
  const faultsTo = Date.now();
  await Promise.all([killing, breaking, forging]);
  await studio.admin("PUT", "/outage", { for: 0, kind: "503" });
  await setFaults(studio, { rate: 0, crashRate: 0, d1OutageMs: 0, r2OutageMs: 0 });
  print(`${since(startedAt)}: ${generationCount()} generations, no more faults`);
  await allUsers;

  await waitUntilSettled(studio, cookies, recoveryMs(clocksOf(options)));
  print(`${since(startedAt)}: settled`);
  const leaked = await findLeakedSlots(studio, users, cookies);
  await waitUntilSettled(studio, cookies, recoveryMs(clocksOf(options)));

  const ledger = await readLedger(studio);
  await studio.kill();
  const state = join(studio.directory, "state");
  const facts: Facts = {
    evidence: {
      ...ledger,
      created: ledger.created.filter((one) => one.prompt !== SLOT_PROMPT),
      rows: withoutSlotTests(readRows(state), ledger.created),
      ...readObjects(state),
    },
    clicks: log.clicks,
    uploads: log.uploads,
    users,
    up: studio.up,
    outages: upstreamOutages,
    clocks: clocksOf(options),
  };
  await saveFacts(studio, facts);
  const verdicts = checkGuarantees(facts);
  verdicts.violations["wrong events"].push(...wrongEvents(receivers, readDeliveries(state), facts.evidence));
  verdicts.violations["leaked slots"].push(...leaked);
  verdicts.violations["invalid status changes"].push(...log.invalidChanges);
  verdicts.violations["left to repair"].push(...(await findRepairs(state)));
  return {
    options,
    verdicts,
    kills,
    answering: covered(studio.up, faultsFrom, faultsTo) / (faultsTo - faultsFrom),
    outages,
    webhooks: ledger.webhooks,
    responses: log.responses,
    seconds: (Date.now() - startedAt) / 1000,
    directory: studio.directory,
  };
}

/** Writes the facts beside the Worker's log, to find the cause of a violation. */
async function saveFacts({ directory }: Studio, facts: Facts): Promise<void> {
  const toJson = (_: string, value: unknown) =>
    value instanceof Map ? Object.fromEntries(value) : value instanceof Set ? [...value] : value;
  await writeFile(join(directory, "evidence.json"), JSON.stringify(facts, toJson, 1));
}

/** `npm run repair` must find nothing but uploads. */
async function findRepairs(state: string): Promise<string[]> {
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
  if (code === 0) return [];
  // With an age of 0 also uploads are found, which the object keeps for up to an hour.
  return repair
    .output()
    .split("\n")
    .filter((line) => line.includes(": ") && !line.includes(": uploads/"));
}

const since = (from: number) => `${((Date.now() - from) / 1000).toFixed(0)} s`;
const SLOT_PROMPT = "A test of the slots";

function withoutSlotTests<T>(
  rows: Map<string, T>,
  created: { id: string; prompt: string }[],
): Map<string, T> {
  const ids = new Set(created.filter((one) => one.prompt === SLOT_PROMPT).map((one) => one.id));
  return new Map([...rows].filter(([id]) => !ids.has(id)));
}

async function inFlightOf(studio: Studio, cookie: string): Promise<number | null> {
  const response = await fetch(`${studio.url}/api/session`, { headers: { cookie } }).catch(() => null);
  if (!response?.ok) return null;
  return ((await response.json()) as { limits: { inFlight: number } | null }).limits?.inFlight ?? null;
}

/** Waits until no user has a generation in flight and storage is consistent, at most `timeoutMs`. */
async function waitUntilSettled(studio: Studio, cookies: string[], timeoutMs: number): Promise<void> {
  const until = Date.now() + timeoutMs;
  let waiting = cookies;
  while (Date.now() < until) {
    const inFlight = await Promise.all(waiting.map((cookie) => inFlightOf(studio, cookie)));
    waiting = waiting.filter((_, n) => inFlight[n] !== 0);
    if (waiting.length === 0) {
      const unsettled = (await (await fetch(`${studio.url}/__chaos`)).json()) as Unsettled;
      if (unsettled.running.length + unsettled.empty.length + unsettled.orphans.length === 0) return;
    }
    await pause(500);
  }
}

/** Every slot is usable: of limit + 2 creates at once, exactly the limit is accepted. */
async function findLeakedSlots(studio: Studio, users: User[], cookies: string[]): Promise<string[]> {
  await studio.admin("PUT", "/moods", { moods: ["output-tiny", "stuck"], probability: {} });
  const leaked: string[] = [];
  const test = async (user: User, cookie: string) => {
    const limit = PLAN_SLOTS[user.plan];
    const before = await inFlightOf(studio, cookie);
    const responses = await Promise.all(
      Array.from({ length: limit + 2 }, () =>
        call(studio.url, cookie, "POST", "/api/generate", { body: { prompt: SLOT_PROMPT } }),
      ),
    );
    // An unconfirmed create uses a slot too.
    const accepted = responses.filter((response) => response?.generation || response?.pendingId).length;
    if (before !== 0 || accepted !== limit) {
      const codes = responses.map((response) => response?.code || response?.status);
      leaked.push(
        `${user.email} (${user.plan}): ${before} in flight, ${accepted} accepted (${codes.join(", ")})`,
      );
    }
    await Promise.all(
      responses.map(async (response) => {
        const id = response?.generation?.id ?? response?.pendingId;
        if (id) await call(studio.url, cookie, "POST", `/api/predictions/${id}/cancel`);
      }),
    );
  };
  for (let index = 0; index < users.length; index += 10) {
    await Promise.all(
      users.slice(index, index + 10).map((user, n) => test(user, cookies[index + n] as string)),
    );
  }
  return leaked;
}
