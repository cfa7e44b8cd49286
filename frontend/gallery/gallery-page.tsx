import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { GalleryEmpty, SignInInvitation, Unreached } from "./empty-state.tsx";
import { GalleryGrid } from "./grid.tsx";
import { GalleryToolbar } from "./toolbar.tsx";
import { SelectionBar } from "./selection-bar.tsx";
import { type Gallery, galleryOf } from "../studio/image-lists.ts";
import { retryFailures } from "../studio/retry.ts";
import { readPlace } from "../studio/image-list.ts";
import { takeSaved } from "../browser/saved-position.ts";
import type { Router } from "../browser/router.ts";
import type { Studio } from "../studio/studio.ts";
import { pictureText } from "../text/gallery.ts";
import { stylesheet } from "../ui/stylesheet.ts";
import looks from "../styles/gallery.css?url";

await stylesheet(looks);

type Props = { studio: Studio; router: Router };

/** Everything the user has made: to look through, to find, to keep and to clear out. */
export function GalleryPage({ studio, router }: Props) {
  const { session, user, problem } = studio.session;
  const unreached = session.value === null && problem.value;
  if (user.value) return <Pictures studio={studio} router={router} gallery={galleryOf(studio)} />;
  return (
    <Main>
      {session.value && <SignInInvitation studio={studio} />}
      {unreached && <Unreached code={unreached.code} tryAgain={() => void studio.wake()} />}
    </Main>
  );
}

/** Says itself whether one selects: a style that asks for it (`:has()`) has every tile looked at with each that comes. */
function Main({ selecting = false, children }: { selecting?: boolean; children: ComponentChildren }) {
  return (
    <main id="content" class="gallery-page" data-selecting={selecting || undefined}>
      <h1 class="sr-only">{pictureText.title}</h1>
      {children}
    </main>
  );
}

function Pictures({ studio, router, gallery }: Props & { gallery: Gallery }) {
  const { search } = router.route.value;
  const list = useMemo(() => {
    const opened = gallery.listOf(search);
    // After a reload.
    if (opened.state.peek() === "waiting") opened.place ??= readPlace(takeSaved("place"));
    return opened;
  }, [search]);
  const first = useRef(true);
  const state = list.state.value;
  const count = list.shown.value.length;

  // While a zip is being packed it can be seen and stopped, also when nothing is selected any more.
  const isBusy = list.selection.active.value || gallery.zip.value !== null;

  const nothing = count === 0 && (state === "end" || state === "failed");
  useEffect(() => {
    if (nothing) studio.settled.value = true;
  }, [nothing]);

  useEffect(() => {
    const wasFirst = first.current;
    first.current = false;
    void list.more(list.place?.id);
    // Without a line nobody tells what came and went.
    if (wasFirst && !studio.up.peek()) void list.refresh();
    return () => {
      list.pause();
      list.selection.end();
    };
  }, [list]);

  useEffect(() => retryFailures({ ...studio, problem: list.problem, again: () => list.more() }), [list]);

  return (
    <Main selecting={isBusy}>
      <GalleryToolbar router={router} list={list} />
      {nothing ? (
        <GalleryEmpty list={list} router={router} />
      ) : (
        <GalleryGrid
          key={search}
          studio={studio}
          router={router}
          gallery={gallery}
          list={list}
          resume={router.returning || (first.current && list.arrived.value === list.seen)}
        />
      )}
      {isBusy && <SelectionBar studio={studio} gallery={gallery} list={list} />}
      <p role="status" class="sr-only">
        {state === "end" || state === "more" ? pictureText.found(count, state === "more") : ""}
      </p>
    </Main>
  );
}
