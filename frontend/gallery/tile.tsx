import { useMemo } from "preact/hooks";
import circleAlert from "lucide-static/icons/circle-alert.svg?raw";
import heart from "lucide-static/icons/heart.svg?raw";
import layers from "lucide-static/icons/layers.svg?raw";
import link from "lucide-static/icons/link.svg?raw";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { type TileSize, tileSizes, tileSrcset } from "../../worker/shared/tile-image.ts";
import { imagePath } from "../browser/router.ts";
import { isInFlight } from "../studio/images/generation.ts";
import type { ImageList } from "../studio/images/image-list.ts";
import { errors } from "../text/errors.ts";
import { galleryText } from "../text/gallery.ts";
import { Elapsed } from "../ui/elapsed.tsx";
import { Icon } from "../ui/icon.tsx";
import { type Box, FRAME, IMAGE, LINK, styleOf } from "./first-rows/classes.ts";
import { TileActions } from "./tile-actions.tsx";

export function PlaceholderTile(box: Box) {
  return <li class={`skeleton ${FRAME}`} data-tile="placeholder" aria-hidden="true" style={styleOf(box)} />;
}

type TileProps = Box & {
  size: TileSize;
  generation: Generation;
  /** From 1 on. */
  position: number;
  /** How many images the list has; -1 while unknown. */
  count: number;
  /** How many images with the same prompt begin with this one; 0 for a single one. */
  groupSize: number;
  /** All images of the group are shown. */
  isExpanded: boolean;
  isInFirstRow: boolean;
  isTabbable: boolean;
  isSelected: boolean;
  isSelecting: boolean;
  /** Where nothing can hover, the checkbox is visible in selection mode only. */
  hasCheckbox: boolean;
  hasOverlay: boolean;
};

/**
 * One image of the gallery, or why there is none. A click opens it; in selection mode it selects it (`onTileClick`).
 * Memoized by its props, because the grid renders with every step of the window. (Reusing the element itself would
 * keep all earlier renders in memory: each element refers to the one before.)
 */
export function Tile(props: TileProps) {
  const { generation, size, position, count, groupSize, isExpanded } = props;
  const { isInFirstRow, isTabbable, isSelected, isSelecting, hasCheckbox, hasOverlay } = props;
  const { top, offset, width, height } = props;
  const { id, prompt, favorite, shareUrl } = generation;
  const hasImage = generation.status === "succeeded";
  const isLoading = isInFlight(generation);
  return useMemo(
    () => (
      <li
        data-id={id}
        data-tile={hasImage ? "image" : "message"}
        data-selected={isSelected || undefined}
        class={`group ring-inside scroll-mt-48 scroll-mb-24 ${FRAME} ${hasImage ? "" : "border border-line bg-surface [container-type:size]"} ${isLoading ? "skeleton" : ""}`}
        aria-posinset={position}
        aria-setsize={count}
        style={styleOf(props)}
      >
        <a
          href={imagePath(id)}
          class={LINK}
          tabIndex={isTabbable ? 0 : -1}
          data-focus-fallback={isTabbable ? 1 : undefined}
          aria-label={hasImage ? galleryText.open(prompt) : galleryText.failed(prompt)}
        >
          {hasImage && <TileImage generation={generation} size={size} isUrgent={isInFirstRow} />}
        </a>
        {!hasImage && <TileMessage generation={generation} isIndented={isSelecting} />}
        {hasImage && (favorite || shareUrl !== null) && (
          <span class="pointer-events-none absolute end-2 bottom-2 flex gap-1.5 text-on-image shadow-mark">
            {shareUrl !== null && <Mark icon={link} label={galleryText.publicLink} isHidden={hasOverlay} />}
            {favorite && <Mark icon={heart} label={galleryText.favorite} isHidden={hasOverlay} isFilled />}
          </span>
        )}
        {hasImage && hasOverlay && !isSelecting && (
          <TileActions generation={generation} isTabbable={isTabbable} />
        )}
        {groupSize > 0 && <GroupButton size={groupSize} isExpanded={isExpanded} isTabbable={isTabbable} />}
        {hasCheckbox && (
          <TileCheckbox
            label={galleryText.choose(prompt)}
            isChecked={isSelected}
            isSelecting={isSelecting}
            isTabbable={isTabbable && isSelecting}
            isOnImage={hasImage}
          />
        )}
      </li>
    ),
    [
      generation,
      size,
      top,
      offset,
      width,
      height,
      position,
      count,
      groupSize,
      isExpanded,
      isInFirstRow,
      isTabbable,
      isSelected,
      isSelecting,
      hasCheckbox,
      hasOverlay,
    ],
  );
}

type GroupButtonProps = { size: number; isExpanded: boolean; isTabbable: boolean };

/** Shows all images of a group, or only the first (`onTileClick`). */
function GroupButton({ size, isExpanded, isTabbable }: GroupButtonProps) {
  const label = isExpanded ? galleryText.collapseGroup(size) : galleryText.expandGroup(size);
  return (
    <button
      type="button"
      class="button glass small absolute end-1 top-1 gap-1 rounded-full px-2.5 nums touch:min-h-control touch:min-w-control"
      data-group=""
      aria-expanded={isExpanded}
      aria-label={label}
      title={label}
      tabIndex={isTabbable ? 0 : -1}
    >
      <Icon svg={layers} />
      {size}
    </button>
  );
}

type MarkProps = { icon: string; label: string; isHidden: boolean; isFilled?: boolean };

/** An icon in the corner of a tile, with its text for screen readers. The overlay covers it. */
function Mark({ icon, label, isHidden, isFilled = false }: MarkProps) {
  return (
    <span class={isFilled ? "[&_svg]:fill-current" : ""}>
      {!isHidden && <Icon svg={icon} />}
      <span class="sr-only">{label}</span>
    </span>
  );
}

type TileImageProps = { generation: Generation; size: TileSize; isUrgent: boolean };

/** Loads at once: the grid renders only tiles that are about to be seen. */
function TileImage({ generation, size, isUrgent }: TileImageProps) {
  const { outputUrl, thumbnailUrl, width, height, prompt } = generation;
  if (!thumbnailUrl || !width || !height) return null;
  const image = { thumbnailUrl, width, height };
  return (
    <img
      class={`${IMAGE} group-data-selected:opacity-75`}
      srcset={tileSrcset(image, size === "large" ? outputUrl : null)}
      sizes={tileSizes(image, size)}
      src={thumbnailUrl}
      width={width}
      height={height}
      alt={prompt}
      decoding="async"
      fetchpriority={isUrgent ? "high" : undefined}
    />
  );
}

type TileMessageProps = { generation: Generation; isIndented: boolean };

/**
 * In flight, failed or canceled: the reason and the prompt. They wrap into columns of which only the first is visible,
 * so that the prompt gives way in a low tile. `relative`: above the shimmer.
 */
function TileMessage({ generation, isIndented }: TileMessageProps) {
  const { prompt, status, error, createdAt } = generation;
  const isLoading = isInFlight(generation);
  const reason = error
    ? errors.failure(error.code)
    : isLoading
      ? galleryText.statuses[status]
      : galleryText.canceled;
  return (
    <div
      class={`pointer-events-none relative flex h-full flex-col flex-wrap justify-center gap-x-12 gap-y-1.5 overflow-hidden py-3 pe-4 text-sm wrap-anywhere *:w-full *:flex-none low:py-1.5 low:text-xs ${isIndented ? "ps-control" : "ps-4 mouse:ps-control"}`}
    >
      <p class="line-clamp-3 font-medium low:line-clamp-2" data-reason>
        {error && (
          <span class="me-1 inline-flex align-text-bottom text-danger">
            <Icon svg={circleAlert} />
          </span>
        )}
        {reason}
        {isLoading && (
          <span class="nums">
            {" "}
            <Elapsed since={createdAt} />
          </span>
        )}
      </p>
      <p class="line-clamp-1 text-muted md:line-clamp-2" dir="auto" data-prompt>
        {prompt}
      </p>
    </div>
  );
}

type TileCheckboxProps = {
  label: string;
  isChecked: boolean;
  isSelecting: boolean;
  isTabbable: boolean;
  isOnImage: boolean;
};

/** Visible in selection mode, on hover, and with the keyboard focus; else a tap could hit it unseen. */
const CHECKBOX_HIDDEN =
  "opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 aria-checked:opacity-100 touch:hidden";

function TileCheckbox({ label, isChecked, isSelecting, isTabbable, isOnImage }: TileCheckboxProps) {
  return (
    <button
      type="button"
      role="checkbox"
      class={`absolute start-0 top-0 grid size-control place-content-center rounded-full focus-visible:-outline-offset-6 ${isSelecting ? "" : CHECKBOX_HIDDEN}`}
      aria-checked={isChecked}
      aria-label={label}
      tabIndex={isTabbable ? 0 : -1}
    >
      <span class={isOnImage ? "check on-image" : "check"} />
    </button>
  );
}

/** Handles clicks for the whole grid: one listener, because tiles come and go while the user scrolls. */
export function onTileClick(event: MouseEvent, list: ImageList): void {
  const { selection } = list;
  const target = event.target instanceof Element ? event.target : null;
  const id = target?.closest("li")?.dataset["id"];
  const group = id !== undefined && target?.closest("[data-group]") ? list.groupOf(id) : undefined;
  if (group) return list.toggleGroup(group);
  const isOnTile = target?.closest("a, button") && !target.closest("[data-overlay]");
  const isSelecting = selection.isActive.peek() || event.shiftKey || target?.closest("[role=checkbox]");
  if (!id || !isOnTile || !isSelecting) return;
  event.preventDefault();
  const ids = list.idsOfTile(id);
  if (event.shiftKey) selection.extend(id, ids);
  else selection.toggle(id, ids);
}
