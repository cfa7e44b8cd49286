/**
 * Storage that fails: D1 and R2 as the Worker sees them, wrapped. A call fails before it was carried out, or
 * after (its answer is lost), or is slow; in an outage every call fails. Lives in tests only.
 */
import { createRandom, type Random } from "../../../simulator/random.ts";
import { type Intercept, interceptedEnv } from "../../worker/support/intercepted-env.ts";

export type Outages = { d1: number; r2: number };

type Chaos = {
  random: Random;
  /** How many calls in a hundred fail, as a share. */
  rate: number;
  /** How often an entry into an object is followed by its abrupt end. */
  crashRate: number;
  /** When each outage ends, in milliseconds since the epoch. */
  outages: Outages;
};

const SLOW_MS = 1_500;

/** One for the isolate, Worker and objects alike: what fails, fails for all. */
export const chaos: Chaos = {
  random: createRandom(1),
  rate: 0,
  crashRate: 0,
  outages: { d1: 0, r2: 0 },
};

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

class Fault extends Error {
  override name = "Fault";
}

const mayFail: Intercept = async ({ store }, run) => {
  if (Date.now() < chaos.outages[store]) {
    await pause(chaos.random() * 50);
    throw new Fault(`${store} is out`);
  }
  if (chaos.random() >= chaos.rate) return run();
  const kind = chaos.random();
  if (kind < 0.4) throw new Fault(`${store} failed before the call`);
  if (kind < 0.8) {
    await run();
    throw new Fault(`${store} failed after the call`);
  }
  await pause(chaos.random() * SLOW_MS);
  return run();
};

const wrapped = new WeakMap<object, Env>();

/** The same environment, with storage that fails. */
export function faulty(env: Env): Env {
  const known = wrapped.get(env);
  if (known) return known;
  const outer = interceptedEnv(env, mayFail);
  wrapped.set(env, outer);
  return outer;
}
