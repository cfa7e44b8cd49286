import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { afterNextPaint } from "../browser/after-next-paint.ts";
import { routerPart } from "../browser/router.ts";
import { storePart } from "../browser/storage.ts";
import { takeSaved } from "../browser/saved-position.ts";
import { connectionPart } from "../studio/session/connection.ts";
import { type ImageList, readScrollAnchor } from "../studio/images/image-list.ts";
import { retryFailures } from "../studio/session/retry.ts";
import { sessionPart } from "../studio/session/session.ts";
import { galleryText } from "../text/gallery.ts";
import { usePart } from "../ui/parts.ts";
import { DropTargets, draggedIds } from "./collections/drop-targets.tsx";
import { useCollections } from "./collections/use-collections.ts";
import { EmptyList, LoadError, SignInInvitation } from "./empty-state.tsx";
import { hasFirstRows, removeFirstRows } from "./first-rows/replace.ts";
import { GalleryGrid } from "./grid.tsx";
import { SelectionBar } from "./selection-bar.tsx";
import { GalleryToolbar } from "./toolbar.tsx";
import { GROUPING, useImageLists } from "./use-image-lists.ts";
import { useTileSize } from "./use-tile-size.ts";
import { SAVED_ANCHOR } from "./use-grid-window.ts";
import { zipProgress } from "./zip-download.ts";

export { CollectDialog } from "./collections/collect-dialog.tsx";

/** All images of the user: to browse, search, download and delete. */
export function GalleryPage() {
  const { session, user, error, load } = usePart(sessionPart);
  const hasNoImages = user.value === null && (session.value !== null || error.value !== null);
  useLayoutEffect(() => {
    if (hasNoImages) removeFirstRows();
  }, [hasNoImages]);
  if (user.value) return <Images />;
  return (
    <Main>
      {session.value && <SignInInvitation />}
      {session.value === null && error.value && (
        <LoadError code={error.value.code} onRetry={() => void load()} />
      )}
    </Main>
  );
}

/** An attribute instead of `:has()` in the stylesheet, which would check every tile that is added. */
function Main({ isSelecting = false, children }: { isSelecting?: boolean; children: ComponentChildren }) {
  return (
    <main id="content" class="px-gutter" data-selection-mode={isSelecting || undefined}>
      <h1 class="sr-only">{galleryText.title}</h1>
      {children}
    </main>
  );
}

function Images() {
  const router = usePart(routerPart);
  const imageLists = useImageLists();
  const { isGrouped } = imageLists;
  const store = usePart(storePart);
  const [size, setSize] = useTileSize();
  const { isConnected, wakeUps } = usePart(connectionPart);
  const { search } = router.route.value;
  const list = useMemo(() => {
    const opened = imageLists.listFor(search);
    // After a reload.
    if (opened.state.peek() === "waiting") {
      opened.scrollAnchor ??= readScrollAnchor(takeSaved(SAVED_ANCHOR));
    }
    return opened;
  }, [search]);
  // Under the document's first rows the toolbar and the grid are rendered in a task each.
  const hasGrid = useSignal(!hasFirstRows());
  useEffect(() => {
    void afterNextPaint().then(() => {
      hasGrid.value = true;
    });
  }, []);
  const isFirst = useRef(true);
  const state = list.state.value;
  const count = list.shown.value.length;
  const isEmpty = count === 0 && (state === "end" || state === "failed");
  // A zip download stays visible and can be canceled after its selection has ended.
  const isSelecting = list.selection.isActive.value || zipProgress.value !== null;

  // Before the first paint: a page that came with the document is shown without placeholders.
  useLayoutEffect(() => {
    const wasFirst = isFirst.current;
    const wasRead = list.state.peek() !== "waiting";
    isFirst.current = false;
    void list.loadMore(list.scrollAnchor?.id);
    // Without a socket no push said what changed since the list was read.
    if (wasFirst && wasRead && !isConnected.peek()) void list.refresh();
    return () => {
      list.pause();
      list.selection.end();
    };
  }, [list]);

  useLayoutEffect(() => {
    if (isEmpty) removeFirstRows();
  }, [isEmpty]);

  useEffect(
    () => retryFailures({ error: list.error, wakeUps, random: Math.random, retry: () => list.loadMore() }),
    [list],
  );

  useCurrentCollection(list);

  return (
    <Main isSelecting={isSelecting}>
      <GalleryToolbar
        list={list}
        size={size}
        onSize={setSize}
        isGrouped={isGrouped.value}
        onGroup={(next) => {
          isGrouped.value = next;
          store.set(GROUPING, next ? "on" : null);
        }}
      />
      {isEmpty && <EmptyList list={list} />}
      {!isEmpty && hasGrid.value && (
        <GalleryGrid
          key={search}
          list={list}
          size={size}
          shouldResume={
            router.isReturning || (isFirst.current && list.newCount.value === list.newCountWhenLeft)
          }
        />
      )}
      {isSelecting && <SelectionBar list={list} />}
      {draggedIds.value && <DropTargets ids={draggedIds.value} />}
      <p role="status" class="sr-only">
        {state === "end" || state === "more" ? galleryText.found(count, state === "more") : ""}
      </p>
    </Main>
  );
}

/** No push says what is in a collection: it is read again when the tab comes to the front or the network is back. */
function useCurrentCollection(list: ImageList): void {
  const { wakeUps } = usePart(connectionPart);
  const { all, load } = useCollections();
  const { collection } = list.filters;
  const wakes = wakeUps.value;
  const seenWakes = useRef(wakes);
  useEffect(() => {
    const isAwakened = wakes !== seenWakes.current;
    seenWakes.current = wakes;
    if (isAwakened && collection !== null) void list.refresh();
    // A gallery that shows no collection, and has shown none, needs no request.
    if (collection !== null || (isAwakened && all.peek() !== null)) void load();
  }, [wakes, list]);
}
