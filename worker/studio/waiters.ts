/** RPC calls that wait for a change of a job, in memory: a call that is lost with its object is repeated. */
import { MAX_WAITING_CALLS } from "../config/limits.ts";

export class Waiters {
  /** By job id: what ends each wait. */
  private readonly waiting = new Map<string, Set<() => void>>();

  /** Waits until the job changes, or for `ms`. Null: too many calls wait already. */
  next(jobId: string, ms: number): Promise<void> | null {
    const count = [...this.waiting.values()].reduce((sum, ends) => sum + ends.size, 0);
    if (count >= MAX_WAITING_CALLS) return null;
    const ends = this.waiting.get(jobId) ?? new Set();
    this.waiting.set(jobId, ends);
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        ends.delete(end);
        if (ends.size === 0) this.waiting.delete(jobId);
        resolve();
      };
      const timer = setTimeout(end, ms);
      ends.add(end);
    });
  }

  changed(jobId: string): void {
    for (const end of this.waiting.get(jobId) ?? []) end();
  }
}
