import { isInFlight } from "../studio/generation.ts";
import type { Generation } from "../../worker/contract.ts";
import { making } from "../text/create.ts";
import { pictureText } from "../text/gallery.ts";
import { told } from "../text/errors.ts";

/** Where a picture would be: why there is none, or not yet. */
export function WithoutPicture({ generation }: { generation: Generation }) {
  const { error } = generation;
  const working = isInFlight(generation);
  return (
    <div class={`stage-words ${working ? "shimmer" : ""}`}>
      <h1>{working ? pictureText.notYet : error ? told.failure(error.code) : making.canceled}</h1>
    </div>
  );
}
