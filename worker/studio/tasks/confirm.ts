/**
 * Finding the prediction of a create whose answer was lost.
 *
 * Promise: a prediction is taken only on proof that it is this job's; in doubt the job is given up. A lost paid
 * picture beats another person's picture: the account's list is everybody's, and everybody uses the same prompts.
 */
import { claimGeneration } from "../../db/generations.ts";
import type { Settings } from "../../config/settings.ts";
import { log, logError, reasonOf } from "../../lib/log.ts";
import { getPrediction, listPredictions } from "../../skytells/client.ts";
import { type Prediction, unseen } from "../../skytells/prediction.ts";
import { change, type Step, type StudioContext } from "../context.ts";
import { type Job, recordOfJob } from "../jobs/job.ts";
import { confirmUntil, deadlineOf } from "../jobs/schedule.ts";
import { accepted, givenUp } from "../jobs/transitions.ts";

/** Skytells' clock and ours may differ by this. */
const CLOCK_SLACK_MS = 5_000;

type Proof = "url" | "inputs";

/**
 * What proves that a prediction is this job's: our webhook's URL, or, where Skytells shows none, all we sent, when we
 * sent it, with a seed in it that only we can have drawn: without, it may be another's of the same words.
 */
export function proofOf(job: Job, prediction: Prediction): Proof | null {
  if (prediction.webhookUrl !== null) return prediction.webhookUrl === job.webhookUrl ? "url" : null;
  const { input, createdAt } = prediction;
  if (!job.drewSeed || input === null || createdAt === null || prediction.model !== job.model) return null;
  const from = job.sentAt - CLOCK_SLACK_MS;
  const to = (job.answeredAt ?? job.sentAt) + CLOCK_SLACK_MS;
  if (createdAt < from || createdAt > to) return null;
  const isEqual = Object.entries(job.input).every(([name, value]) => input[name] === value);
  return isEqual ? "inputs" : null;
}

/** One try to confirm the job; gives it up when its time is over. */
export async function confirm(context: StudioContext, job: Job): Promise<Step> {
  const { settings } = context;
  const found = await find(context, job);
  const adopted =
    found.kind === "found" ? await adopt(context, job.id, found.prediction, found.proof) : "not_ours";
  if (adopted === "adopted") return "done";
  if (Date.now() < patience(job, settings, found.kind, adopted)) {
    return found.kind === "busy" ? { waitSeconds: found.retryAfterSeconds ?? 5 } : "again";
  }
  giveUp(context, job, adopted === "unavailable" ? "unclaimed" : found.kind);
  return "done";
}

/**
 * Until when the job is looked for. "Not found" means nothing while Skytells cannot be asked; what is found is not let
 * go because D1 does not answer, for its row may be there; and what a webhook names after the end has as long as the
 * outputs have.
 */
function patience(job: Job, settings: Settings, found: Found["kind"], adopted: Adoption): number {
  if (adopted === "unavailable") return Number.POSITIVE_INFINITY;
  if (job.upstream !== "unconfirmed") return (job.parkedAt ?? 0) + settings.outputWindowMs;
  const isKnown = found === "found" || found === "absent";
  return isKnown ? confirmUntil(job, settings) : deadlineOf(job, settings);
}

function giveUp(context: StudioContext, job: Job, reason: string): void {
  log("create_given_up", { job: job.id, reason });
  change(context, job.id, (current) =>
    current.upstream === "unconfirmed" ? givenUp(current, Date.now()) : { ...current, parkedNews: null },
  );
}

type Adoption = "adopted" | "not_ours" | "unavailable";

type Found =
  | { kind: "found"; prediction: Prediction; proof: Proof }
  | { kind: "absent" }
  | { kind: "busy"; retryAfterSeconds: number | null }
  | { kind: "unavailable" };

async function find(context: StudioContext, job: Job): Promise<Found> {
  return (
    (await findClaimed(context, job)) ??
    (job.parkedNews && (await confirmParked(context, job, job.parkedNews))) ??
    (await findInList(context, job))
  );
}

/** What was being claimed when the last pass ended: the claim says whether it is ours, however that ended. */
async function findClaimed({ settings }: StudioContext, { claiming }: Job): Promise<Found | null> {
  if (claiming === null) return null;
  const look = await getPrediction(settings.skytells, claiming);
  const prediction = look.kind === "found" ? look.prediction : unseen(claiming);
  return { kind: "found", prediction, proof: "inputs" };
}

/** A webhook named a prediction: Skytells is asked whether that is ours. Null: it is not. */
async function confirmParked(context: StudioContext, job: Job, news: Prediction): Promise<Found | null> {
  const look = await getPrediction(context.settings.skytells, news.id);
  switch (look.kind) {
    case "found": {
      const proof = proofOf(job, look.prediction);
      if (proof) return { kind: "found", prediction: look.prediction, proof };
      log("wrong_job", { job: job.id, generation: news.id });
      change(context, job.id, (current) =>
        current.parkedNews?.id === news.id ? { ...current, parkedNews: null } : current,
      );
      return null;
    }
    case "unknown":
      return null;
    case "busy":
    case "unavailable":
      return look;
    default:
      return look satisfies never;
  }
}

async function findInList(context: StudioContext, job: Job): Promise<Found> {
  // Given up: only a webhook's word brings it back here, and that was not confirmed.
  if (job.upstream !== "unconfirmed") return { kind: "absent" };
  const until = (job.answeredAt ?? job.sentAt) + CLOCK_SLACK_MS;
  const listing = await listPredictions(context.settings.skytells, job.sentAt - CLOCK_SLACK_MS, until);
  if (listing.kind !== "listed") return listing;
  const candidates = listing.predictions
    .map((prediction) => ({ prediction, proof: proofOf(job, prediction) }))
    .filter((candidate) => candidate.proof !== null && !context.jobs.byPrediction(candidate.prediction.id));
  const byUrl = candidates.find((candidate) => candidate.proof === "url");
  if (byUrl) return { kind: "found", prediction: byUrl.prediction, proof: "url" };
  const [only, ...others] = candidates;
  if (!only || others.length > 0) return { kind: "absent" };
  return { kind: "found", prediction: only.prediction, proof: "inputs" };
}

async function adopt(
  context: StudioContext,
  id: string,
  prediction: Prediction,
  proof: Proof,
): Promise<Adoption> {
  const { jobs, settings } = context;
  const job = jobs.get(id);
  if (!job || job.predictionId !== null) return "adopted";
  // Our URL carries this job's random id, and nobody else's can. What only looks the same has to be claimed.
  if (proof === "inputs") change(context, id, (current) => ({ ...current, claiming: prediction.id }));
  const isOurs = proof === "url" || (await claim(context, job, prediction));
  if (isOurs === null) return "unavailable";
  if (!isOurs || jobs.byPrediction(prediction.id)) {
    log("claim_refused", { job: id, generation: prediction.id });
    change(context, id, (current) => ({ ...current, parkedNews: null, claiming: null }));
    return "not_ours";
  }
  log("create_confirmed", { job: id, generation: prediction.id, proof });
  change(context, id, (current) =>
    current.predictionId === null
      ? {
          ...accepted(current, prediction, Date.now(), settings),
          recorded: proof === "inputs",
          claiming: null,
        }
      : current,
  );
  return "adopted";
}

/** Whether the prediction is ours to take: no row of anybody has it. Null: D1 did not say. */
async function claim(context: StudioContext, job: Job, prediction: Prediction): Promise<boolean | null> {
  try {
    const record = { ...recordOfJob(job), id: prediction.id };
    const claimed = await claimGeneration(context.db, job.userId, record);
    return claimed !== "theirs";
  } catch (error) {
    logError("claim_failed", { job: job.id, generation: prediction.id, reason: reasonOf(error) });
    return null;
  }
}
