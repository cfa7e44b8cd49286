/** Sends the create request of an admitted job and applies the response. */
import type { GenerationRecord } from "../../api/generation.ts";
import { ok, type Result, refuse } from "../../api/problem.ts";
import type { Settings } from "../../config/settings.ts";
import { countEvent } from "../../db/operator/counts.ts";
import { log } from "../../lib/log.ts";
import { type CreateOutcome, createPrediction } from "../../skytells/client.ts";
import { PREDICTION_EVENTS } from "../../skytells/webhook.ts";
import { pushLimits, type StudioContext, updateJob } from "../context.ts";
import { type Job, recordOfJob } from "../jobs/job.ts";
import { applyPrediction, attachPrediction, hasTask, markUnconfirmed } from "../jobs/transitions.ts";
import { PENDING_DETAIL, pendingRefusal } from "./create-replay.ts";
import { writeRecord } from "./record.ts";

/** Continues when the client disconnects. */
export function send(context: StudioContext, job: Job): Promise<Result<GenerationRecord>> {
  const work = create(context, job).finally(() => {
    context.creating.delete(job.id);
    // Settling skips a job while its create is in progress.
    context.settleLater(job.id);
  });
  context.creating.set(job.id, work);
  context.waitUntil(work);
  return work;
}

async function create(context: StudioContext, job: Job): Promise<Result<GenerationRecord>> {
  const { settings } = context;
  const outcome = await createPrediction(
    settings.skytells,
    {
      model: job.model,
      input: job.input,
      ...(job.webhookUrl !== null && {
        webhook: { url: job.webhookUrl, events: PREDICTION_EVENTS[settings.skytells.webhookEvents] },
      }),
    },
    settings.createTimeoutMs,
    () => context.jobs.get(job.id)?.status === "queued",
  );
  return applyCreateOutcome(context, job.id, outcome);
}

/** Updates the current job from the create response. */
async function applyCreateOutcome(
  context: StudioContext,
  id: string,
  outcome: CreateOutcome,
): Promise<Result<GenerationRecord>> {
  const { jobs, sockets, settings } = context;
  const now = context.now();
  switch (outcome.kind) {
    case "accepted": {
      const { prediction } = outcome;
      if (jobs.byPrediction(prediction.id)) {
        log("prediction_id_repeated", { job: id, generation: prediction.id });
        return refuseUnconfirmed(context, id, "upstream_error");
      }
      updateJob(context, id, (job) =>
        withEarlyNews(job, attachPrediction(job, prediction, now, settings), now, settings),
      );
      const created = jobs.get(id);
      // An image that is ready is fetched while D1 is written.
      if (created && hasTask(created, "store")) context.settleLater(id);
      await writeRecord(context, id);
      const current = jobs.get(id);
      return current && !current.deleted
        ? ok(recordOfJob(current))
        : refuse("not_found", "This image was deleted.");
    }
    case "rejected": {
      // A webhook has named a prediction of this job, so it was created despite the rejection.
      if (jobs.get(id)?.earlyNews) return refuseUnconfirmed(context, id, "upstream_error");
      const upload = jobs.get(id)?.reference?.upload;
      jobs.delete(id);
      if (upload && !jobs.useUpload(upload)) context.uploads.keep(upload);
      context.arm();
      sockets.deleted(id);
      pushLimits(context);
      if (outcome.operator) countEvent(context, "account_rejected");
      log("create_rejected", { job: id, code: outcome.refusal.code });
      return { ok: false, refusal: outcome.refusal };
    }
    case "unconfirmed":
      return refuseUnconfirmed(context, id, outcome.code);
    default:
      return outcome satisfies never;
  }
}

/** Applies the news of a webhook that arrived before the create response, if it is about the same prediction. */
function withEarlyNews(before: Job, job: Job, now: number, settings: Settings): Job {
  const news = before.earlyNews;
  return news && news.id === job.predictionId ? applyPrediction(job, news, now, settings) : job;
}

function refuseUnconfirmed(
  context: StudioContext,
  id: string,
  code: "upstream_timeout" | "upstream_error",
): Result<GenerationRecord> {
  const job = updateJob(context, id, (current) => markUnconfirmed(current, code, context.now()));
  log("create_unconfirmed", { job: id, code });
  return job ? { ok: false, refusal: pendingRefusal(job, context.settings) } : refuse(code, PENDING_DETAIL);
}
