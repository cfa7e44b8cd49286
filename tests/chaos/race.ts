/** Racing creates: bursts from many users at once, through the real door; the ledger says whether the limit held. */
import { createRandom } from "../../simulator/random.ts";
import { call, signIn } from "./people.ts";
import { PLANS, PROMPTS } from "./plan.ts";
import { settlePeople } from "./run.ts";
import { openStage } from "./stage.ts";

const BURST = 10;
/** Users who click at the same moment; more would only wait in line for the socket. */
const AT_ONCE = 20;

export type Race = { requests: number; users: number; seed: number };

export async function race(
  { requests, users, seed }: Race,
  say: (line: string) => void,
): Promise<{ text: string; isRight: boolean }> {
  const startedAt = Date.now();
  const random = createRandom(seed);
  const stage = await openStage({ seed, speed: 20, outputTtlSeconds: 300, vars: {} });
  try {
    const people = settlePeople(stage.directory, users);
    await stage.admin("PUT", "/moods", { moods: ["output-tiny"], seed });
    await stage.start();
    const cookies = await Promise.all(people.map(({ email }) => signIn(stage.url, email)));
    const answers = new Map<string, number>();
    let sent = 0;
    let overAdmitted = 0;

    async function burst(n: number): Promise<void> {
      const person = people[n];
      if (!person) return;
      const prompt = PROMPTS[Math.floor(random() * PROMPTS.length)];
      sent += BURST;
      const said = await Promise.all(
        Array.from({ length: BURST }, () =>
          call(stage.url, cookies[n] as string, "POST", "/api/generate", { body: { prompt } }),
        ),
      );
      for (const answer of said) {
        const name = answer ? `${answer.status} ${answer.code}`.trim() : "no answer";
        answers.set(name, (answers.get(name) ?? 0) + 1);
      }
    }
    let next = 0;
    async function lane(): Promise<void> {
      while (sent < requests) {
        const n = next;
        next = (next + 1) % people.length;
        await burst(n);
        if (n === people.length - 1) say(`${sent} sent`);
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane));

    const { maxInFlightBy, creates } = await stage.admin<{
      maxInFlightBy: Record<string, number>;
      creates: { id: string | null }[];
    }>("GET", "/ledger");
    for (const { id, plan } of people) if ((maxInFlightBy[id] ?? 0) > PLANS[plan]) overAdmitted += 1;
    const reached = people.filter(({ id, plan }) => maxInFlightBy[id] === PLANS[plan]).length;
    const line = (name: string, value: number | string) => `${name.padEnd(24)} ${String(value).padStart(8)}`;
    return {
      // A studio that refuses everybody is never over the limit.
      isRight: overAdmitted === 0 && reached === people.length,
      text: [
        line("requests", sent),
        line("users", people.length),
        line("created at Skytells", creates.filter(({ id }) => id !== null).length),
        line("limit violations", overAdmitted),
        line("users at their limit", reached),
        line("took", `${((Date.now() - startedAt) / 1000).toFixed(0)} s`),
        `answers: ${[...answers].map(([name, count]) => `${count} ${name}`).join(", ")}`,
        `again: npm run chaos -- --race --requests ${requests} --users ${users} --seed ${seed}`,
      ].join("\n"),
    };
  } finally {
    await stage.close();
    await stage.remove();
  }
}
