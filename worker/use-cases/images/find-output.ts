import type { GenerationRecord, StoredOutput } from "../../api/generation.ts";
import { ok, type Result, stored } from "../../api/problem.ts";
import { imageNotFound } from "../../api/refusals.ts";
import { type Principal, readAs } from "../../auth/principal.ts";
import { databaseFor } from "../../db/client.ts";
import { generationById } from "../../db/generations.ts";
import { run } from "../../db/user-read.ts";
import type { SessionClaim } from "../../db/users.ts";
import { thumbnailKey } from "../../images/keys.ts";
import { makeMissingVariant } from "../../images/variants.ts";
import type { Deps } from "../deps.ts";

type FoundOutput = { principal: Principal; record: GenerationRecord; output: StoredOutput };

/** A stored output of one of the user's generations. `n`: its number, as the address has it. */
export async function findOutput(
  { env }: Pick<Deps, "env">,
  claim: SessionClaim,
  { id, n }: { id: string; n: string },
): Promise<Result<FoundOutput>> {
  const db = databaseFor(env, claim.userId);
  const found = await readAs(db, claim, generationById(db, claim.userId, id));
  if (!found.ok) return found;
  const { principal, value: record } = found.value;
  const output = record?.outputs.find((one) => String(one.n) === n);
  if (!record || !output || record.status !== "succeeded") return imageNotFound();
  return ok({ principal, record, output });
}

/** Whether the generation has not been deleted meanwhile. */
export async function stillExists(
  { env }: Pick<Deps, "env">,
  { userId }: Pick<SessionClaim, "userId">,
  id: string,
) {
  const db = databaseFor(env, userId);
  return (await run(db, generationById(db, userId, id))) !== null;
}

/**
 * The thumbnail of the first image as WebP, made if it is missing; null without an image, or if it cannot be made or has
 * more than `maxBytes`. The user is authorized already.
 */
export async function readThumbnail(
  deps: Deps,
  { userId }: Pick<SessionClaim, "userId">,
  { id, status, outputs: [output] }: GenerationRecord,
  maxBytes: number,
): Promise<ArrayBuffer | null> {
  if (status !== "succeeded" || !output) return null;
  const place = { userId, generationId: id };
  const find = () => stored(deps.env.OUTPUTS.get(thumbnailKey(place, output.n)));
  let thumbnail = await find();
  if (!thumbnail) {
    const making = stored(
      makeMissingVariant(deps.env, place, output, "thumb", () => stillExists(deps, { userId }, id)),
    );
    deps.waitUntil(making.catch(() => null));
    if ((await making) === "made") thumbnail = await find();
  }
  if (!thumbnail || thumbnail.size > maxBytes) return null;
  return stored(thumbnail.arrayBuffer());
}
