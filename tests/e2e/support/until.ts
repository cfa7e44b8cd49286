const LONGEST_MS = 30_000;
const EVERY_MS = 50;

/** Waits for what only asking can tell; answers it. `what` names it where it never comes. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false>,
  withinMs = LONGEST_MS,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`Waited ${withinMs / 1000} s in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}
