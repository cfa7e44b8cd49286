/**
 * Finds the prediction of an unconfirmed create.
 *
 * Invariant: a job takes a prediction only with proof; otherwise it is given up. All users share the Skytells account's
 * list and may use the same prompts: losing a paid image is better than showing another user's.
 */
import { reserveGeneration } from "../../db/generations.ts";
import type { Settings } from "../../config/settings.ts";
import { log, logError, reasonOf } from "../../lib/log.ts";
import { getPrediction, listPredictions } from "../../skytells/client.ts";
import { type Prediction, predictionWithIdOnly } from "../../skytells/prediction.ts";
import { updateJob, type Step, type StudioContext } from "../context.ts";
import { type Job, recordOfJob } from "../jobs/job.ts";
import { confirmUntil, deadlineOf } from "../jobs/schedule.ts";
import { attachPrediction, giveUp } from "../jobs/transitions.ts";

/** Allowed difference between Skytells' clock and the object's. */
const CLOCK_SLACK_MS = 5_000;

type Proof = "url" | "inputs";

/**
 * Proof that the prediction belongs to this job: the job's webhook URL, or, if Skytells shows none, the signed URL of its
 * reference image, or the same inputs and time, with a seed that the object drew at random. Without that seed it may be
 * another user's with the same prompt.
 */
export function proofOf(job: Job, prediction: Prediction): Proof | null {
  if (prediction.webhookUrl !== null) return prediction.webhookUrl === job.webhookUrl ? "url" : null;
  const { input, createdAt } = prediction;
  const reference = referenceProof(job, input);
  if (reference !== "unknown") return reference;
  if (!job.drewSeed || input === null || createdAt === null || prediction.model !== job.model) return null;
  const from = job.sentAt - CLOCK_SLACK_MS;
  const to = (job.answeredAt ?? job.sentAt) + CLOCK_SLACK_MS;
  if (createdAt < from || createdAt > to) return null;
  const compared = Object.entries(job.input).filter(([name]) => name !== job.reference?.property);
  const isEqual = compared.every(([name, value]) => input[name] === value);
  return isEqual ? "inputs" : null;
}

/**
 * The URL of a reference image contains the job's random id. Skytells may show it unchanged, or not at all, or
 * another one under which it keeps the image itself, which proves nothing.
 */
function referenceProof(job: Job, input: Prediction["input"]): "url" | null | "unknown" {
  const { property } = job.reference ?? {};
  const urlIn = (value: unknown) => (Array.isArray(value) ? value[0] : value);
  const sent = property && urlIn(job.input[property]);
  const shown = property && urlIn(input?.[property]);
  if (typeof sent !== "string" || typeof shown !== "string") return "unknown";
  if (shown === sent) return "url";
  return URL.parse(shown)?.origin === URL.parse(sent)?.origin ? null : "unknown";
}

/** One attempt to find the prediction; gives the job up after `giveUpAt`. */
export async function confirm(context: StudioContext, job: Job): Promise<Step> {
  const { settings } = context;
  const found = await find(context, job);
  const adopted =
    found.kind === "found" ? await adopt(context, job.id, found.prediction, found.proof) : "not_ours";
  if (adopted === "adopted") return "done";
  if (context.now() < giveUpAt(job, settings, found.kind, adopted)) {
    return found.kind === "busy" ? { waitSeconds: found.retryAfterSeconds ?? 5 } : "again";
  }
  giveUpSearch(context, job, adopted === "unavailable" ? "not_reserved" : found.kind);
  return "done";
}

/**
 * Time until which the search continues. While Skytells' list does not answer: the deadline. While D1 does not confirm a
 * reservation: without end, because the row may exist. For a webhook after the job was given up: the output window.
 */
function giveUpAt(job: Job, settings: Settings, found: Found["kind"], adopted: Adoption): number {
  if (adopted === "unavailable") return Number.POSITIVE_INFINITY;
  if (job.upstream !== "unconfirmed") return (job.earlyNewsAt ?? 0) + settings.outputWindowMs;
  const isKnown = found === "found" || found === "absent";
  return isKnown ? confirmUntil(job, settings) : deadlineOf(job, settings);
}

function giveUpSearch(context: StudioContext, job: Job, reason: string): void {
  log("create_given_up", { job: job.id, reason });
  updateJob(context, job.id, (current) =>
    current.upstream === "unconfirmed" ? giveUp(current, context.now()) : { ...current, earlyNews: null },
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
    (await findReserved(context, job)) ??
    (job.earlyNews && (await confirmEarlyNews(context, job, job.earlyNews))) ??
    (await findInList(context, job))
  );
}

/** Repeats a reservation whose result is unknown. */
async function findReserved({ settings }: StudioContext, { reserving }: Job): Promise<Found | null> {
  if (reserving === null) return null;
  const look = await getPrediction(settings.skytells, reserving);
  const prediction = look.kind === "found" ? look.prediction : predictionWithIdOnly(reserving);
  return { kind: "found", prediction, proof: "inputs" };
}

/** Asks Skytells about the prediction that a webhook named. Null: it is not this job's, or unknown. */
async function confirmEarlyNews(context: StudioContext, job: Job, news: Prediction): Promise<Found | null> {
  const look = await getPrediction(context.settings.skytells, news.id);
  switch (look.kind) {
    case "found": {
      const proof = proofOf(job, look.prediction);
      if (proof) return { kind: "found", prediction: look.prediction, proof };
      log("wrong_job", { job: job.id, generation: news.id });
      updateJob(context, job.id, (current) =>
        current.earlyNews?.id === news.id ? { ...current, earlyNews: null } : current,
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
  // A job that was given up is searched because of a webhook, and Skytells did not confirm its prediction.
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
  // The webhook URL contains this job's random id. A match by inputs must be reserved in D1 first.
  if (proof === "inputs") updateJob(context, id, (current) => ({ ...current, reserving: prediction.id }));
  const isOurs = proof === "url" || (await reserve(context, job, prediction));
  if (isOurs === null) return "unavailable";
  if (!isOurs || jobs.byPrediction(prediction.id)) {
    log("prediction_already_reserved", { job: id, generation: prediction.id });
    updateJob(context, id, (current) => ({ ...current, earlyNews: null, reserving: null }));
    return "not_ours";
  }
  log("create_confirmed", { job: id, generation: prediction.id, proof });
  updateJob(context, id, (current) =>
    current.predictionId === null
      ? {
          ...attachPrediction(current, prediction, context.now(), settings),
          recorded: proof === "inputs",
          reserving: null,
        }
      : current,
  );
  return "adopted";
}

/** True if no other row has this prediction. Null: D1 did not answer. */
async function reserve(context: StudioContext, job: Job, prediction: Prediction): Promise<boolean | null> {
  try {
    const record = { ...recordOfJob(job), id: prediction.id };
    const reserved = await reserveGeneration(context.db, job.userId, record);
    return reserved !== "theirs";
  } catch (error) {
    logError("reservation_failed", { job: job.id, generation: prediction.id, reason: reasonOf(error) });
    return null;
  }
}
