/** Reference images: finding the image that a create names, and the one that a signed URL may show. */
import { ok, type Result, refuse, StorageUnavailable } from "../../api/problem.ts";
import { imageNotFound, STORAGE_UNAVAILABLE } from "../../api/refusals.ts";
import type { GenerationOptions } from "../../api/schemas/generation.ts";
import type { RequestedReference } from "../../api/schemas/requests/generation.ts";
import { generationById } from "../../db/generations.ts";
import { run } from "../../db/user-read.ts";
import { outputKey, uploadKey } from "../../images/keys.ts";
import type { StudioContext } from "../context.ts";
import { type Job, recordOfJob } from "../jobs/job.ts";
import { slotEndOf } from "../jobs/schedule.ts";
import { usesReference } from "../jobs/transitions.ts";

/** `key`: in R2. `shown`: what the generation's options say. */
export type Reference = {
  key: string;
  upload: string | null;
  generation: string | null;
  shown: NonNullable<GenerationOptions["reference"]>;
};

const uploadNotFound = () => refuse("not_found", "There is no such uploaded image, or it has expired.");

/** The image, if it is the user's and ready. Reads D1 only for an image whose job is gone. */
export async function findReference(
  context: StudioContext,
  requested: RequestedReference,
): Promise<Result<Reference>> {
  const { jobs, uploads, userId, db, now } = context;
  if ("upload" in requested) {
    const { upload } = requested;
    if (!uploads.isUsable(upload, now())) return uploadNotFound();
    return ok({ key: uploadKey(userId, upload), upload, generation: null, shown: { upload: true } });
  }
  try {
    const job = jobs.byAnyId(requested.generation);
    if (job?.deleted) return imageNotFound();
    const record = job ? recordOfJob(job) : await run(db, generationById(db, userId, requested.generation));
    if (!record) return imageNotFound();
    if (record.status !== "succeeded") {
      return refuse("not_ready", "Only a finished image can be used as a reference.");
    }
    const output = record.outputs.find(({ n }) => n === (requested.output ?? 0));
    if (!output) return imageNotFound();
    return ok({
      key: outputKey({ userId, generationId: record.id }, output.n, output.ext),
      upload: null,
      generation: record.id,
      shown: { generation: record.id, output: output.n },
    });
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    return { ok: false, refusal: STORAGE_UNAVAILABLE };
  }
}

/** Why the reference cannot be used any more, or null. */
export function referenceRefusal({ jobs, uploads, now }: StudioContext, { upload, generation }: Reference) {
  if (upload !== null && !uploads.isUsable(upload, now())) return uploadNotFound();
  return generation !== null && jobs.byPrediction(generation)?.deleted ? imageNotFound() : null;
}

/** Keeps the upload until the job ends; goes with the insert of the job. */
export function useReference({ uploads, settings }: StudioContext, { reference, createdAt }: Job): void {
  if (reference?.upload) uploads.use(reference.upload, slotEndOf(createdAt, settings));
}

/** The key of the image that this job's signed URL shows; null once Skytells does not need it, or it was deleted. */
export function referenceKeyOf({ jobs }: StudioContext, jobId: string): string | null {
  const job = jobs.get(jobId);
  if (!job?.reference || !usesReference(job)) return null;
  const { key, generation } = job.reference;
  return generation !== null && jobs.byPrediction(generation)?.deleted ? null : key;
}
