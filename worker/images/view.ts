/** Views: variants as large as a shared page shows an image. Made at the first request, stored beside the original. */
import type { StoredOutput } from "../api/generation.ts";
import { viewKey } from "./keys.ts";
import { makeOnDemand } from "./on-demand.ts";
import { storeScaled } from "./scaled.ts";
import { serveObject } from "./serve.ts";

/** Longest sides, in pixels: for a phone's screen, and for most others. */
export const VIEW_SIDES = [768, 1280] as const;
export type ViewSide = (typeof VIEW_SIDES)[number];
const QUALITY = 80;

/** The side that a query names; null for any other text. */
export const viewSideOf = (text: string | undefined): ViewSide | null =>
  VIEW_SIDES.find((side) => String(side) === text) ?? null;

/** Whether views of this output can be made. Of an animation a view would keep the first frame only. */
export function hasViews(env: { IMAGES?: ImagesBinding }, { ext }: StoredOutput): boolean {
  return env.IMAGES !== undefined && ext !== "gif";
}

/**
 * Answers `request` with the output's view, `headers` added. Null if there is none and none can be made: then serve
 * the original. `mayStay` is asked after an attempt to make it; "gone" if it answers false. Throws if R2 does not
 * answer.
 */
export async function serveView(
  env: { OUTPUTS: R2Bucket; IMAGES?: ImagesBinding },
  place: { userId: string; generationId: string },
  output: StoredOutput,
  side: ViewSide,
  request: Request,
  headers: Record<string, string>,
  mayStay: () => Promise<boolean>,
): Promise<Response | "gone" | null> {
  if (!hasViews(env, output)) return null;
  const key = viewKey(place, output.n, side);
  const serve = () => serveObject(env.OUTPUTS, key, request, headers);
  const view = await serve();
  if (view) return view;
  const make = () => storeScaled(env, place, output, { key, side, quality: QUALITY });
  const outcome = await makeOnDemand(key, make);
  if (outcome === "resting") return null;
  // The generation may have been deleted meanwhile. A failed attempt may have stored the view too.
  let stays = false;
  try {
    stays = await mayStay();
  } finally {
    if (!stays) await env.OUTPUTS.delete(key);
  }
  if (!stays) return "gone";
  return outcome === "made" ? serve() : null;
}
