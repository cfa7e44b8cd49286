import { isComposing } from "../browser/composition.ts";
import { hasCommand, keyOf } from "../browser/keys.ts";
import type { Favorites } from "../studio/images/favorites.ts";
import type { ImageList } from "../studio/images/image-list.ts";
import type { PendingDeletions } from "../studio/images/pending-deletions.ts";
import { focusFallback } from "../ui/focus.ts";
import type { TileLayout } from "./day-rows.ts";
import { itemBoxes, rowIndexOf } from "./justified-rows.ts";

export type GridKeyContext = {
  list: ImageList;
  layout: TileLayout;
  favorites: Pick<Favorites, "toggle">;
  pendingDeletions: Pick<PendingDeletions, "add">;
  /** Single letters act, unless the user has turned them off. */
  areLettersOn: boolean;
  /** The image that has the focus, or would get it. */
  currentId: string | null;
  focus: (id: string) => void;
};

/** A held key acts once: a held Delete would delete one image after the other. */
const ACTS_ONCE = /^([azxf ]|Delete|Backspace)$/;

/** Handles the keys of the grid; the browser handles all others. */
export function onGridKey(event: KeyboardEvent, context: GridKeyContext): void {
  if (event.altKey || isComposing(event)) return;
  const key = keyOf(event);
  if (event.repeat && ACTS_ONCE.test(key)) return event.preventDefault();
  const { list, currentId } = context;
  const { selection } = list;
  const generation = list.tiles.peek().find(({ id }) => id === currentId);
  const isLetterOff = /^[xf]$/.test(key) && !context.areLettersOn;
  const isOnButton = event.target instanceof Element && event.target.closest("button") !== null;
  const focusOrFallback = (id: string | null) => (id !== null ? context.focus(id) : focusFallback());

  if (event.ctrlKey || event.metaKey) {
    if (key !== "a" || !hasCommand(event)) return;
    selection.all();
  } else if (isLetterOff) return;
  else if (key === "x" || (key === " " && !isOnButton)) {
    if (!generation) return;
    const ids = list.idsOfTile(generation.id);
    if (event.shiftKey) selection.extend(generation.id, ids);
    else selection.toggle(generation.id, ids);
  } else if (key === "f") {
    if (generation?.status !== "succeeded") return;
    const next = neighborOf(list, [generation.id], currentId);
    void context.favorites.toggle(generation.id);
    // It has left the list if that shows favorites only.
    if (!list.tiles.peek().some(({ id }) => id === currentId)) focusOrFallback(next);
  } else if (key === "Delete" || key === "Backspace") {
    const selected = selection.selected.peek().map(({ id }) => id);
    const ids = selected.length > 0 ? selected : generation ? [generation.id] : [];
    const next = neighborOf(list, ids, currentId);
    if (ids.length === 0 || !context.pendingDeletions.add(ids)) return;
    selection.end();
    focusOrFallback(next);
  } else if (key === "Escape") {
    if (!selection.isActive.peek()) return;
    selection.end();
  } else {
    const target = targetOf(key, context);
    if (target === null) return;
    if (event.shiftKey) {
      if (!selection.isActive.peek() && generation) {
        selection.toggle(generation.id, list.idsOfTile(generation.id));
      }
      selection.extend(target, list.idsOfTile(target));
    }
    context.focus(target);
  }
  event.preventDefault();
}

/** The image that a key leads to: the next in reading order, or the nearest one above or below. */
function targetOf(key: string, { list, layout: { rows, ratios }, currentId }: GridKeyContext): string | null {
  const tiles = list.tiles.peek();
  const count = rows.at(-1)?.end ?? 0;
  const index = tiles.findIndex(({ id }) => id === currentId);
  const idAt = (at: number) => tiles[Math.max(0, Math.min(count - 1, at))]?.id ?? null;
  const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  if (key === "Home") return idAt(0);
  if (key === "End") return idAt(count - 1);
  if (key === "ArrowLeft" || key === "ArrowRight") return idAt(key === forward ? index + 1 : index - 1);
  if (key !== "ArrowUp" && key !== "ArrowDown") return null;
  const from = rowIndexOf(rows, index);
  const row = rows[from];
  const to = rows[key === "ArrowDown" ? from + 1 : from - 1];
  if (!row || !to) return null;
  const box = itemBoxes(row, ratios, 0)[index - row.start];
  const middle = box ? box.offset + box.width / 2 : 0;
  const distances = itemBoxes(to, ratios, 0).map(({ offset, width }) =>
    Math.abs(offset + width / 2 - middle),
  );
  return idAt(to.start + distances.indexOf(Math.min(...distances)));
}

/** What gets the focus when these leave the list: the next image that stays, else the one before. */
function neighborOf(list: ImageList, leavingIds: readonly string[], currentId: string | null): string | null {
  const tiles = list.tiles.peek();
  const leaving = new Set(leavingIds);
  const index = tiles.findIndex(({ id }) => id === currentId);
  const stays = ({ id }: { id: string }) => !leaving.has(id);
  return (tiles.slice(index).find(stays) ?? tiles.slice(0, Math.max(0, index)).findLast(stays))?.id ?? null;
}
