/** URLs of images for tools that cannot send a header. */
import { ok, type Result } from "../../api/problem.ts";
import type { Caller } from "../../auth/caller.ts";
import { readImageToken, signImageToken } from "../../auth/image-token.ts";
import { IMAGE_URL_SECONDS } from "../../config/limits.ts";
import { settingsOf } from "../../config/settings.ts";
import { databaseFor } from "../../db/client.ts";
import { credentialExists } from "../../db/credentials.ts";
import { runWithUser } from "../../db/user-read.ts";
import type { Deps } from "../deps.ts";
import { findOutput } from "./find-output.ts";

type Place = { id: string; n: string };

/** It ends with what asked for it. `expiresAt` in milliseconds since 1970. */
export async function imageUrl(
  { env, origin }: Pick<Deps, "env" | "origin">,
  caller: Caller,
  place: Place,
): Promise<Result<{ url: string; expiresAt: number }>> {
  const found = await findOutput({ env }, caller, place);
  if (!found.ok) return found;
  const { record, output } = found.value;
  const now = Math.floor(Date.now() / 1000);
  const left = caller.expiresAt === null ? IMAGE_URL_SECONDS : Math.floor(caller.expiresAt / 1000) - now;
  const seconds = Math.max(1, Math.min(IMAGE_URL_SECONDS, left));
  const claim = {
    userId: caller.userId,
    epoch: caller.epoch,
    keyId: caller.key?.id ?? null,
    generationId: record.id,
    n: output.n,
  };
  const token = await signImageToken(settingsOf(env), claim, seconds, now * 1000);
  // In the query, which logs leave out.
  const url = `${origin}/images/${record.id}/${output.n}?token=${token}`;
  return ok({ url, expiresAt: (now + seconds) * 1000 });
}

const INVALID_URL = {
  code: "unauthenticated",
  detail: "This URL has expired or is not valid. Ask for another one.",
} as const;

/** Who may read this image by the token of a URL. The user is authorized where the image is read. */
export async function callerOfImageUrl(
  { env }: Pick<Deps, "env">,
  token: string,
  { id, n }: Place,
): Promise<Result<Caller>> {
  const invalid = { ok: false, refusal: INVALID_URL } as const;
  const claim = await readImageToken(settingsOf(env), token);
  if (!claim || claim.generationId !== id || String(claim.n) !== n) return invalid;
  const { userId, epoch, keyId, expiresAt } = claim;
  if (keyId === null) return ok({ userId, epoch, expiresAt, key: null });
  const db = databaseFor(env, userId);
  const { user, value: exists } = await runWithUser(db, userId, credentialExists(db, userId, keyId));
  if (!user || !exists) return invalid;
  return ok({ userId, epoch: user.sessionEpoch, expiresAt, key: { id: keyId, scopes: ["read"] } });
}
