import { isInFlight } from "../state/generation.ts";
import type { Generation } from "../../worker/contract.ts";
import { making } from "../text/making.ts";
import { pictureText } from "../text/pictures.ts";
import { told } from "../text/told.ts";

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
