/** Faults of the storage. */
import { env } from "cloudflare:workers";
import { onTestFinished, vi } from "vitest";

/** From now on D1 fails every statement that `fails` says; returns how to end that. */
export function breakD1(fails: (sql: string) => boolean = () => true): () => void {
  return faultD1((sql) => (fails(sql) ? new Error("D1_ERROR: no response") : null));
}

type Statement = { statement: string };

/**
 * From now on D1 fails or never answers a call, in the Worker and in every object; returns how to end that. `decide`
 * gets the SQL of the call, a batch's statements joined. "lost" applies the statement and loses its response.
 */
export function faultD1(decide: (sql: string) => Error | "hang" | "lost" | null): () => void {
  const database = env.DB.constructor.prototype as D1Database;
  const statement = env.DB.prepare("select 1").constructor.prototype as D1PreparedStatement;
  let isOver = false;
  const through = async <T>(sql: string, run: () => Promise<T>): Promise<T> => {
    const fault = isOver ? null : decide(sql);
    if (fault instanceof Error) throw fault;
    if (fault === "hang") return new Promise<never>(() => {});
    const result = await run();
    if (fault === "lost") throw new Error("Network connection lost.");
    return result;
  };
  const restores = (["all", "run", "raw", "first"] as const).map((name) => {
    const real = statement[name] as (...args: unknown[]) => Promise<unknown>;
    const spy = vi.spyOn(statement, name as "all").mockImplementation(function (
      this: D1PreparedStatement,
      ...args: unknown[]
    ) {
      return through((this as unknown as Statement).statement, () => real.apply(this, args));
    } as never);
    return () => spy.mockRestore();
  });
  const batch = database.batch;
  const spy = vi.spyOn(database, "batch").mockImplementation(function (
    this: D1Database,
    statements: D1PreparedStatement[],
  ) {
    const sql = (statements as unknown[] as Statement[]).map((one) => one.statement).join("; ");
    return through(sql, () => batch.call(this, statements));
  } as never);
  const end = () => {
    isOver = true;
    for (const restore of [...restores, () => spy.mockRestore()]) restore();
  };
  onTestFinished(end);
  return end;
}

/** Makes timers of exactly `ms` milliseconds fire at once, so that a time limit needs no waiting. */
export function skipTimers(...ms: number[]): void {
  const real = globalThis.setTimeout;
  const spy = vi
    .spyOn(globalThis, "setTimeout")
    .mockImplementation(((run: () => void, delay?: number, ...args: []) =>
      real(run, delay !== undefined && ms.includes(delay) ? 50 : delay, ...args)) as typeof setTimeout);
  onTestFinished(() => spy.mockRestore());
}
