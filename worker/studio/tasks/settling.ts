/** Runs settle passes: one at a time per job, and another one after news that arrives during a pass. */
import { STEP_TIMEOUT_MS } from "../../config/limits.ts";
import { logError, reasonOf } from "../../lib/log.ts";
import type { StudioContext } from "../context.ts";
import type { Jobs } from "../jobs/store.ts";
import { settleOnce } from "./settle.ts";

type Dependencies = {
  context: () => StudioContext;
  /** Sets the alarm to the earliest `nextAt`. */
  arm: () => void;
};

type Run = { rerunRequested: boolean; done: Promise<void> };

export class Settling {
  private readonly jobs: Jobs;
  private readonly dependencies: Dependencies;
  private readonly runs = new Map<string, Run>();

  constructor(jobs: Jobs, dependencies: Dependencies) {
    this.jobs = jobs;
    this.dependencies = dependencies;
  }

  get size(): number {
    return this.runs.size;
  }

  ids(): string[] {
    return [...this.runs.keys()];
  }

  has(id: string): boolean {
    return this.runs.has(id);
  }

  /** Never rejects. `isNews`: the job has changed, so a running pass is followed by another. */
  settle(id: string, isNews: boolean): Promise<void> {
    const running = this.runs.get(id);
    if (running) {
      running.rerunRequested ||= isNews;
      return running.done;
    }
    const run: Run = { rerunRequested: true, done: Promise.resolve() };
    this.runs.set(id, run);
    run.done = this.runUntilIdle(id, run);
    return run.done;
  }

  private async runUntilIdle(id: string, run: Run): Promise<void> {
    try {
      while (run.rerunRequested) {
        run.rerunRequested = false;
        await settleOnce(this.dependencies.context(), id, () => run.rerunRequested);
      }
    } catch (error) {
      logError("settle_failed", { job: id, reason: reasonOf(error) });
      this.jobs.postpone(id, Date.now() + STEP_TIMEOUT_MS);
    } finally {
      // No await since `rerunRequested` was read: later news starts a new run.
      this.runs.delete(id);
      this.dependencies.arm();
    }
  }
}
