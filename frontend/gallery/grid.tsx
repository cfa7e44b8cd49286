import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Gallery } from "../studio/image-lists.ts";
import type { List } from "../studio/image-list.ts";
import type { Router } from "../browser/router.ts";
import { boxesOf, bottomOf, type Frame, layRows, rowOf, rowsWithin } from "./justified-rows.ts";
import { saveOnLeave } from "../browser/saved-position.ts";
import type { Studio } from "../studio/studio.ts";
import { placeTiles } from "./grid-layout.ts";
import { making } from "../text/create.ts";
import { pictureText } from "../text/gallery.ts";
import { told } from "../text/errors.ts";
import { onGalleryKey } from "./keyboard.ts";
import { onTileClick, placeOf, Tile } from "./tile.tsx";

/** Drawn above and below the window, in its heights, so that scrolling meets pictures and not their places. */
const OVERSCAN = 1;
/** So much more of it in a frame, where nobody scrolls yet. */
const OVERSCAN_STEP = 0.5;
/** The next page is asked for this many window heights ahead. */
const READ_AHEAD = 2.5;
/** Where the stylesheet does not say. */
const ROW_HEIGHT = 208;
const PLACEHOLDERS = [1, 1.5, 0.75, 1.33, 1, 0.67, 1.78, 1, 1.2, 0.8, 1.5, 1, 0.75, 1.5, 1, 1.33];

type Props = {
  studio: Studio;
  router: Router;
  gallery: Gallery;
  list: List;
  /** Starts where the list was left, not at its top. */
  resume: boolean;
};

/**
 * The pictures of a list in rows. Every place is known before its picture is there, and only rows near the window
 * are drawn: the page costs the same at fifty pictures and at ten thousand (docs/decisions/0012).
 */
export function GalleryGrid({ studio, router, gallery, list, resume }: Props) {
  const grid = useRef<HTMLUListElement>(null);
  const frame = useSignal<Frame | null>(null);
  /** Between which heights rows are drawn; before anybody has looked, those that a window shows from its top. */
  const sight = useSignal<[from: number, to: number]>(list.place ? [0, 0] : [-innerHeight / 2, innerHeight]);
  /** The one that Tab leads to, and arrows leave from. */
  const current = useSignal<string | null>(null);
  /** The same, also once it has left the list and nothing is there. */
  const latest = useRef<string | null>(null);
  const focusing = useRef(false);
  /** At first only what is in the window is drawn, and no page more is asked for: the rest would hold it up. */
  const overscan = useRef(0);
  const resuming = useRef(resume);
  const tiles = useComputed(() => frame.value && placeTiles(list, frame.value));

  const shown = list.shown.value;
  const state = list.state.value;
  const busy = state === "waiting" || state === "loading";

  /** Follows the window: what is to be drawn, where the user is, whether more is needed. */
  function look() {
    const top = grid.current?.getBoundingClientRect().top;
    const placed = tiles.peek();
    if (top === undefined || !placed) return;
    // In steps of half a window, so that not every pixel draws anew.
    const step = innerHeight / 2;
    const from = Math.floor((-top - overscan.current * innerHeight) / step) * step;
    const to = from + (1 + 2 * overscan.current) * innerHeight + step;
    if (from !== sight.peek()[0] || to !== sight.peek()[1]) sight.value = [from, to];
    if (isReadingToPlace()) return;
    const row = placed.rows[rowsWithin(placed.rows, -top, Infinity)[0]];
    const id = row && list.shown.peek()[row.start]?.id;
    list.place = id && -top > 0 ? { id, offset: row.top + top } : null;
    const ahead = overscan.current > 0 ? READ_AHEAD : 0;
    if (list.state.peek() === "more" && placed.height + top < (1 + ahead) * innerHeight) void list.more();
  }

  /** After a reload: the pages up to the user's place are being read. */
  function isReadingToPlace(): boolean {
    const { place } = list;
    if (!resuming.current || !place || list.state.peek() !== "loading") return false;
    return !list.shown.peek().some(({ id }) => id === place.id);
  }

  function lookAround(overscanned: number) {
    overscan.current = overscanned;
    look();
    if (overscanned >= OVERSCAN) return;
    requestAnimationFrame(() => {
      setTimeout(() => {
        if (grid.current && overscan.current < OVERSCAN) lookAround(overscanned + OVERSCAN_STEP);
      });
    });
  }

  useLayoutEffect(() => {
    const element = grid.current;
    if (!element) return;
    const measure = () => {
      const { rowGap, gridAutoRows } = getComputedStyle(element);
      const next = {
        width: element.clientWidth,
        rowHeight: Number.parseFloat(gridAutoRows) || ROW_HEIGHT,
        gap: Number.parseFloat(rowGap) || 0,
      };
      if (JSON.stringify(next) !== JSON.stringify(frame.peek())) frame.value = next;
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    const forget = saveOnLeave(() => ({ place: list.place }));
    const onScroll = () => lookAround(OVERSCAN);
    addEventListener("scroll", onScroll, { passive: true });
    addEventListener("resize", look);
    return () => {
      observer.disconnect();
      forget();
      removeEventListener("scroll", onScroll);
      removeEventListener("resize", look);
      list.seen = list.arrived.peek();
      // Nothing is left: should the last one come back, that is where one goes on.
      if (list.shown.peek().length === 0) gallery.viewed.value ??= latest.current;
    };
  }, []);

  // What someone looks at stays where it is, whatever comes above it, and however the window turns.
  const placed = tiles.value;
  useLayoutEffect(() => {
    if (!placed || isReadingToPlace()) return;
    const { place } = list;
    const index = place ? list.shown.peek().findIndex(({ id }) => id === place.id) : -1;
    const row = placed.rows[rowOf(placed.rows, index)];
    const top = grid.current?.getBoundingClientRect().top;
    if (place && row && top !== undefined && (resuming.current || -top > 0)) {
      scrollBy({ top: row.top + top - place.offset, behavior: "instant" });
    }
    resuming.current = false;
    // At the top everything moves with an arrival anyway: there it takes its place in full rows.
    if (top !== undefined && -top <= 0) list.arrived.value = 0;
    look();
  }, [placed]);

  /** Goes to a picture: draws it if need be, shows it, and gives it the focus. */
  function focus(id: string) {
    current.value = id;
    focusing.current = true;
  }
  const row = placed
    ? rowOf(
        placed.rows,
        shown.findIndex(({ id }) => id === current.value),
      )
    : -1;
  useLayoutEffect(() => {
    if (!focusing.current || row < 0) return;
    focusing.current = false;
    const tile = grid.current?.querySelector<HTMLElement>('a[tabindex="0"]');
    tile?.focus({ preventScroll: true });
    tile?.scrollIntoView({ block: "nearest" });
  });

  // Back from the pictures themselves: to the one that was looked at last.
  const { picture } = router.route.value;
  useEffect(() => {
    const { value: viewed } = gallery.viewed;
    if (picture !== null || viewed === null) return;
    gallery.viewed.value = null;
    if (list.shown.peek().some(({ id }) => id === viewed)) focus(viewed);
  }, [picture]);

  const [first, last] = placed ? rowsWithin(placed.rows, ...sight.value) : [0, 0];
  const drawn = placed ? placed.rows.slice(first, last) : [];
  const away = placed && row >= 0 && (row < first || row >= last) ? placed.rows[row] : undefined;
  if (away) drawn.push(away);
  const hasDrawn = drawn.length > 0;
  useEffect(() => {
    if (!hasDrawn || !grid.current) return;
    void picturesIn(grid.current).then(() => {
      if (grid.current && overscan.current === 0) lookAround(OVERSCAN_STEP);
      setTimeout(() => (studio.settled.value = true));
    });
  }, [hasDrawn]);
  const isCurrent = row >= 0 ? current.value : (shown[drawn[0]?.start ?? 0]?.id ?? null);
  latest.current = isCurrent ?? latest.current;
  const chosen = list.selection.ids.value;
  const choosing = list.selection.active.value;
  const waiting =
    busy && shown.length === 0 && frame.value
      ? layRows(PLACEHOLDERS, frame.value, { start: 0, end: PLACEHOLDERS.length, top: 0, open: true })
      : [];
  const height = placed && shown.length > 0 ? placed.height : bottomOf(waiting);

  return (
    <>
      <ul
        ref={grid}
        class="gallery-grid"
        aria-label={pictureText.title}
        aria-busy={busy}
        data-choosing={choosing || undefined}
        style={{ blockSize: `${height}px` }}
        onFocusIn={({ target }) => {
          const id = target instanceof Element && target.closest("li")?.dataset["id"];
          if (id && id !== current.peek()) current.value = id;
        }}
        onClick={(event) => onTileClick(event, list)}
        onKeyDown={(event) =>
          placed && onGalleryKey(event, { studio, gallery, list, placed, current: isCurrent, focus })
        }
      >
        {frame.value &&
          placed &&
          drawn.flatMap((one) =>
            boxesOf(one, placed.ratios, frame.value?.gap ?? 0).map(({ offset, width }, place) => {
              const index = one.start + place;
              const generation = shown[index];
              return (
                generation && (
                  <Tile
                    key={generation.id}
                    generation={generation}
                    top={one.top}
                    offset={offset}
                    width={width}
                    height={one.height}
                    place={index + 1}
                    of={state === "end" ? shown.length : -1}
                    tabbable={generation.id === isCurrent}
                    selected={chosen.has(generation.id)}
                    choosing={choosing}
                  />
                )
              );
            }),
          )}
        {waiting.flatMap((one) =>
          boxesOf(one, PLACEHOLDERS, frame.value?.gap ?? 0).map(({ offset, width }) => (
            <li
              key={`${one.top}-${offset}`}
              class="tile shimmer"
              aria-hidden="true"
              style={placeOf({ top: one.top, offset, width, height: one.height })}
            />
          )),
        )}
      </ul>
      <div class="gallery-end">
        {state === "failed" && shown.length > 0 && list.problem.value && (
          <div role="alert">
            <p>{told.notLoaded(list.problem.value.code)}</p>
            <button type="button" class="button plain" onClick={() => void list.more()}>
              {making.tryAgain}
            </button>
          </div>
        )}
        <p role="status">
          {list.looking.value
            ? pictureText.looking
            : state === "end" && shown.length > 0
              ? pictureText.end
              : ""}
        </p>
      </div>
    </>
  );
}

/** Until they are there, or cannot be had. */
function picturesIn(element: Element): Promise<unknown> {
  const waiting = [...element.querySelectorAll("img")].filter(({ complete }) => !complete);
  return Promise.all(
    waiting.map(
      (image) =>
        new Promise((done) => {
          for (const end of ["load", "error"]) image.addEventListener(end, done, { once: true });
        }),
    ),
  );
}
