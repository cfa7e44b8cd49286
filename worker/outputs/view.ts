/** A picture as large as a page shows it: made when it is first asked for, then stored beside the original. */
import type { StoredOutput } from "../generation.ts";
import { viewKey } from "./keys.ts";
import { makeOnDemand } from "./on-demand.ts";
import { storeScaled } from "./scaled.ts";
import { serveObject } from "./serve.ts";

/** Longest sides, in pixels: for a phone's screen, and for most others. */
export const VIEW_SIDES = [768, 1280] as const;
export type ViewSide = (typeof VIEW_SIDES)[number];
const QUALITY = 80;

/** What an address asks for; null for anything else. */
export const viewSideOf = (text: string | undefined): ViewSide | null =>
  VIEW_SIDES.find((side) => String(side) === text) ?? null;

/**
 * The picture's view as an answer to `request`, with `headers` added. Null where there is none and none can be made:
 * then the original has to do. `mayStay` is asked after a try to make it; "gone" where it says no. Throws if R2 does
 * not answer.
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
  // Of an animation it would keep the first moment.
  if (output.ext === "gif") return null;
  const key = viewKey(place, output.n, side);
  const serve = () => serveObject(env.OUTPUTS, key, request, headers);
  const view = await serve();
  if (view) return view;
  const make = () => storeScaled(env, place, output, { key, side, quality: QUALITY });
  const outcome = await makeOnDemand(key, make);
  if (outcome === "resting") return null;
  // Deleted while it was made, perhaps, and nobody would remove it any more. Also what is said to have failed may be there.
  let stays = false;
  try {
    stays = await mayStay();
  } finally {
    if (!stays) await env.OUTPUTS.delete(key);
  }
  if (!stays) return "gone";
  return outcome === "made" ? serve() : null;
}
