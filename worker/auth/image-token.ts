/** Tokens in URLs of images, for tools that cannot send a header. Each shows one image for a few minutes. */
import * as z from "zod";
import type { Settings } from "../config/settings.ts";
import { readToken, secretsFor, signToken } from "./signed-token.ts";

const AUDIENCE = "image-studio/image";

const claims = z.object({
  sub: z.string(),
  generation: z.string(),
  n: z.int(),
  epoch: z.int(),
  key: z.string().nullable(),
  exp: z.int(),
});

export type ImageClaim = {
  userId: string;
  /** Of the session. A key does not depend on it. */
  epoch: number;
  /** The id of the API key or the app's grant that asked for the URL; null: a session. */
  keyId: string | null;
  generationId: string;
  n: number;
};

/** `now` in milliseconds. */
export async function signImageToken(
  { sessionSecrets }: Settings,
  { userId, epoch, keyId, generationId, n }: ImageClaim,
  lifetimeSeconds: number,
  now: number,
): Promise<string> {
  const secrets = await secretsFor(sessionSecrets, AUDIENCE);
  const payload = { sub: userId, generation: generationId, n, epoch, key: keyId };
  return signToken(secrets, { audience: AUDIENCE, lifetimeSeconds }, payload, now);
}

/** Null: not signed by this studio, or expired. `expiresAt` in milliseconds since 1970. */
export async function readImageToken(
  { sessionSecrets }: Settings,
  token: string,
): Promise<(ImageClaim & { expiresAt: number }) | null> {
  const secrets = await secretsFor(sessionSecrets, AUDIENCE);
  const read = claims.safeParse(await readToken(secrets, AUDIENCE, token));
  if (!read.success) return null;
  const { sub: userId, generation: generationId, n, epoch, key: keyId, exp } = read.data;
  return { userId, epoch, keyId, generationId, n, expiresAt: exp * 1000 };
}
