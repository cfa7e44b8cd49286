/** A success becomes pictures in R2. Skytells keeps its outputs for minutes, so this has a clock of its own. */
import type { FailureCode } from "../../shared/catalog.ts";
import { MAX_OUTPUTS } from "../../config/limits.ts";
import { log } from "../../lib/log.ts";
import { type IngestFailure, ingestOutput } from "../../images/ingest.ts";
import { makeThumbnail } from "../../images/thumbnail.ts";
import { getPrediction } from "../../skytells/client.ts";
import { change, type Step, type StudioContext } from "../context.ts";
import { type Job, placeOf, recordOfJob } from "../jobs/job.ts";
import { payRecord } from "./record.ts";
import { isLastStore } from "../jobs/schedule.ts";
import { owes, storedAll, storedOne, storeFailed, storeTried } from "../jobs/transitions.ts";

/** Something that is not a picture is asked for again for this part of the output window, in case it is a gateway's page. */
const INVALID_PART = 60 / 300;
const MIN_INVALID_TRIES = 4;
/** From this try on (the first is 0) Skytells is asked for fresh addresses before. */
const REFRESH_FROM_TRY = 2;

const FAILURE_CODE: Record<IngestFailure["failure"], FailureCode> = {
  lost: "output_lost",
  invalid: "output_invalid",
  storage: "storage_failed",
};

export async function store(context: StudioContext, job: Job): Promise<Step> {
  if (!job.source || !owes(job, "store")) return "done";
  const isLast = isLastStore(job, Date.now());
  const urls = await addressesOf(context, job, isLast || job.attempts >= REFRESH_FROM_TRY);
  let failure: IngestFailure | null =
    urls.length === 0 ? { ok: false, failure: "lost", reason: "no_output" } : null;
  // One after the other: each may hold a part of many megabytes.
  for (const [n, url] of urls.entries()) {
    const known = context.jobs.get(job.id);
    if (!known || !owes(known, "store")) return "done";
    if (known.outputs.some((output) => output.n === n)) continue;
    const ingested = await ingestOutput(
      context.bindings.OUTPUTS,
      context.settings.skytells,
      placeOf(job),
      n,
      url,
    );
    // Put down at once: should this instance end now, what is in R2 is known and not asked for again.
    if (ingested.ok) change(context, job.id, (open) => storedOne(open, ingested.output));
    else failure = ingested;
  }

  // Withdrawn meanwhile: what was just stored goes with the `remove` that was then owed.
  const current = context.jobs.get(job.id);
  if (!current || !owes(current, "store")) return "done";
  const now = Date.now();
  if (failure) {
    log("ingest_failed", {
      generation: job.predictionId,
      attempt: job.attempts,
      failure: failure.failure,
      reason: failure.reason,
    });
    const isInvalid = failure.failure === "invalid";
    const tried = change(context, job.id, (open) => storeTried(open, isInvalid, now));
    const { since, tries } = tried?.source?.invalid ?? { since: now, tries: 0 };
    const isHopeless =
      tries >= MIN_INVALID_TRIES && now - since >= INVALID_PART * context.settings.outputWindowMs;
    if (!isLast && !isHopeless) return "again";
  }
  if (failure && current.outputs.length === 0) {
    change(context, job.id, (open) => storeFailed(open, FAILURE_CODE[failure.failure], now));
    return "done";
  }
  const done = change(context, job.id, (open) => storedAll(open, now), { quietly: true });
  // The studios hear of it with what D1 knows besides (a favourite, a link); without D1, from the job.
  if (done && !(await payRecord(context, job.id))) context.live.generation(recordOfJob(done));
  await makeThumbnails(context, job.id);
  return "done";
}

/** Where the pictures are; asked anew where that is not known, or did not work. */
async function addressesOf({ settings }: StudioContext, job: Job, isStale: boolean): Promise<string[]> {
  const known = job.source?.urls ?? [];
  if (job.predictionId === null || (known.length > 0 && !isStale)) return known.slice(0, MAX_OUTPUTS);
  const look = await getPrediction(settings.skytells, job.predictionId);
  const fresh =
    look.kind === "found" && look.prediction.status === "succeeded" ? look.prediction.outputs : [];
  return (fresh.length > 0 ? fresh : known).slice(0, MAX_OUTPUTS);
}

async function makeThumbnails(context: StudioContext, id: string): Promise<void> {
  for (const output of context.jobs.get(id)?.outputs ?? []) {
    const job = context.jobs.get(id);
    if (job && !job.deleted) await makeThumbnail(context.bindings, placeOf(job), output);
  }
}
