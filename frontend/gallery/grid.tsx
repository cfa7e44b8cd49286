import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { TileSize } from "../../worker/shared/tile-image.ts";
import { storePart } from "../browser/storage.ts";
import { favoritesPart } from "../studio/images/favorites.ts";
import { writeFilters } from "../studio/images/filters.ts";
import type { ImageList } from "../studio/images/image-list.ts";
import { pendingDeletionsPart } from "../studio/images/pending-deletions.ts";
import { singleKeysOn } from "../studio/shortcuts.ts";
import { errors } from "../text/errors.ts";
import { galleryText } from "../text/gallery.ts";
import { usePart } from "../ui/parts.ts";
import { useTileOverlay } from "../ui/use-tile-overlay.ts";
import { daysAgo } from "./days.ts";
import { onTileDragStart } from "./collections/drop-targets.tsx";
import { GRID, ROWS } from "./first-rows/classes.ts";
import { replaceFirstRows } from "./first-rows/replace.ts";
import { bottomOf, itemBoxes, layoutRows } from "./justified-rows.ts";
import { onGridKey } from "./keyboard.ts";
import { onTileClick, PlaceholderTile, Tile } from "./tile.tsx";
import type { GridOptions } from "./day-rows.ts";
import { useGridLayout } from "./use-grid-layout.ts";
import { useGridWindow } from "./use-grid-window.ts";
import { useRovingFocus } from "./use-roving-focus.ts";

const PLACEHOLDER_RATIOS = [1, 1.5, 0.75, 1.33, 1, 0.67, 1.78, 1, 1.2, 0.8, 1.5, 1, 0.75, 1.5, 1, 1.33];

type Props = {
  list: ImageList;
  /** Starts at the list's scroll anchor, not at its top. */
  shouldResume: boolean;
  size: TileSize;
};

/**
 * The images of a list in justified rows. Each tile's position is known before its image is loaded, and only rows near
 * the window are rendered: the page costs the same with fifty images and with ten thousand
 * (docs/decisions/0012-virtualized-justified-rows.md).
 */
export function GalleryGrid({ list, shouldResume, size }: Props) {
  const favorites = usePart(favoritesPart);
  const pendingDeletions = usePart(pendingDeletionsPart);
  const store = usePart(storePart);
  const grid = useRef<HTMLUListElement>(null);
  const { options, layout } = useGridLayout(grid, list, size);
  const { first, last, isFilled } = useGridWindow({ grid, list, layout, shouldResume });
  const tiles = list.tiles.value;
  const { value: current } = layout;
  const rows = current?.rows.slice(first, last) ?? [];
  const firstVisibleId = tiles[rows[0]?.start ?? 0]?.id ?? null;
  const { currentId, rowIndex, focus, onFocusIn } = useRovingFocus(grid, list, current, firstVisibleId);
  useLayoutEffect(() => {
    if (!isFilled || !grid.current) return;
    const focusedId = replaceFirstRows(grid.current);
    if (focusedId !== null) focus(focusedId);
  }, [isFilled]);
  const { selection } = list;
  const isSelecting = selection.isActive.value;
  const hasCheckboxes = isSelecting || !matchMedia("(hover: none)").matches;
  const { isShown, hidePressed, handlers } = useTileOverlay((id) => {
    if (!selection.ids.peek().has(id)) selection.toggle(id, list.idsOfTile(id));
  });
  useEffect(() => {
    if (!isSelecting) hidePressed();
  }, [isSelecting]);

  // In order: Chromium scrolls to a focused element that is moved in the document.
  const focusedRow = current?.rows[rowIndex];
  if (focusedRow && rowIndex < first) rows.unshift(focusedRow);
  else if (focusedRow && rowIndex >= last) rows.push(focusedRow);
  const state = list.state.value;
  const isBusy = state === "waiting" || state === "loading";
  const selectedIds = selection.ids.value;
  const isPlaceholder = isBusy && tiles.length === 0 && options.value !== null;

  return (
    <>
      <ul
        ref={grid}
        {...handlers}
        class={`${GRID} ${ROWS[size]} [overflow-anchor:none] aria-busy:min-h-dvh`}
        aria-label={galleryText.title}
        aria-busy={isBusy}
        style={{
          blockSize: `${isPlaceholder ? placeholderHeight(options.value) : (current?.height ?? 0)}px`,
        }}
        onFocusIn={(event) => {
          onFocusIn(event);
          handlers.onFocusIn(event);
        }}
        onClick={(event) => onTileClick(event, list)}
        onDragStart={(event) => onTileDragStart(event, list)}
        onKeyDown={(event) => {
          if (!current) return;
          const areLettersOn = singleKeysOn(store);
          onGridKey(event, {
            list,
            layout: current,
            favorites,
            pendingDeletions,
            areLettersOn,
            currentId,
            focus,
          });
        }}
      >
        {current &&
          rows.flatMap((row) => [
            row.day !== undefined && (
              <DayHeading
                key={`day-${row.day}-${row.start}`}
                day={row.day}
                top={row.top - current.heading}
                height={current.heading}
              />
            ),
            ...itemBoxes(row, current.ratios, current.gap).map((box, place) => {
              const index = row.start + place;
              const generation = tiles[index];
              const group = generation && list.groupOf(generation.id);
              return (
                generation && (
                  <Tile
                    key={generation.id}
                    {...box}
                    generation={generation}
                    top={row.top}
                    height={row.height}
                    size={size}
                    position={index + 1}
                    count={state === "end" ? tiles.length : -1}
                    groupSize={group?.members.length ?? 0}
                    isExpanded={group?.isExpanded ?? false}
                    isInFirstRow={row.start === 0}
                    isTabbable={generation.id === currentId}
                    isSelected={selectedIds.has(generation.id)}
                    isSelecting={isSelecting}
                    hasCheckbox={hasCheckboxes}
                    hasOverlay={isShown(generation.id)}
                  />
                )
              );
            }),
          ])}
        {isPlaceholder && <Placeholder options={options.value} />}
      </ul>
      <ListEnd list={list} />
    </>
  );
}

type DayHeadingProps = { day: number; top: number; height: number };

/** Above the first row of a day. In the list, where the images that belong to it follow. */
function DayHeading({ day, top, height }: DayHeadingProps) {
  return (
    <li
      class="absolute inset-x-0 flex items-end pb-2 text-sm font-semibold"
      style={`inset-block-start:${top}px;block-size:${height}px`}
    >
      <h2>{galleryText.day(day, daysAgo(day, Date.now()))}</h2>
    </li>
  );
}

/** Below where the first heading will be. */
const placeholderRows = (options: GridOptions) =>
  layoutRows(PLACEHOLDER_RATIOS, options, {
    start: 0,
    end: PLACEHOLDER_RATIOS.length,
    top: options.heading,
    isOpen: true,
  });

const placeholderHeight = (options: GridOptions | null) => (options ? bottomOf(placeholderRows(options)) : 0);

function Placeholder({ options }: { options: GridOptions | null }) {
  if (!options) return null;
  return placeholderRows(options).flatMap((row) =>
    itemBoxes(row, PLACEHOLDER_RATIOS, options.gap).map((box) => (
      <PlaceholderTile key={`${row.top}-${box.offset}`} {...box} top={row.top} height={row.height} />
    )),
  );
}

/** Below the grid: why no more images are loaded. */
function ListEnd({ list }: { list: ImageList }) {
  const count = list.shown.value.length;
  const state = list.state.value;
  const error = list.error.value;
  return (
    <div class="pt-12 pb-24 text-center text-sm text-muted">
      {state === "failed" && count > 0 && error && (
        <div role="alert" class="grid justify-items-center gap-4">
          <p>{errors.notLoaded(error.code)}</p>
          <button type="button" class="button plain" onClick={() => void list.loadMore()}>
            {galleryText.tryAgain}
          </button>
        </div>
      )}
      <p role="status">{list.isSearchingFurther.value ? galleryText.searchingFurther : ""}</p>
      {/* Beside filters the toolbar has the count; a screen reader has it from the page's own status. */}
      {state === "end" && count > 0 && !writeFilters(list.filters) && (
        <p aria-hidden="true">{galleryText.found(count, false)}</p>
      )}
    </div>
  );
}
