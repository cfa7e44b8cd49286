import type { Outcome } from "./run.ts";

const MOST_SHOWN = 8;

/** The table, what was wrong, and how to see it again. */
export function report({ plan, verdicts, kills, answering, outages, webhooks, answers, seconds }: Outcome): {
  text: string;
  isRight: boolean;
} {
  const { wrong } = verdicts;
  const wrongs = Object.entries(wrong);
  const isRight = wrongs.every(([, cases]) => cases.length === 0);
  const line = (name: string, value: string | number) => `${name.padEnd(24)} ${String(value).padStart(8)}`;
  const sorted = (counts: Map<string, number>) =>
    [...counts].sort((a, b) => b[1] - a[1]).map(([name, value]) => `${value} ${name}`);
  return {
    isRight,
    text: [
      line("generations", verdicts.generations),
      line("ended right", verdicts.endedRight),
      ...wrongs.map(([name, cases]) => line(name, cases.length)),
      line("slowest end", `${(verdicts.slowestEndMs / 1000).toFixed(1)} s`),
      line("a quarter ended within", `${(verdicts.quarterEndMs / 1000).toFixed(2)} s`),
      line("median end", `${(verdicts.medianEndMs / 1000).toFixed(2)} s`),
      line("kills of workerd", kills),
      line("answering", `${Math.round(100 * answering)} %`),
      line("outages", outages),
      line("webhooks", webhooks),
      line("took", `${seconds.toFixed(0)} s`),
      `ends: ${sorted(verdicts.ends).join(", ")}`,
      `answers: ${sorted(answers).join(", ")}`,
      ...wrongs.flatMap(([name, cases]) =>
        cases.length === 0 ? [] : ["", `${name}:`, ...cases.slice(0, MOST_SHOWN).map((each) => `  ${each}`)],
      ),
      "",
      `again: npm run chaos -- --generations ${plan.generations} --seed ${plan.seed} --users ${plan.users}${
        plan.kills < 1e6 ? ` --kills ${plan.kills}` : ""
      }${plan.quick ? "" : ` --life ${plan.life[0] / 1000}`}${plan.webhooks ? "" : " --no-webhooks"}${plan.quick ? " --quick" : ""}`,
    ].join("\n"),
  };
}
