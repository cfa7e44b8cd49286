import { useMemo } from "preact/hooks";
import circleAlert from "lucide-static/icons/circle-alert.svg?raw";
import heart from "lucide-static/icons/heart.svg?raw";
import type { Generation } from "../../worker/contract.ts";
import { isInFlight } from "../studio/generation.ts";
import type { List } from "../studio/image-list.ts";
import { picturePath } from "../browser/router.ts";
import { making } from "../text/create.ts";
import { pictureText } from "../text/gallery.ts";
import { failures } from "../text/errors.ts";
import { Elapsed } from "../ui/elapsed.tsx";
import { Icon } from "../ui/icon.tsx";

/** In pixels; `offset` from the side where a line begins. */
type Box = { top: number; offset: number; width: number; height: number };

/** One text is set faster than four properties, and there are hundreds of them. */
export const placeOf = ({ top, offset, width, height }: Box) =>
  `inset-block-start:${top}px;inset-inline-start:${offset}px;inline-size:${width}px;block-size:${height}px`;

type TileProps = Box & {
  generation: Generation;
  place: number;
  /** How many there are, -1 while that is not known. */
  of: number;
  tabbable: boolean;
  selected: boolean;
  choosing: boolean;
};

/**
 * One picture in the gallery, or why there is none. A click opens it; while choosing, it chooses (`onTileClick`). Drawn
 * anew when it has changed, and not with every step of the window. (To keep the element itself from one drawing of the
 * grid to the next would keep all drawings before it: each knows the one that it was made for.)
 */
export function Tile({ generation, place, of, tabbable, selected, choosing, ...box }: TileProps) {
  const { id, prompt, favorite } = generation;
  const hasPicture = generation.status === "succeeded";
  const { top, offset, width, height } = box;
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
        >
          {hasPicture && <Thumbnail generation={generation} />}
        </a>
        {!hasPicture && <Words generation={generation} />}
        <button
          type="button"
          class="tile-check"
          role="checkbox"
          aria-checked={selected}
          aria-label={pictureText.choose(prompt)}
          tabIndex={tabbable && choosing ? 0 : -1}
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

/** Asked for as soon as its tile is drawn: the grid draws only those that are about to be seen. */
function Thumbnail({ generation: { thumbnailUrl, width, height, prompt } }: { generation: Generation }) {
  if (!thumbnailUrl || !width || !height) return null;
  return <img class="photo" src={thumbnailUrl} width={width} height={height} alt={prompt} decoding="async" />;
}

/** What a click in the grid does with the tile it hits: one listener for all of them, which come and go as one scrolls. */
export function onTileClick(event: MouseEvent, { selection }: List): void {
  const target = event.target instanceof Element ? event.target : null;
  const id = target?.closest("li")?.dataset["id"];
  const chooses = selection.active.peek() || event.shiftKey || target?.closest(".tile-check");
  if (!id || !chooses || !target?.closest("a, button")) return;
  event.preventDefault();
  if (event.shiftKey) selection.extend(id);
  else selection.toggle(id);
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
