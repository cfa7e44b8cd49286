/** Variants: an output in reduced sizes, as WebP, stored beside the original. */
import { DAY_MS } from "../shared/time.ts";
import type { StoredOutput } from "../api/generation.ts";
import { STEP_TIMEOUT_MS } from "../config/limits.ts";
import { bounded } from "../lib/async.ts";
import { log, reasonOf } from "../lib/log.ts";
import { failedVariantKey, outputKey, thumbnailKey, variantKey } from "./keys.ts";
import { type ResizeFailure, resizeToWebp, type TargetSize } from "./resize.ts";
import { serveObject } from "./serve.ts";

/**
 * By the name that a query gives. Made with the image: `thumb`. Made at the first request: the sizes of a shared
 * page; and after it `small` (the gallery on phones). Thumbnails are mostly shown at half their size, which hides the loss.
 */
const VARIANTS = {
  thumb: { side: 512, quality: 60 },
  small: { side: 256, quality: 60 },
  "768": { side: 768, quality: 80 },
  "1280": { side: 1280, quality: 80 },
} as const satisfies Record<string, TargetSize>;
export type Variant = keyof typeof VARIANTS;

/** Longest sides on a shared page, in pixels: for a phone's screen, and for most others. */
export const SHARED_SIDES = [768, 1280] as const;
export type SharedSide = (typeof SHARED_SIDES)[number];

type Place = { userId: string; generationId: string };
type Bindings = { OUTPUTS: R2Bucket; IMAGES?: ImagesBinding };

/** How long requests get the original before the next try. */
const RETRY_MS = { unreadable: DAY_MS, unavailable: 60 * 60 * 1000 };

/** The thumbnail that a query names; null for any other text. */
export const thumbnailNamed = (text: string | undefined): "thumb" | "small" | null =>
  text === "thumb" || text === "small" ? text : null;

/** The size of a shared page that a query names; null for any other text. */
export const sharedSizeNamed = (text: string | undefined): `${SharedSide}` | null =>
  text === "768" || text === "1280" ? text : null;

/** Whether a shared page can show reduced sizes. Of an animation they would have only the first frame. */
export function hasSharedSizes(env: Bindings, { ext }: StoredOutput): boolean {
  return env.IMAGES !== undefined && ext !== "gif";
}

function keyOf(place: Place, n: number, variant: Variant): string {
  return variant === "thumb" ? thumbnailKey(place, n) : variantKey(place, n, VARIANTS[variant].side);
}

/** Responds with the stored variant, `headers` added; null if there is none. Throws if R2 does not respond. */
export function serveVariant(
  env: Bindings,
  place: Place,
  n: number,
  variant: Variant,
  request: Request,
  headers: Record<string, string>,
): Promise<Response | null> {
  return serveObject(env.OUTPUTS, keyOf(place, n, variant), request, headers);
}

/**
 * Makes a variant that a request found missing, unless an earlier failure is recorded. `canStay` runs after the
 * attempt; if it returns false or throws, what the attempt stored is deleted. Throws if R2 does not respond.
 */
export async function makeMissingVariant(
  env: Bindings,
  place: Place,
  output: StoredOutput,
  variant: Variant,
  canStay: () => Promise<boolean>,
): Promise<"made" | "failed" | "gone"> {
  if (!env.IMAGES || (await hasRecentFailure(env.OUTPUTS, keyOf(place, output.n, variant)))) return "failed";
  const isMade = await makeVariant(env, place, output, variant);
  let stays = false;
  try {
    stays = await canStay();
  } finally {
    if (!stays) {
      const key = keyOf(place, output.n, variant);
      await env.OUTPUTS.delete([key, failedVariantKey(key)]);
    }
  }
  if (!stays) return "gone";
  return isMade ? "made" : "failed";
}

/** Variants that this isolate is making, by key, with the time of the start: a canceled request does not remove its own. */
const startedAt = new Map<string, number>();
const ABANDONED_AFTER_MS = 60_000;

/** Like `makeMissingVariant`, but does nothing while another request to this isolate makes the same variant. */
export async function makeMissingVariantOnce(
  ...[env, place, output, variant, canStay]: Parameters<typeof makeMissingVariant>
): Promise<void> {
  const key = keyOf(place, output.n, variant);
  const now = Date.now();
  for (const [old, start] of startedAt) if (now - start > ABANDONED_AFTER_MS) startedAt.delete(old);
  if (startedAt.has(key)) return;
  startedAt.set(key, now);
  try {
    await makeMissingVariant(env, place, output, variant, canStay);
  } finally {
    startedAt.delete(key);
  }
}

/** Makes and stores a variant; records a failure. Returns false if there is none now; never throws. */
export async function makeVariant(
  env: Bindings,
  place: Place,
  output: StoredOutput,
  variant: Variant,
): Promise<boolean> {
  const { IMAGES, OUTPUTS } = env;
  if (!IMAGES) return false;
  const key = keyOf(place, output.n, variant);
  const failed = failedVariantKey(key);
  try {
    const original = await inTime(OUTPUTS.get(outputKey(place, output.n, output.ext)));
    if (!original) return false;
    const resized = await resizeToWebp(IMAGES, original, VARIANTS[variant]);
    if (resized.ok) {
      await inTime(OUTPUTS.put(key, resized.bytes, { httpMetadata: { contentType: "image/webp" } }));
      return true;
    }
    if (resized.failure === "paused") return false;
    logFailure(place, output, variant, resized.reason);
    await inTime(recordFailure(OUTPUTS, failed, resized.failure));
  } catch (error) {
    logFailure(place, output, variant, reasonOf(error));
  }
  return false;
}

/** The object's alarm handler may wait for this. */
const inTime = <T>(call: Promise<T>): Promise<T> => bounded(call, STEP_TIMEOUT_MS);

function logFailure({ generationId }: Place, { n }: StoredOutput, variant: Variant, reason: string): void {
  log("scaling_failed", { generation: generationId, n, side: VARIANTS[variant].side, reason });
}

/** In R2, for all isolates: each attempt reads the original and is a call to Images. */
async function recordFailure(
  bucket: R2Bucket,
  failedKey: string,
  failure: Exclude<ResizeFailure["failure"], "paused">,
): Promise<void> {
  const retryAt = String(Date.now() + RETRY_MS[failure]);
  await bucket.put(failedKey, "", { customMetadata: { retryAt } });
}

async function hasRecentFailure(bucket: R2Bucket, key: string): Promise<boolean> {
  const failure = await bucket.head(failedVariantKey(key));
  return failure !== null && Date.now() < Number(failure.customMetadata?.["retryAt"]);
}
