/** Follows the window: which part of the grid is rendered, where the user is, and when the next page is loaded. */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { afterNextPaint } from "../browser/after-next-paint.ts";
import { saveOnLeave } from "../browser/saved-position.ts";
import type { ImageList } from "../studio/images/image-list.ts";
import type { TileLayout } from "./day-rows.ts";
import { hasFirstRows } from "./first-rows/replace.ts";
import { rowIndexOf, rowsWithin } from "./justified-rows.ts";

/** The scroll anchor's name in the history entry. */
export const SAVED_ANCHOR = "scrollAnchor";

/** Rendered above and below the window, in window heights, so that scrolling shows images and not empty tiles. */
const OVERSCAN = 1;
/** Added per frame until `OVERSCAN` is reached. */
const OVERSCAN_STEP = 0.5;
/** Under the document's first rows the window is filled in so many parts, a task each, so that input waits for one only. */
const PARTS = 4;
/** The next page is loaded this many window heights before its images are reached. */
const LOAD_AHEAD = 2.5;

export type GridWindowOptions = {
  grid: RefObject<HTMLElement | null>;
  list: ImageList;
  layout: ReadonlySignal<TileLayout | null>;
  /** Starts at the list's scroll anchor, not at its top. */
  shouldResume: boolean;
};

/** The heights between which rows are rendered. */
export function useGridWindow({ grid, list, layout, shouldResume }: GridWindowOptions) {
  /** The part of the window that is filled. */
  const filled = useSignal(hasFirstRows() ? 1 / PARTS : 1);
  /** Until the grid is measured: what a window shows from the grid's top. */
  const range = useSignal<[from: number, to: number]>(
    list.scrollAnchor ? [0, 0] : [-innerHeight / 2, filled.peek() * innerHeight],
  );
  /** 0 until the images in the window are loaded: images outside it would delay them. */
  const overscan = useRef(0);
  const isResuming = useRef(shouldResume);

  /** After a reload, while the pages up to the scroll anchor are loading. */
  function isLoadingToAnchor(): boolean {
    const { scrollAnchor } = list;
    if (!isResuming.current || !scrollAnchor || list.state.peek() !== "loading") return false;
    return !list.shown.peek().some(({ id }) => id === scrollAnchor.id);
  }

  function update() {
    const top = grid.current?.getBoundingClientRect().top;
    const current = layout.peek();
    if (top === undefined || !current) return;
    // In steps of half a window, so that not every scrolled pixel renders again.
    const step = innerHeight / 2;
    const from = Math.floor((-top - overscan.current * innerHeight) / step) * step;
    const to =
      filled.peek() < 1
        ? Math.max(0, -top) + filled.peek() * innerHeight
        : from + (1 + 2 * overscan.current) * innerHeight + step;
    if (from !== range.peek()[0] || to !== range.peek()[1]) range.value = [from, to];
    if (isLoadingToAnchor()) return;
    const row = current.rows[rowsWithin(current.rows, -top, Infinity)[0]];
    const id = row && list.tiles.peek()[row.start]?.id;
    list.scrollAnchor = id && -top > 0 ? { id, offset: row.top + top } : null;
    const ahead = overscan.current > 0 ? LOAD_AHEAD : 0;
    const isNearEnd = current.height + top < (1 + ahead) * innerHeight;
    if (list.state.peek() === "more" && isNearEnd) void list.loadMore();
  }

  function fill(to: number) {
    filled.value = to;
    update();
  }

  /** Extends the rendered part, a step per frame. */
  function extend(to: number) {
    overscan.current = to;
    update();
    if (to >= OVERSCAN) return;
    void afterNextPaint().then(() => {
      if (grid.current && overscan.current < OVERSCAN) extend(to + OVERSCAN_STEP);
    });
  }

  useLayoutEffect(() => {
    const stopSaving = saveOnLeave(() => ({ [SAVED_ANCHOR]: list.scrollAnchor }));
    const onScroll = () => {
      fill(1);
      extend(OVERSCAN);
    };
    addEventListener("scroll", onScroll, { passive: true });
    addEventListener("resize", update);
    return () => {
      stopSaving();
      removeEventListener("scroll", onScroll);
      removeEventListener("resize", update);
      list.newCountWhenLeft = list.newCount.peek();
    };
  }, []);

  // Keeps what the user sees in place when images are added above it or the window is resized.
  const current = layout.value;
  useLayoutEffect(() => {
    if (!current || isLoadingToAnchor()) return;
    const { scrollAnchor } = list;
    const anchorId = scrollAnchor && list.tileIdOf(scrollAnchor.id);
    const index = list.tiles.peek().findIndex(({ id }) => id === anchorId);
    const row = current.rows[rowIndexOf(current.rows, index)];
    const top = grid.current?.getBoundingClientRect().top;
    if (scrollAnchor && row && top !== undefined && (isResuming.current || -top > 0)) {
      scrollBy({ top: row.top + top - scrollAnchor.offset, behavior: "instant" });
    }
    isResuming.current = false;
    // At the top everything moves when an image is added: no rows of their own for new images.
    if (top !== undefined && -top <= 0) list.newCount.value = 0;
    update();
  }, [current]);

  const [first, last] = current ? rowsWithin(current.rows, ...range.value) : [0, 0];
  const hasRows = last > first;
  const isFilled = hasRows && filled.value >= 1;
  useEffect(() => {
    if (!hasRows || filled.value >= 1) return;
    void afterNextPaint().then(() => {
      if (grid.current && filled.peek() < 1) fill(filled.peek() + 1 / PARTS);
    });
  }, [hasRows, filled.value]);
  useEffect(() => {
    if (!isFilled || !grid.current) return;
    void imagesLoaded(grid.current).then(() => {
      if (grid.current && overscan.current === 0) extend(OVERSCAN_STEP);
    });
  }, [isFilled]);

  /** The rows to render, as [first, after the last], and whether they fill the window. */
  return { first, last, isFilled };
}

/** Resolves when all images are loaded or have failed. */
function imagesLoaded(element: Element): Promise<unknown> {
  const loading = [...element.querySelectorAll("img")].filter(({ complete }) => !complete);
  return Promise.all(
    loading.map(
      (image) =>
        new Promise((resolve) => {
          for (const type of ["load", "error"]) image.addEventListener(type, resolve, { once: true });
        }),
    ),
  );
}
