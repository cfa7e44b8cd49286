import type { Generation } from "../../worker/contract.ts";
import { pictureText } from "../text/pictures.ts";
import { problems } from "../text/told.ts";
import { inBulk } from "./bulk.ts";
import type { Studio } from "./studio.ts";

/** Makes many pictures favourites, or no longer: shown at once, and taken back where it could not be kept. */
export async function favoriteAll(
  { api, changed, toast }: Pick<Studio, "api" | "changed" | "toast">,
  generations: readonly Generation[],
  favorite: boolean,
): Promise<void> {
  const before = new Map(generations.filter((one) => one.favorite !== favorite).map((one) => [one.id, one]));
  for (const generation of before.values()) changed({ ...generation, favorite });
  const { failed, problem } = await inBulk(api, [...before.keys()], favorite ? "favorite" : "unfavorite");
  for (const id of failed) {
    const generation = before.get(id);
    if (generation) changed(generation);
  }
  const kept = before.size - failed.length;
  if (failed.length > 0) {
    toast.value = pictureText.notFavored(failed.length, problems[problem?.code ?? "storage_unavailable"]);
  } else toast.value = favorite ? pictureText.favored(kept) : pictureText.unfavored(kept);
}
