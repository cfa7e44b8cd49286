/** Tokens in the URLs from which Skytells fetches reference images. Each names one job, and the job names the image. */
import * as z from "zod";
import { REFERENCE_URL_SECONDS } from "../config/limits.ts";
import type { Settings } from "../config/settings.ts";
import { readToken, secretsFor, signToken } from "./signed-token.ts";

const USE = { audience: "image-studio/reference", lifetimeSeconds: REFERENCE_URL_SECONDS };
const claims = z.object({ sub: z.uuid(), jti: z.uuid() });

export type ReferenceClaim = { userId: string; jobId: string };

/** `now` in milliseconds. */
export async function referenceUrl(
  origin: string,
  settings: Settings,
  { userId, jobId }: ReferenceClaim,
  now: number,
): Promise<string> {
  const token = await signToken(await keysOf(settings), USE, { sub: userId, jti: jobId }, now);
  // In the query, which logs leave out.
  return `${origin}/api/references/image?token=${token}`;
}

/** Null: not signed by this studio, or expired. */
export async function readReferenceToken(settings: Settings, token: string): Promise<ReferenceClaim | null> {
  const read = claims.safeParse(await readToken(await keysOf(settings), USE.audience, token));
  return read.success ? { userId: read.data.sub, jobId: read.data.jti } : null;
}

const keysOf = ({ sessionSecrets }: Settings) => secretsFor(sessionSecrets, USE.audience);
