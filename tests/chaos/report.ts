/** The text that a run prints. */
import type { Outcome } from "./run.ts";

const MAX_SHOWN = 8;

/** The table, the violations, and the command that repeats the run. */
export function report({
  options,
  verdicts,
  kills,
  answering,
  outages,
  webhooks,
  responses,
  seconds,
}: Outcome): { text: string; isRight: boolean } {
  const violations = Object.entries(verdicts.violations);
  const line = (name: string, value: string | number) => `${name.padEnd(24)} ${String(value).padStart(8)}`;
  const sorted = (counts: Map<string, number>) =>
    [...counts].sort((a, b) => b[1] - a[1]).map(([name, value]) => `${value} ${name}`);
  return {
    isRight: violations.every(([, cases]) => cases.length === 0),
    text: [
      line("generations", verdicts.generations),
      line("ended right", verdicts.endedRight),
      ...violations.map(([name, cases]) => line(name, cases.length)),
      line("slowest end", `${(verdicts.slowestEndMs / 1000).toFixed(1)} s`),
      line("a quarter ended within", `${(verdicts.quarterEndMs / 1000).toFixed(2)} s`),
      line("median end", `${(verdicts.medianEndMs / 1000).toFixed(2)} s`),
      line("kills of workerd", kills),
      line("answering", `${Math.round(100 * answering)} %`),
      line("outages", outages),
      line("webhooks", webhooks),
      line("took", `${seconds.toFixed(0)} s`),
      `ends: ${sorted(verdicts.ends).join(", ")}`,
      `responses: ${sorted(responses).join(", ")}`,
      ...violations.flatMap(([name, cases]) =>
        cases.length === 0 ? [] : ["", `${name}:`, ...cases.slice(0, MAX_SHOWN).map((each) => `  ${each}`)],
      ),
      "",
      `again: npm run chaos -- ${argumentsOf(options).join(" ")}`,
    ].join("\n"),
  };
}

function argumentsOf(options: Outcome["options"]): string[] {
  return [
    `--generations ${options.generations} --seed ${options.seed} --users ${options.users}`,
    ...(Number.isFinite(options.maxKills) ? [`--kills ${options.maxKills}`] : []),
    ...(options.quick ? [] : [`--life ${options.uptimeMs[0] / 1000}`]),
    ...(options.webhooks ? [] : ["--no-webhooks"]),
    ...(options.quick ? ["--quick"] : []),
  ];
}
