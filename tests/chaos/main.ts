/** `npm run chaos -- --generations N --seed S [--users U] [--kills K] [--life SECONDS] [--no-webhooks] [--quick] [--keep]`, or `--race [--requests N] [--users U]` */
import { parseArgs } from "node:util";
import type { Plan } from "./plan.ts";
import { race } from "./race.ts";
import { report } from "./report.ts";
import { run } from "./run.ts";

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
  },
});

function count(
  name: "generations" | "seed" | "users" | "kills" | "life" | "requests",
  fallback: number,
): number {
  const value = Number(values[name] ?? fallback);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} takes a whole number.`);
  return value;
}

const say = (line: string) => console.error(line);
const anySeed = Math.floor(Math.random() * 1e6);

if (values.race) {
  const { text, isRight } = await race(
    { requests: count("requests", 10_000), users: count("users", 100), seed: count("seed", anySeed) },
    say,
  );
  console.log(text);
  process.exit(isRight ? 0 : 1);
}

/** Milliseconds up before a kill, from the least to twice that. */
const lifeOf = (seconds: number) => [seconds * 1000, seconds * 2000] as const;

const { quick } = values;
const plan: Plan = {
  generations: count("generations", quick ? 80 : 1_000),
  seed: count("seed", quick ? 1 : anySeed),
  users: count("users", 20),
  kills: count("kills", quick ? 1 : 1e6),
  life: lifeOf(count("life", quick ? 3 : 10)),
  webhooks: values.webhooks,
  quick,
};

const outcome = await run(plan, say);
const { text, isRight } = report(outcome);
console.log(text);
if (isRight && !values.keep) {
  const { rm } = await import("node:fs/promises");
  await rm(outcome.directory, { recursive: true, force: true });
} else console.log(`state and log: ${outcome.directory}`);
process.exit(isRight ? 0 : 1);
