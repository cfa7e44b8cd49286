import { useMemo } from "preact/hooks";
import circleAlert from "lucide-static/icons/circle-alert.svg?raw";
import heart from "lucide-static/icons/heart.svg?raw";
import type { Generation } from "../../worker/contract.ts";
import { isInFlight } from "../state/generation.ts";
import type { List } from "../state/list.ts";
import { picturePath } from "../state/router.ts";
import { making } from "../text/making.ts";
import { pictureText } from "../text/pictures.ts";
import { failures } from "../text/told.ts";
import { Elapsed } from "./elapsed.tsx";
import { Icon } from "./icon.tsx";
import { Photo } from "./photo.tsx";

/** In pixels; `offset` from the side where a line begins. */
type Box = { top: number; offset: number; width: number; height: number };

/** One text is set faster than four properties, and there are hundreds of them. */
export const placeOf = ({ top, offset, width, height }: Box) =>
  `inset-block-start:${top}px;inset-inline-start:${offset}px;inline-size:${width}px;block-size:${height}px`;

type Props = {
  list: List;
  generation: Generation;
  box: Box;
  place: number;
  /** How many there are, -1 while that is not known. */
  of: number;
  tabbable: boolean;
  selected: boolean;
  choosing: boolean;
};

/** One picture in the gallery, or why there is none. A click opens it; while choosing, it chooses. */
export function Tile({ list, generation, box, place, of, tabbable, selected, choosing }: Props) {
  const { id, prompt, favorite } = generation;
  const hasPicture = generation.status === "succeeded";
  const choose = (event: MouseEvent) => {
    event.preventDefault();
    if (event.shiftKey) list.selection.extend(id);
    else list.selection.toggle(id);
  };
  const { top, offset, width, height } = box;
  // Drawn anew when it has changed, and not with every step of the window.
  return useMemo(
    () => (
      <li
        data-id={id}
        class={`tile ${hasPicture ? "" : "tile-card"} ${isInFlight(generation) ? "shimmer" : ""}`}
        data-selected={selected || undefined}
        aria-posinset={place}
        aria-setsize={of}
        style={placeOf(box)}
      >
        <a
          href={picturePath(id)}
          class="picture"
          tabIndex={tabbable ? 0 : -1}
          aria-label={hasPicture ? making.open(prompt) : pictureText.failed(prompt)}
          onClick={(event) => {
            if (choosing || event.shiftKey) choose(event);
          }}
        >
          {hasPicture && <Photo generation={generation} />}
        </a>
        {!hasPicture && <Words generation={generation} />}
        <button
          type="button"
          class="tile-check"
          role="checkbox"
          aria-checked={selected}
          aria-label={pictureText.choose(prompt)}
          tabIndex={tabbable && choosing ? 0 : -1}
          onClick={choose}
        />
        {favorite && (
          <span class="tile-mark">
            <Icon svg={heart} />
            <span class="sr-only">{pictureText.favorite}</span>
          </span>
        )}
      </li>
    ),
    [generation, top, offset, width, height, place, of, tabbable, selected, choosing],
  );
}

/** On its way, failed or canceled: says so, with the prompt and the reason. */
function Words({ generation }: { generation: Generation }) {
  const { prompt, status, error, createdAt } = generation;
  const working = isInFlight(generation);
  const sentence = error ? failures[error.code] : working ? pictureText.statuses[status] : making.canceled;
  return (
    <div class="tile-words">
      <p class="tile-reason">
        {error && <Icon svg={circleAlert} />}
        {sentence}
        {working && (
          <span class="tabular-nums">
            {" "}
            <Elapsed since={createdAt} />
          </span>
        )}
      </p>
      <p class="tile-prompt" dir="auto">
        {prompt}
      </p>
    </div>
  );
}
