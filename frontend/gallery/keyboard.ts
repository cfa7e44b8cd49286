import type { Gallery } from "../studio/image-lists.ts";
import type { List } from "../studio/image-list.ts";
import { boxesOf, rowOf } from "./justified-rows.ts";
import { toggleFavorite } from "../studio/favorites.ts";
import type { Studio } from "../studio/studio.ts";
import type { Tiles } from "./grid-layout.ts";
import { isComposing } from "../browser/composition.ts";
import { hasCommand, keyOf } from "../browser/keys.ts";
import { singleKeysOn } from "../studio/shortcuts.ts";
import { goOn } from "../ui/focus.ts";

type Where = {
  studio: Studio;
  gallery: Gallery;
  list: List;
  placed: Tiles;
  /** The picture that has the focus, or would get it. */
  current: string | null;
  focus: (id: string) => void;
};

/** A held key acts once: a held Delete would delete one image after the other. */
const ACTS_ONCE = /^([azxf ]|Delete|Backspace)$/;

/** Handles the keys of the grid; the browser handles all others. */
export function onGalleryKey(event: KeyboardEvent, where: Where): void {
  if (event.altKey || isComposing(event)) return;
  const key = keyOf(event);
  if (event.repeat && ACTS_ONCE.test(key)) return event.preventDefault();
  const { list, gallery, studio, current } = where;
  const { selection } = list;
  const generation = list.shown.peek().find(({ id }) => id === current);
  const isLetterOff = /^[xf]$/.test(key) && !singleKeysOn(studio.store);
  const onCheck = event.target instanceof Element && event.target.closest("button") !== null;
  const goOnAt = (next: string | null) => (next !== null ? where.focus(next) : goOn());

  if (event.ctrlKey || event.metaKey) {
    if (key !== "a" || !hasCommand(event)) return;
    selection.all();
  } else if (isLetterOff) return;
  else if (key === "x" || (key === " " && !onCheck)) {
    if (!generation) return;
    if (event.shiftKey) selection.extend(generation.id);
    else selection.toggle(generation.id);
  } else if (key === "f") {
    if (generation?.status !== "succeeded") return;
    const next = neighbour(list, [generation.id], current);
    void toggleFavorite(studio, generation);
    // Among the favourites it stays no longer.
    if (!list.shown.peek().some(({ id }) => id === current)) goOnAt(next);
  } else if (key === "Delete" || key === "Backspace") {
    const chosen = selection.selected.peek().map(({ id }) => id);
    const ids = chosen.length > 0 ? chosen : generation ? [generation.id] : [];
    const next = neighbour(list, ids, current);
    if (ids.length === 0 || !gallery.trash.remove(ids)) return;
    selection.end();
    goOnAt(next);
  } else if (key === "Escape") {
    if (!selection.active.peek()) return;
    selection.end();
  } else {
    const target = targetOf(key, where);
    if (target === null) return;
    if (event.shiftKey) {
      if (!selection.active.peek() && generation) selection.toggle(generation.id);
      selection.extend(target);
    }
    where.focus(target);
  }
  event.preventDefault();
}

/** The picture an arrow leads to: along the rows, or to what stands nearest above or below. */
function targetOf(key: string, { list, placed, current }: Where): string | null {
  const shown = list.shown.peek();
  const drawn = placed.rows.at(-1)?.end ?? 0;
  const index = shown.findIndex(({ id }) => id === current);
  const at = (place: number) => shown[Math.max(0, Math.min(drawn - 1, place))]?.id ?? null;
  const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  if (key === "Home") return at(0);
  if (key === "End") return at(drawn - 1);
  if (key === "ArrowLeft" || key === "ArrowRight") return at(key === forward ? index + 1 : index - 1);
  if (key !== "ArrowUp" && key !== "ArrowDown") return null;
  const from = rowOf(placed.rows, index);
  const row = placed.rows[from];
  const to = placed.rows[key === "ArrowDown" ? from + 1 : from - 1];
  if (!row || !to) return null;
  const box = boxesOf(row, placed.ratios, 0)[index - row.start];
  const middle = box ? box.offset + box.width / 2 : 0;
  const distances = boxesOf(to, placed.ratios, 0).map(({ offset, width }) =>
    Math.abs(offset + width / 2 - middle),
  );
  return at(to.start + distances.indexOf(Math.min(...distances)));
}

/** Where the focus goes when these leave the list: the next that stays, else the one before. */
function neighbour(list: List, leaving: readonly string[], current: string | null): string | null {
  const shown = list.shown.peek();
  const leave = new Set(leaving);
  const index = shown.findIndex(({ id }) => id === current);
  const stays = ({ id }: { id: string }) => !leave.has(id);
  return (shown.slice(index).find(stays) ?? shown.slice(0, Math.max(0, index)).findLast(stays))?.id ?? null;
}
