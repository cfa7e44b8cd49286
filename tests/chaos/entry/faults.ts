/**
 * Storage that fails: D1 and R2 as the Worker sees them, wrapped. A call fails before it was carried out, or
 * after (its answer is lost), or is slow; in an outage every call fails. Lives in tests only.
 */
import { createRandom, type Random } from "../../../simulator/random.ts";

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

async function through<T>(store: keyof Outages, call: () => Promise<T>): Promise<T> {
  if (Date.now() < chaos.outages[store]) {
    await pause(chaos.random() * 50);
    throw new Fault(`${store} is out`);
  }
  if (chaos.random() >= chaos.rate) return call();
  const kind = chaos.random();
  if (kind < 0.4) throw new Fault(`${store} failed before the call`);
  if (kind < 0.8) {
    await call();
    throw new Fault(`${store} failed after the call`);
  }
  await pause(chaos.random() * SLOW_MS);
  return call();
}

const real = new WeakMap<object, D1PreparedStatement>();

function statement(inner: D1PreparedStatement): D1PreparedStatement {
  const outer = {
    bind: (...values: unknown[]) => statement(inner.bind(...values)),
    first: (...args: []) => through("d1", () => inner.first(...args)),
    run: () => through("d1", () => inner.run()),
    all: () => through("d1", () => inner.all()),
    raw: (...args: []) => through("d1", () => inner.raw(...args)),
  } as unknown as D1PreparedStatement;
  real.set(outer, inner);
  return outer;
}

function database(inner: D1Database): D1Database {
  return {
    prepare: (sql: string) => statement(inner.prepare(sql)),
    batch: (statements: D1PreparedStatement[]) =>
      through("d1", () => inner.batch(statements.map((outer) => real.get(outer) ?? outer))),
  } as unknown as D1Database;
}

function bucket(inner: R2Bucket): R2Bucket {
  const failing = new Set(["put", "get", "head", "delete", "list", "createMultipartUpload"]);
  return new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const call = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
      if (!failing.has(String(name))) return call;
      return (...args: unknown[]) => through("r2", () => call(...args));
    },
  });
}

const wrapped = new WeakMap<object, Env>();

/** The same environment, with storage that fails. */
export function faulty(env: Env): Env {
  const known = wrapped.get(env);
  if (known) return known;
  const outer = { ...env, DB: database(env.DB), OUTPUTS: bucket(env.OUTPUTS) };
  wrapped.set(env, outer);
  return outer;
}
