/**
 * D1 and R2 with faults: a call fails before it has run, fails after it has run, or is slow. In an outage every call
 * fails.
 */
import { createRandom, type Random } from "../../../simulator/random.ts";
import { type Intercept, interceptedEnv } from "../../worker/support/intercepted-env.ts";

export type Outages = { d1: number; r2: number };

type Faults = {
  random: Random;
  /** The probability that a call fails. */
  rate: number;
  /** The probability that a call into an object ends the object. */
  crashRate: number;
  /** When each outage ends, in milliseconds since the epoch. */
  outages: Outages;
};

const MAX_DELAY_MS = 1_500;

/** The Worker and the objects share an isolate, so they share the faults. */
export const faults: Faults = {
  random: createRandom(1),
  rate: 0,
  crashRate: 0,
  outages: { d1: 0, r2: 0 },
};

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

class FaultError extends Error {
  override name = "FaultError";
}

const injectFault: Intercept = async ({ store }, run) => {
  if (Date.now() < faults.outages[store]) {
    await pause(faults.random() * 50);
    throw new FaultError(`${store} is down`);
  }
  if (faults.random() >= faults.rate) return run();
  const outcome = faults.random();
  if (outcome < 0.4) throw new FaultError(`${store} failed before the call`);
  if (outcome < 0.8) {
    await run();
    throw new FaultError(`${store} failed after the call`);
  }
  await pause(faults.random() * MAX_DELAY_MS);
  return run();
};

const wrapped = new WeakMap<object, Env>();

/** The environment with faults in D1 and R2. */
export function withFaults(env: Env): Env {
  const existing = wrapped.get(env);
  if (existing) return existing;
  const result = interceptedEnv(env, injectFault);
  wrapped.set(env, result);
  return result;
}
