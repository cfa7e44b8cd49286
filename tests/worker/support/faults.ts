/** Storage that fails. */
import { env } from "cloudflare:workers";
import { onTestFinished, vi } from "vitest";

/** From now on D1 fails every statement that `fails` says; returns how to end that. */
export function breakD1(fails: (sql: string) => boolean = () => true): () => void {
  const prototype = env.DB.constructor.prototype as D1Database;
  const prepare = prototype.prepare;
  const spy = vi.spyOn(prototype, "prepare").mockImplementation(function (this: D1Database, sql: string) {
    if (fails(sql)) throw new Error("D1_ERROR: no answer");
    return prepare.call(this, sql);
  });
  onTestFinished(() => spy.mockRestore());
  return () => spy.mockRestore();
}
