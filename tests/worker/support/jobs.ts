/** Jobs and predictions as values, for tests of pure functions. */
import type { Job } from "../../../worker/studio/jobs/job.ts";
import { retainedJobOf } from "../../../worker/studio/jobs/transitions.ts";
import type { Prediction } from "../../../worker/skytells/prediction.ts";

/** A running job that was created at time 0. */
export function jobOf(changes: Partial<Job> = {}): Job {
  const record = {
    id: "prediction",
    prompt: "a prompt",
    model: "truefusion-pro",
    status: "queued",
    progress: null,
    outputs: [],
    error: null,
    favorite: false,
    shareToken: null,
    options: {},
    createdAt: 0,
    completedAt: null,
  };
  return { ...retainedJobOf(record, "user", 0), id: "job", ...changes };
}

export function predictionOf(changes: Partial<Prediction>): Prediction {
  return {
    id: "prediction",
    status: "queued",
    outputs: [],
    error: null,
    progress: null,
    input: null,
    model: null,
    webhookUrl: null,
    createdAt: null,
    completedAt: null,
    ...changes,
  };
}
