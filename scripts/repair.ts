/**
 * `npm run repair`: finds and repairs differences between D1 and R2. They come from what the studio cannot prevent: a
 * restored backup, a deleted bucket, a lost Durable Object. Uses the bindings in wrangler.toml through wrangler, so the
 * Worker needs no route for it.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { experimental_readRawConfig as readRawConfig, getPlatformProxy } from "wrangler";
import {
  type Difference,
  findDifferences,
  formatCursor,
  type Limits,
  parseCursor,
  repairDifference,
  START,
  type Stores,
} from "./differences.ts";
import { root } from "./run.ts";
import { studioConfig } from "./deploy/studio-config.ts";

const USAGE = `npm run repair -- --local [--persist-to DIR] | --remote [--name NAME | --env NAME]

  --fix                 repair what is found
  --cursor CURSOR       continue where an earlier run has stopped
  --older-than SECONDS  check only older rows and objects (3600)
  --deadline SECONDS    GENERATION_DEADLINE_SECONDS of the Worker (900)

Exit codes: 0 nothing is left to repair, 1 something is, 2 wrong arguments.`;

/** The Worker frees a slot this long after the deadline at the latest. */
const AFTER_DEADLINE_MS = 300_000;

const values = readOptions();
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
if (values.local === values.remote) fail("Choose one: --local or --remote.");
if (values.local && (values.name ?? values.env) !== undefined) fail("--name and --env need --remote.");
const cursor = values.cursor === undefined ? START : (parseCursor(values.cursor) ?? failCursor());
const now = Date.now();
const limits: Limits = {
  now,
  settledBefore: now - milliseconds("older-than"),
  deadlineBefore: now - milliseconds("deadline") - AFTER_DEADLINE_MS,
};

const { stores, dispose } = await connect();
try {
  process.exitCode = (await repair(stores)) > 0 ? 1 : 0;
} finally {
  await dispose();
}

/** The number of differences that are left. */
async function repair(stores: Stores): Promise<number> {
  let left = 0;
  let repaired = 0;
  let checked = 0;
  let position = cursor;
  try {
    for await (const page of findDifferences(stores, limits, { cursor })) {
      for (const difference of page.differences) {
        const isRepaired = values.fix && (await repairDifference(stores, limits, difference));
        if (isRepaired) repaired += 1;
        else left += 1;
        const note = values.fix && !isRepaired ? " (left: its row may still be written)" : "";
        console.log(`${difference.kind}: ${subjectOf(difference)}${note}`);
      }
      if (page.next === null) break;
      checked += page.checked;
      if (page.next.pass === position.pass) {
        console.error(`${checked} checked; to continue from here: --cursor '${formatCursor(page.next)}'`);
      }
      position = page.next;
    }
  } catch (error) {
    console.error(`Stopped. To continue: --cursor '${formatCursor(position)}'`);
    throw error;
  }
  if (left + repaired === 0) console.log("No differences.");
  else console.log(values.fix ? `${repaired} repaired, ${left} left.` : `${left} found.`);
  return left;
}

function subjectOf(difference: Difference): string {
  switch (difference.kind) {
    case "object without row":
      return difference.key;
    case "unfinished deletion":
      return `${difference.userId} (to finish it: npm run admin -- delete-user ${difference.userId} --yes)`;
    default:
      return difference.row.id;
  }
}

/** Connects to the bindings of D1 and R2 only: no Worker, no Durable Objects, no secrets. */
async function connect(): Promise<{ stores: Stores; dispose: () => Promise<void> }> {
  const { rawConfig } = readRawConfig({ config: join(root, "wrangler.toml") });
  const { name, env: section } = values;
  const choice = {
    ...(name !== undefined && { name }),
    ...(section !== undefined && { env: section }),
    rest: [],
  };
  const studio = studioConfig(rawConfig, choice, root);
  if ("error" in studio) fail(studio.error);
  const config = studio.value;
  const directory = mkdtempSync(join(tmpdir(), "studio-repair-"));
  const configPath = join(directory, "wrangler.json");
  const remote = values.remote ? { remote: true } : {};
  writeFileSync(
    configPath,
    JSON.stringify({
      name: "repair",
      compatibility_date: config.compatibility_date,
      d1_databases: (config.d1_databases ?? [])
        .filter(({ binding }) => binding === "DB")
        .map((database) => ({ ...database, ...remote })),
      r2_buckets: (config.r2_buckets ?? [])
        .filter(({ binding }) => binding === "OUTPUTS")
        .map((bucket) => ({ ...bucket, ...remote })),
    }),
  );
  const proxy = await getPlatformProxy<Stores>({
    configPath,
    persist: { path: join(values["persist-to"], "v3") },
    remoteBindings: values.remote,
  });
  return {
    stores: proxy.env,
    async dispose() {
      await proxy.dispose();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function milliseconds(name: "older-than" | "deadline"): number {
  const seconds = Number(values[name]);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : fail(`--${name} takes seconds.`);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        local: { type: "boolean", default: false },
        remote: { type: "boolean", default: false },
        "persist-to": { type: "string", default: join(root, ".wrangler/state") },
        name: { type: "string" },
        env: { type: "string" },
        fix: { type: "boolean", default: false },
        cursor: { type: "string" },
        "older-than": { type: "string", default: "3600" },
        deadline: { type: "string", default: "900" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

function failCursor(): never {
  fail("--cursor takes what an earlier run printed: users:…, objects:… or rows:….");
}

function fail(message: string): never {
  console.error(`${message}\n\n${USAGE}`);
  process.exit(2);
}
