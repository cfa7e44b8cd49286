/** `npm run chaos`: see USAGE and docs/reliability.md. */
import { rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { RunOptions } from "./options.ts";
import { race } from "./race.ts";
import { report } from "./report.ts";
import { run } from "./run.ts";

const USAGE = `npm run chaos -- [--generations N] [--seed S] [--users U] [--quick]
npm run chaos -- --race [--requests N] [--users U] [--seed S]

  --kills K       kill the Worker at most K times
  --life SECONDS  time from a start to a kill: between this and twice this
  --no-webhooks   the simulator sends no webhooks
  --keep          keep the state and the Worker's log (always kept after a violation)

Exit codes: 0 all guarantees hold, 1 a violation or an error.`;

const { values } = parseArgs({
  allowNegative: true,
  options: {
    generations: { type: "string" },
    seed: { type: "string" },
    users: { type: "string" },
    kills: { type: "string" },
    life: { type: "string" },
    webhooks: { type: "boolean", default: true },
    quick: { type: "boolean", default: false },
    race: { type: "boolean", default: false },
    requests: { type: "string" },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

function count(
  name: "generations" | "seed" | "users" | "kills" | "life" | "requests",
  fallback: number,
): number {
  const text = values[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} takes a whole number.`);
  return value;
}

const print = (line: string) => console.error(line);
const randomSeed = Math.floor(Math.random() * 1e6);

if (values.race) {
  const { text, isRight } = await race(
    { requests: count("requests", 10_000), users: count("users", 100), seed: count("seed", randomSeed) },
    print,
  );
  console.log(text);
  process.exit(isRight ? 0 : 1);
}

const { quick } = values;
const minUptimeMs = count("life", quick ? 3 : 10) * 1000;
const options: RunOptions = {
  generations: count("generations", quick ? 80 : 1_000),
  seed: count("seed", quick ? 1 : randomSeed),
  users: count("users", 20),
  maxKills: count("kills", quick ? 1 : Number.POSITIVE_INFINITY),
  uptimeMs: [minUptimeMs, 2 * minUptimeMs],
  webhooks: values.webhooks,
  quick,
};

const outcome = await run(options, print);
const { text, isRight } = report(outcome);
console.log(text);
if (isRight && !values.keep) await rm(outcome.directory, { recursive: true, force: true });
else console.log(`state and log: ${outcome.directory}`);
process.exit(isRight ? 0 : 1);
