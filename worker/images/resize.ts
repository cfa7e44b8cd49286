/** Reduces an image with the Images binding, and stops asking while the account's transformations are used up. */
import { bounded } from "../lib/async.ts";
import { STEP_TIMEOUT_MS } from "../config/limits.ts";
import { logError, reasonOf } from "../lib/log.ts";

/** `side`: the longest, in pixels. `quality`: of WebP, 1 to 100. */
export type TargetSize = { side: number; quality: number };

/** `unreadable`: the same image fails again. `unavailable`: a later try may work. `paused`: Images was not asked. */
export type ResizeFailure = { ok: false; failure: "unreadable" | "unavailable" | "paused"; reason: string };
export type Resized = { ok: true; bytes: ArrayBuffer } | ResizeFailure;

/** The binding holds the whole original in this isolate's memory while it sends it (measured: docs/storage.md). */
const MAX_ORIGINAL_BYTES = 12 * 1024 * 1024;
/** Usage limit reached: 5,000 unique transformations a month without Images Paid. Cloudflare's pages name both codes. */
export const USAGE_LIMIT_CODES = [9422, 9423];
const PAUSE_MS = 60 * 60 * 1000;
/** Codes about the image itself: too many pixels, not an image, not decodable. */
const UNREADABLE_CODES = [9412, 9413, 9520, 9523];

// Per isolate: each isolate finds the limit with one request an hour.
let pausedUntil = 0;

/** Reduces `original` to WebP, never enlarging it. Reads or cancels its body. Never throws. */
export async function resizeToWebp(
  images: ImagesBinding,
  original: R2ObjectBody,
  { side, quality }: TargetSize,
): Promise<Resized> {
  const isPaused = Date.now() < pausedUntil;
  if (isPaused || original.size > MAX_ORIGINAL_BYTES) {
    await original.body.cancel();
    return isPaused
      ? { ok: false, failure: "paused", reason: "usage_limit" }
      : { ok: false, failure: "unreadable", reason: "too_large" };
  }
  try {
    return {
      ok: true,
      bytes: await bounded(transform(images, original, { side, quality }), STEP_TIMEOUT_MS),
    };
  } catch (error) {
    return failureOf(error);
  }
}

async function transform(images: ImagesBinding, original: R2ObjectBody, { side, quality }: TargetSize) {
  const result = await images
    .input(original.body)
    .transform({ width: side, height: side, fit: "scale-down" })
    .output({ format: "image/webp", quality });
  // Whole before it is stored: a transfer that breaks off stores nothing.
  return result.response().arrayBuffer();
}

function failureOf(error: unknown): ResizeFailure {
  const code = error instanceof Error && "code" in error ? Number(error.code) : null;
  const reason = reasonOf(error);
  if (code !== null && USAGE_LIMIT_CODES.includes(code)) {
    pausedUntil = Date.now() + PAUSE_MS;
    logError("images_limit_reached", { code, pausedSeconds: PAUSE_MS / 1000 });
    return { ok: false, failure: "paused", reason };
  }
  const isUnreadable = code !== null && UNREADABLE_CODES.includes(code);
  return { ok: false, failure: isUnreadable ? "unreadable" : "unavailable", reason };
}
