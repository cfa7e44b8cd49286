import { useEffect, useLayoutEffect, useMemo } from "preact/hooks";
import { saveOnLeave, takeSaved } from "../browser/saved-position.ts";
import { batchesPart, type FeedBlock } from "../studio/generate/batches.ts";
import { outboxPart } from "../studio/generate/outbox.ts";
import { connectionPart } from "../studio/session/connection.ts";
import { type Feed as FeedState, type FeedEntry, feedPart } from "../studio/images/feed.ts";
import { isInFlight } from "../studio/images/generation.ts";
import { generationsPart } from "../studio/images/generations.ts";
import { sessionPart } from "../studio/session/session.ts";
import { userSessionPart } from "../studio/session/user-session.ts";
import { createText } from "../text/create.ts";
import { errors } from "../text/errors.ts";
import { usePart } from "../ui/parts.ts";
import { useTileOverlay } from "../ui/use-tile-overlay.ts";
import { FeedTile } from "./feed-tile.tsx";
import { formToolsModule } from "./form-tools-module.ts";
import { LatestResult } from "./latest-result.tsx";

const FailureList = formToolsModule.component((module) => module.FailureList);
const BatchBlock = formToolsModule.component((module) => module.BatchBlock);

/** The tiles of the placeholder, as width over height. */
const PLACEHOLDER_RATIOS = [1.5, 0.75, 1, 1.33];

/** The last tile row keeps its height: an empty last item takes the rest of its width. */
const ROWS = "feed-rows flex flex-wrap gap-tiles";

/** The latest result as a block, then the other recent images as tiles. Failures of this visit come first. */
export function Feed() {
  const feed = usePart(feedPart);
  const batches = usePart(batchesPart);
  const { queued } = usePart(outboxPart);
  const { recent } = usePart(userSessionPart);
  const hidden = usePart(generationsPart).hidden.value;
  const state = recent.value;
  useEffect(() => saveOnLeave(() => ({ top: scrollY })), []);
  useLayoutEffect(() => {
    if (state !== "ready") return;
    const top = takeSaved("top");
    if (typeof top === "number" && scrollY === 0) scrollTo({ top, behavior: "instant" });
  }, [state]);

  const entries = feed.entries.value.filter(({ id }) => id === null || !hidden.has(id));
  const isFailure = (entry: FeedEntry) => hasFailed(feed, entry);
  const blocks = batches.group(entries, queued.value, isFailure);
  // Failures are listed above, except a request of several images, which stays a block.
  const hasImages = ({ entry, cells }: FeedBlock) => (cells && cells.length > 1) || !isFailure(entry);
  const failures = blocks.filter((block) => !hasImages(block)).map(({ entry }) => entry);
  const images = blocks.filter(hasImages);
  const [latest] = images;
  const { isShown, handlers } = useTileOverlay();
  return (
    <>
      {entries.length > 0 && <h2 class="sr-only">{createText.recent}</h2>}
      {failures.length > 0 && <FailureList entries={failures.filter(({ isActive }) => isActive)} />}
      {images.length > 0 && (
        <ul class={ROWS} {...handlers}>
          {images.map(({ key, entry, cells }) =>
            cells ? (
              <BatchBlock key={key} cells={cells} isLatest={key === latest?.key} isShown={isShown} />
            ) : (
              <FeedItem
                key={key}
                entry={entry}
                isLatest={key === latest?.key}
                hasOverlay={entry.id !== null && isShown(entry.id)}
              />
            ),
          )}
        </ul>
      )}
      <LoadProblem />
      {state === "loading" && entries.length === 0 && <Placeholder />}
      {failures.length > 0 && <FailureList entries={failures.filter(({ isActive }) => !isActive)} />}
      {state === "ready" && entries.some((entry) => feed.generationOf(entry).outputUrl) && (
        <p class="py-8 text-center">
          <a class="link inline-block py-1" href="/gallery">
            {createText.seeAll}
          </a>
        </p>
      )}
    </>
  );
}

function hasFailed(feed: FeedState, entry: FeedEntry): boolean {
  if (entry.phase === "rejected") return true;
  const generation = feed.generationOf(entry);
  return generation.status !== "succeeded" && !isInFlight(generation);
}

type ItemProps = { entry: FeedEntry; isLatest: boolean; hasOverlay: boolean };

/** Memoized: a click on Generate adds one entry, and renders that one and the one that it displaces. */
function FeedItem({ entry, isLatest, hasOverlay }: ItemProps) {
  const generation = usePart(feedPart).generationOf(entry);
  return useMemo(
    () =>
      isLatest ? (
        <LatestResult entry={entry} generation={generation} />
      ) : (
        <FeedTile entry={entry} generation={generation} hasOverlay={hasOverlay} />
      ),
    [entry, generation, isLatest, hasOverlay],
  );
}

function LoadProblem() {
  const { recentError, loadRecent } = usePart(userSessionPart);
  const session = usePart(sessionPart);
  const { wakeUps } = usePart(connectionPart);
  const error = recentError.value;
  if (!error) return null;
  return (
    <p role="status" class="p-6 text-center text-muted">
      {createText.loadFailed} {errors.notLoaded(error.code)}{" "}
      <button
        type="button"
        class="link"
        onClick={() => {
          if (session.user.value) return void loadRecent();
          wakeUps.value += 1;
          void session.load();
        }}
      >
        {createText.tryAgain}
      </button>
    </p>
  );
}

function Placeholder() {
  const { recentError } = usePart(userSessionPart);
  if (recentError.value) return null;
  return (
    <div class={ROWS} role="status" aria-label={createText.loading}>
      <div class="flex min-w-0 basis-full" style={{ "--ratio": 1 }}>
        <div class="skeleton relative aspect-(--ratio) w-full overflow-hidden rounded-md bg-shade forced-colors:outline forced-colors:-outline-offset-1 md:w-[min(62vh*var(--ratio),100%-19rem)]" />
      </div>
      {PLACEHOLDER_RATIOS.map((ratio) => (
        <div
          key={ratio}
          class="skeleton relative aspect-(--ratio) grow-(--ratio) basis-[calc(var(--ratio)*var(--spacing-row))] overflow-hidden rounded-md bg-shade forced-colors:outline forced-colors:-outline-offset-1"
          style={{ "--ratio": ratio }}
        />
      ))}
    </div>
  );
}
