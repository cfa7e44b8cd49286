/** `npm run chaos -- --generations N --seed S [--users U] [--kills K] [--no-webhooks] [--quick] [--keep]` */
import { parseArgs } from "node:util";
import type { Plan } from "./plan.ts";
import { report } from "./report.ts";
import { run } from "./run.ts";

const { values } = parseArgs({
  allowNegative: true,
  options: {
    generations: { type: "string" },
    seed: { type: "string" },
    users: { type: "string" },
    kills: { type: "string" },
    webhooks: { type: "boolean", default: true },
    quick: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
  },
});

function count(name: "generations" | "seed" | "users" | "kills", fallback: number): number {
  const value = Number(values[name] ?? fallback);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} takes a whole number.`);
  return value;
}

const { quick } = values;
const plan: Plan = {
  generations: count("generations", quick ? 80 : 1_000),
  seed: count("seed", quick ? 1 : Math.floor(Math.random() * 1e6)),
  users: count("users", quick ? 24 : 60),
  kills: count("kills", quick ? 1 : 1e6),
  life: quick ? [3_000, 4_000] : [10_000, 20_000],
  webhooks: values.webhooks,
  quick,
};

const outcome = await run(plan, (line) => console.error(line));
const { text, isRight } = report(outcome);
console.log(text);
if (isRight && !values.keep) {
  const { rm } = await import("node:fs/promises");
  await rm(outcome.directory, { recursive: true, force: true });
} else console.log(`state and log: ${outcome.directory}`);
process.exit(isRight ? 0 : 1);
