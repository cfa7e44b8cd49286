/** Reserves, completes and deletes uploads. The Worker streams the file to R2 in between. */
import { ok, type Result, refuse, StorageUnavailable } from "../../api/problem.ts";
import { STORAGE_UNAVAILABLE, UNAUTHENTICATED } from "../../api/refusals.ts";
import { authorize } from "../../auth/principal.ts";
import { MAX_UNUSED_UPLOADS, STEP_TIMEOUT_MS } from "../../config/limits.ts";
import type { SessionClaim } from "../../db/users.ts";
import { uploadKey } from "../../images/keys.ts";
import { bounded } from "../../lib/async.ts";
import { logError, reasonOf } from "../../lib/log.ts";
import type { StudioContext } from "../context.ts";
import type { UploadedImage } from "../upload-store.ts";

/** How long a due upload waits for the job that uses it. */
const IN_USE_DELAY_MS = 60_000;

/** Reserves `id` before the file is stored. */
export async function reserveUpload(
  context: StudioContext,
  claim: SessionClaim,
  id: string,
): Promise<Result<null>> {
  const { db, uploads, revocations, arm, now } = context;
  try {
    const principal = await authorize(db, claim);
    if (!principal.ok) return principal;
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    return { ok: false, refusal: STORAGE_UNAVAILABLE };
  }
  // No await from here: the deletion of the account must not miss the row.
  if (context.isDeletingAccount) return { ok: false, refusal: UNAUTHENTICATED };
  if (!uploads.reserve(id, now())) {
    return refuse(
      "maximum_reached",
      `At most ${MAX_UNUSED_UPLOADS} uploaded images can wait to be used. They are deleted after an hour.`,
    );
  }
  revocations.save();
  arm();
  return ok(null);
}

/** The file is stored. Returns when the upload expires. A refusal means that the file must be deleted. */
export function completeUpload(context: StudioContext, id: string, image: UploadedImage): Result<number> {
  const { uploads, arm, now } = context;
  if (context.isDeletingAccount) {
    uploads.drop(id, now());
    return { ok: false, refusal: UNAUTHENTICATED };
  }
  const expiresAt = uploads.complete(id, image, now());
  arm();
  return expiresAt === null ? { ok: false, refusal: STORAGE_UNAVAILABLE } : ok(expiresAt);
}

/** Deletes the uploads that have expired or whose jobs have ended. Never rejects. */
export async function deleteDueUploads(context: StudioContext): Promise<void> {
  const { uploads, jobs, bindings, userId, now } = context;
  for (const id of uploads.due(now())) {
    if (jobs.useUpload(id)) {
      uploads.postpone(id, now() + IN_USE_DELAY_MS);
      continue;
    }
    try {
      await bounded(bindings.OUTPUTS.delete(uploadKey(userId, id)), STEP_TIMEOUT_MS);
      uploads.delete(id);
    } catch (error) {
      logError("upload_not_deleted", { upload: id, reason: reasonOf(error) });
      uploads.retryLater(id, now());
    }
  }
}
