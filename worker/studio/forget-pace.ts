/** Spreads the deletes of predictions at Skytells over time. */

/** Between two deletes of one user: four a minute. */
const INTERVAL_MS = 15_000;

/** When each job may delete its prediction. In memory: a restart assigns new times. */
export class ForgetPace {
  private readonly times = new Map<string, number>();
  private last = Number.NEGATIVE_INFINITY;

  timeOf(id: string, now: number): number {
    const known = this.times.get(id);
    if (known !== undefined) return known;
    this.last = Math.max(now, this.last + INTERVAL_MS);
    this.times.set(id, this.last);
    return this.last;
  }

  delay(id: string, until: number): void {
    this.times.set(id, until);
  }

  /** A further attempt gets another time. */
  used(id: string): void {
    this.times.delete(id);
  }
}
