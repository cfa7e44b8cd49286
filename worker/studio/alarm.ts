/** The object's alarm: set for the earliest due time, and set again by every entry if it was lost. */
import { STEP_TIMEOUT_MS } from "../config/limits.ts";

/** Minimum alarm delay, so that the alarm does not compete with work started by a request. */
export const MIN_ALARM_DELAY_MS = 1_000;

export class Alarm {
  private readonly storage: DurableObjectStorage;
  private readonly now: () => number;
  /** `dueAt`: earliest due time of what no running pass works on. `isWorking`: a pass is running. */
  private readonly pending: () => { dueAt: number | null; isWorking: boolean };
  /** Due time of the alarm that this instance set; null if unknown. */
  private armedFor: number | null = null;

  constructor(
    storage: DurableObjectStorage,
    now: () => number,
    pending: () => { dueAt: number | null; isWorking: boolean },
  ) {
    this.storage = storage;
    this.now = now;
    this.pending = pending;
  }

  arm(): void {
    const now = this.now();
    const at = this.nextTime(now);
    if (at === null) return;
    // Keep an earlier alarm: if every change moved it, it would never fire while the user is active.
    const isSooner = this.armedFor !== null && this.armedFor <= at && now < this.armedFor + STEP_TIMEOUT_MS;
    if (isSooner) return;
    this.armedFor = at;
    // Not awaited: written to disk together with the changes before it.
    void this.storage.setAlarm(at);
  }

  /** Sets the alarm again if it was lost or is too late. */
  async ensure(): Promise<void> {
    const at = this.nextTime(this.now());
    if (at === null) return;
    const armed = await this.storage.getAlarm();
    if (armed !== null && armed <= at) return;
    this.armedFor = null;
    this.arm();
  }

  /** After the alarm fired, or the object's storage was deleted. */
  reset(): void {
    this.armedFor = null;
  }

  /** Work in progress gets an alarm too, in case this instance ends. */
  private nextTime(now: number): number | null {
    const { dueAt, isWorking } = this.pending();
    const times = [...(dueAt === null ? [] : [dueAt]), ...(isWorking ? [now + STEP_TIMEOUT_MS] : [])];
    return times.length === 0 ? null : Math.max(Math.min(...times), now + MIN_ALARM_DELAY_MS);
  }
}
