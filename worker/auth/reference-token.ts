/** Tokens in the URLs from which Skytells fetches reference images. Each names one job, and the job names the image. */
import * as z from "zod";
import { REFERENCE_URL_SECONDS } from "../config/limits.ts";
import type { Settings } from "../config/settings.ts";
import { hexOf } from "../lib/hex.ts";
import { readToken, signToken } from "./signed-token.ts";

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

/** Keys for this use only: one that became known would not sign sessions. */
function keysOf({ sessionSecrets }: Settings): Promise<string[]> {
  return Promise.all(sessionSecrets.map(derive));
}

async function derive(secret: string): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes(secret), algorithm, false, ["sign"]);
  return hexOf(await crypto.subtle.sign("HMAC", key, bytes(USE.audience)));
}
