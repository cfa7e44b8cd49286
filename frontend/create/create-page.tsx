import { useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Composer } from "./composer.tsx";
import { lazy } from "../ui/lazy.tsx";
import type { Studio } from "../studio/studio.ts";
import { text } from "../text/common.ts";

/** Cards are no part of the first screen; they are here by the time that someone has one. */
const Feed = lazy(() => import("./feed.tsx").then((part) => part.Feed));
const UpNext = lazy(() => import("./queue-panel.tsx").then((part) => part.UpNext));

export const preloadFeed = () => Promise.all([Feed.preload(), UpNext.preload()]);

/** Write a prompt; see what is on its way and what came last. */
export function StudioPage({ studio }: { studio: Studio }) {
  // A session that has ended takes the pictures off the screen; the same user finds them again.
  const isOver = studio.session.session.value !== null && studio.session.user.value === null;
  const isEmpty = useComputed(() => studio.cards.cards.value.length === 0).value || isOver;
  const recent = isOver ? "waiting" : studio.recent.value;
  const backstage = studio.backstage.value;
  // Whoever had pictures last time is about to see them.
  useEffect(() => {
    if (studio.store.get("returning")) void Feed.preload();
  }, []);
  return (
    <main id="content" class="studio-page">
      <h1 class="headline">{text.headline}</h1>
      <div class="dock">
        <Composer studio={studio} />
        {backstage && studio.orders.waiting.value.length > 0 && (
          <UpNext studio={studio} queue={backstage.queue} />
        )}
      </div>
      <div class="feed">
        {(!isEmpty || recent !== "waiting") && <Feed studio={studio} />}
        {isEmpty && recent !== "loading" && recent !== "failed" && (
          <section class="welcome" aria-label={text.tryOne}>
            <p class="mb-3 text-sm text-muted">{text.tryOne}</p>
            <ul class="grid gap-2 sm:grid-cols-2">
              {text.examples.map((example) => (
                <li key={example}>
                  <button type="button" class="example" onClick={() => studio.composer.edit(example)}>
                    {example}
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </main>
  );
}
