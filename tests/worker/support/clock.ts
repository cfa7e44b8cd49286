/** The clock of a user's object: moved by a test instead of waited for. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type { Generation } from "../../../worker/api/schemas/generation.ts";
import { eventually, limitsOf, read, type Visitor } from "./app.ts";

/** Moves the clock of the object's current instance forward, and fires its alarm. */
export async function advance(user: Visitor, ms: number): Promise<void> {
  const stub = env.STUDIO.getByName(user.id);
  await runInDurableObject(stub, (studio) => {
    const clock = studio as unknown as { now: () => number };
    const before = clock.now;
    clock.now = () => before() + ms;
  });
  await runDurableObjectAlarm(stub);
}

/** A retained job is due in a day: that is not waited for. */
const LONGEST_WAIT_MS = 60 * 60 * 1000;

/** Moves the clock to the time at which the next job is due, and fires the alarm. */
export async function fireNext(user: Visitor): Promise<void> {
  const wait = await runInDurableObject(env.STUDIO.getByName(user.id), (studio, { storage }) => {
    const { now } = studio as unknown as { now: () => number };
    const { at } = storage.sql.exec<{ at: number | null }>("select min(next_at) as at from jobs").one();
    return (at ?? now()) - now();
  });
  if (wait < LONGEST_WAIT_MS) await advance(user, Math.max(0, wait));
}

/**
 * Waits until an expectation holds, and moves the object's clock instead of waiting for it. Only for what waits for nothing
 * else: a prediction that still runs would miss its deadline.
 */
export function eventuallyByAlarm<T>(user: Visitor, expectation: () => Promise<T>): Promise<T> {
  return eventually(async () => {
    try {
      return await expectation();
    } catch (error) {
      await fireNext(user);
      throw error;
    }
  });
}

/** As `reaches`, by the object's clock. */
export function reachesByAlarm(user: Visitor, id: string, status: Generation["status"]): Promise<Generation> {
  return eventuallyByAlarm(user, async () => {
    const generation = await read(user, id);
    expect(generation.status, JSON.stringify(generation.error)).toBe(status);
    return generation;
  });
}

/** As `isIdle`, by the object's clock. */
export async function isIdleByAlarm(user: Visitor): Promise<void> {
  await eventuallyByAlarm(user, async () => expect((await limitsOf(user))?.inFlight).toBe(0));
}
