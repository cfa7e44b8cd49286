/** Concurrent creates over HTTP: bursts from many users at once. The simulator's ledger shows whether the limit held. */
import { createRandom } from "../../simulator/random.ts";
import { PLAN_SLOTS, PROMPTS } from "./options.ts";
import { seedUsers } from "./run.ts";
import { createStudio } from "./studio.ts";
import { call, signIn } from "./users.ts";

const BURST = 10;
/** Users who send at the same time; more would only wait for a connection. */
const CONCURRENT_USERS = 20;

export type RaceOptions = { requests: number; users: number; seed: number };

export async function race(
  { requests, users: userCount, seed }: RaceOptions,
  print: (line: string) => void,
): Promise<{ text: string; isRight: boolean }> {
  const startedAt = Date.now();
  const random = createRandom(seed);
  const studio = await createStudio({ seed, speed: 20, outputTtlSeconds: 300, vars: {} });
  try {
    const users = seedUsers(studio.directory, userCount);
    await studio.admin("PUT", "/moods", { moods: ["output-tiny"], seed });
    await studio.start();
    const cookies = await Promise.all(users.map(({ email }) => signIn(studio.url, email)));
    const responses = new Map<string, number>();
    let sent = 0;

    async function sendBurst(n: number): Promise<void> {
      const prompt = PROMPTS[Math.floor(random() * PROMPTS.length)];
      sent += BURST;
      const burst = await Promise.all(
        Array.from({ length: BURST }, () =>
          call(studio.url, cookies[n] as string, "POST", "/api/generate", { body: { prompt } }),
        ),
      );
      for (const response of burst) {
        const name = response ? `${response.status} ${response.code}`.trim() : "no response";
        responses.set(name, (responses.get(name) ?? 0) + 1);
      }
    }
    let next = 0;
    async function sendBursts(): Promise<void> {
      while (sent < requests) {
        const n = next;
        next = (next + 1) % users.length;
        await sendBurst(n);
        if (n === users.length - 1) print(`${sent} sent`);
      }
    }
    await Promise.all(Array.from({ length: CONCURRENT_USERS }, sendBursts));

    const { maxInFlightBy, creates } = await studio.admin<{
      maxInFlightBy: Record<string, number>;
      creates: { id: string | null }[];
    }>("GET", "/ledger");
    const overLimit = users.filter(({ id, plan }) => (maxInFlightBy[id] ?? 0) > PLAN_SLOTS[plan]).length;
    const atLimit = users.filter(({ id, plan }) => maxInFlightBy[id] === PLAN_SLOTS[plan]).length;
    const line = (name: string, value: number | string) => `${name.padEnd(24)} ${String(value).padStart(8)}`;
    return {
      // A studio that rejects everything would never exceed the limit.
      isRight: overLimit === 0 && atLimit === users.length,
      text: [
        line("requests", sent),
        line("users", users.length),
        line("created at Skytells", creates.filter(({ id }) => id !== null).length),
        line("limit violations", overLimit),
        line("users at their limit", atLimit),
        line("took", `${((Date.now() - startedAt) / 1000).toFixed(0)} s`),
        `responses: ${[...responses].map(([name, count]) => `${count} ${name}`).join(", ")}`,
        `again: npm run chaos -- --race --requests ${requests} --users ${userCount} --seed ${seed}`,
      ].join("\n"),
    };
  } finally {
    await studio.close();
    await studio.remove();
  }
}
