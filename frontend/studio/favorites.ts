import { batch } from "@preact/signals";
import type { Generation } from "../../worker/contract.ts";
import { pictureText } from "../text/gallery.ts";
import { problems } from "../text/errors.ts";
import { inBulk } from "./bulk.ts";
import type { Studio } from "./studio.ts";

type Dependencies = Pick<Studio, "api" | "changed" | "orTell" | "favoriteChanges">;

/**
 * Shows the favorite at once and saves it. One request at a time per image: a click during a request is sent after
 * its answer, so that the last click wins whatever the order of the answers. `first`: whether a request that is
 * already under way for this image succeeds.
 */
export async function setFavorite(
  { api, changed, orTell, favoriteChanges }: Dependencies,
  generation: Generation,
  wanted: boolean,
  first?: Promise<boolean>,
): Promise<void> {
  const { id } = generation;
  const running = favoriteChanges.get(id);
  if (running) {
    running.wanted = wanted;
    return changed(running.latest);
  }
  const change = { wanted, latest: generation };
  favoriteChanges.set(id, change);
  changed(generation);
  let saved = generation.favorite;
  for (let request = first; ; request = undefined) {
    const sent = change.wanted;
    const isSaved = await (request ?? api.favorite(id, sent).then((result) => orTell(result) !== undefined));
    if (isSaved) saved = sent;
    if (sent === change.wanted) break;
  }
  favoriteChanges.delete(id);
  // Only this field: the rest may have changed since the request was sent.
  if (change.latest.favorite !== saved) changed({ ...change.latest, favorite: saved });
}

export const toggleFavorite = (dependencies: Dependencies, generation: Generation) =>
  setFavorite(
    dependencies,
    generation,
    !(dependencies.favoriteChanges.get(generation.id)?.wanted ?? generation.favorite),
  );

/** Adds many images to the favorites, or removes them: shown at once, and undone for those that fail. */
export async function favoriteAll(
  studio: Dependencies & Pick<Studio, "notify">,
  generations: readonly Generation[],
  favorite: boolean,
): Promise<void> {
  const changing = generations.filter((one) => one.favorite !== favorite);
  // The image's own request under way sends this as its next.
  const idle = changing.filter(({ id }) => !studio.favoriteChanges.has(id));
  const ids = idle.map(({ id }) => id);
  const sending = inBulk(studio.api, ids, favorite ? "favorite" : "unfavorite");
  const failing = sending.then(({ failed }) => new Set(failed));
  await Promise.all(
    batch(() =>
      changing.map((one) =>
        setFavorite(
          studio,
          one,
          favorite,
          failing.then((failed) => !failed.has(one.id)),
        ),
      ),
    ),
  );
  const { failed, problem } = await sending;
  studio.notify(
    failed.length > 0
      ? pictureText.notFavored(failed.length, problems[problem?.code ?? "storage_unavailable"])
      : (favorite ? pictureText.favored : pictureText.unfavored)(changing.length),
  );
}
