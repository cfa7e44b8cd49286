/** Which jobs are being settled in this instance of the object: one pass at a time for each, and no news missed. */
import { STEP_TIMEOUT_MS } from "../../config/limits.ts";
import { logError, reasonOf } from "../../lib/log.ts";
import type { StudioContext } from "../context.ts";
import type { Jobs } from "../jobs/store.ts";
import { settleOnce } from "./settle.ts";

type Door = {
  context: () => StudioContext;
  /** Sets the alarm to the earliest job. */
  arm: () => void;
};

type Run = { disturbed: boolean; done: Promise<void> };

export class Settling {
  private readonly jobs: Jobs;
  private readonly door: Door;
  private readonly runs = new Map<string, Run>();

  constructor(jobs: Jobs, door: Door) {
    this.jobs = jobs;
    this.door = door;
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

  /** Settles a job. `isNews`: something happened to it, so a pass under way is followed by another. Never throws. */
  settle(id: string, isNews: boolean): Promise<void> {
    const running = this.runs.get(id);
    if (running) {
      running.disturbed ||= isNews;
      return running.done;
    }
    const run: Run = { disturbed: true, done: Promise.resolve() };
    this.runs.set(id, run);
    run.done = this.untilUndisturbed(id, run);
    return run.done;
  }

  private async untilUndisturbed(id: string, run: Run): Promise<void> {
    try {
      while (run.disturbed) {
        run.disturbed = false;
        await settleOnce(this.door.context(), id, () => run.disturbed);
      }
    } catch (error) {
      logError("settle_failed", { job: id, reason: reasonOf(error) });
      this.jobs.postpone(id, Date.now() + STEP_TIMEOUT_MS);
    } finally {
      // In the same breath as the last look at `disturbed`: news that comes now starts a run of its own.
      this.runs.delete(id);
      this.door.arm();
    }
  }
}
