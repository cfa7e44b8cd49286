/** A picture as large as a page shows it: made on the way to whoever looks, never stored. */
import { bounded } from "../bounded.ts";
import { STEP_TIMEOUT_MS } from "../env.ts";
import { log, reasonOf } from "../log.ts";
import { SAFE_HEADERS } from "./serve.ts";

/** Longest side, in pixels. */
export const VIEW_SIDE = 1280;
/** Of an animation it would keep the first moment. */
const WHOLE = /\.gif$/;

/**
 * The object under `key` as WebP of at most `VIEW_SIDE`, with `headers` added. Null where it cannot be made (no Images
 * binding, a picture that it does not read, no object): then the original has to do. Throws if R2 does not answer.
 */
export async function serveView(
  env: { OUTPUTS: R2Bucket; IMAGES?: ImagesBinding },
  key: string,
  request: Request,
  headers: Record<string, string>,
): Promise<Response | null> {
  const { IMAGES, OUTPUTS } = env;
  if (!IMAGES || WHOLE.test(key)) return null;
  const original = await OUTPUTS.get(key);
  if (!original) return null;
  const etag = `"${original.etag}-${VIEW_SIDE}"`;
  const answer = { ...SAFE_HEADERS, ...headers, "accept-ranges": "none", "content-type": "image/webp", etag };
  if (request.headers.get("if-none-match") === etag || request.method === "HEAD") {
    await original.body.cancel();
    return new Response(null, { status: request.method === "HEAD" ? 200 : 304, headers: answer });
  }
  try {
    return new Response(await bounded(scaled(IMAGES, original.body), STEP_TIMEOUT_MS), { headers: answer });
  } catch (error) {
    log("view_failed", { reason: reasonOf(error) });
    return null;
  }
}

/** Whole before it is sent: what fails half-way can still become the original. */
async function scaled(images: ImagesBinding, original: ReadableStream<Uint8Array>): Promise<ArrayBuffer> {
  const result = await images
    .input(original)
    .transform({ width: VIEW_SIDE, height: VIEW_SIDE, fit: "scale-down" })
    .output({ format: "image/webp", quality: 80 });
  return result.response().arrayBuffer();
}
