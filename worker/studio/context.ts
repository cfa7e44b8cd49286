/** What the parts of a user's studio share, and the one way in which a job changes. */
import type { Database } from "../db/client.ts";
import type { Settings } from "../config/settings.ts";
import type { GenerationRecord } from "../api/generation.ts";
import type { Result } from "../api/problem.ts";
import { limitsOf } from "./plan-limits.ts";
import { type Job, recordOfJob } from "./jobs/job.ts";
import type { Jobs } from "./jobs/store.ts";
import type { Live } from "./sockets.ts";
import type { Revocations } from "./revocations.ts";
import { deadlineOf } from "./jobs/schedule.ts";

export type StudioContext = {
  bindings: { OUTPUTS: R2Bucket; IMAGES?: ImagesBinding };
  db: Database;
  settings: Settings;
  jobs: Jobs;
  live: Live;
  revocations: Revocations;
  /** The account is being deleted: nothing new begins. Stays so for whoever was on the way when it was gone. */
  isClosing: boolean;
  /** Creates under way in this instance of the object, by job id. Lost with it: the row is what counts. */
  creating: Map<string, Promise<Result<GenerationRecord>>>;
  /** Skytells is being told to stop, by job id. */
  telling: Map<string, Promise<boolean>>;
  /** The last write to D1 under way, by job id: the next waits for it. */
  recording: Map<string, Promise<unknown>>;
  /** Sets the alarm to the earliest job. */
  arm: () => void;
  /** Settles a job in the background. */
  settleLater: (id: string) => void;
};

/** How a step went: nothing (more) to do, to be tried again, or not before so many seconds. */
export type Step = "done" | "again" | { waitSeconds: number };

/** Tells the open studios what is in use now. */
export function tellLimits({ jobs, live, settings }: StudioContext): void {
  live.limits(limitsOf(jobs, settings, Date.now()));
}

/**
 * Reads the job as it is now, changes it, writes it, tells the open studios: one stretch without an await, so
 * that whatever happened since the caller last looked is taken into account. Null if the job is gone.
 * `quietly`: the caller tells the studios itself.
 */
export function change(
  context: StudioContext,
  id: string,
  transition: (job: Job) => Job,
  { quietly = false } = {},
): Job | null {
  const { jobs } = context;
  const before = jobs.get(id);
  if (!before) return null;
  const after = transition(before);
  if (after === before) return before;
  jobs.save(after);
  context.arm();
  if (!quietly) tell(context, before, after);
  if (isCountedOtherwise(before, after)) tellLimits(context);
  return after;
}

/** Whether the plan's limits are used otherwise than before. */
function isCountedOtherwise(before: Job, after: Job): boolean {
  return (
    before.holdsSlot !== after.holdsSlot ||
    before.upstream !== after.upstream ||
    (before.status === "failed") !== (after.status === "failed")
  );
}

function tell({ live }: StudioContext, before: Job, after: Job): void {
  if (after.deleted) {
    if (!before.deleted) live.deleted(after.predictionId ?? after.id);
    return;
  }
  const isNamed = before.predictionId === null && after.predictionId !== null;
  if (isNamed || before.status !== after.status || before.progress !== after.progress) {
    live.generation(recordOfJob(after), isNamed ? after.id : undefined);
  }
}

/** True once Skytells has had all the time that a generation gets. */
export function isOverdue(job: Job, settings: Settings, now: number): boolean {
  return now >= deadlineOf(job, settings);
}
