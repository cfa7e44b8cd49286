import { useEffect, useLayoutEffect } from "preact/hooks";
import { saveOnLeave, takeSaved } from "../browser/saved-position.ts";
import type { Studio } from "../studio/studio.ts";
import { making } from "../text/create.ts";
import { told } from "../text/errors.ts";
import { Card } from "./card.tsx";

/** A placeholder row while the latest pictures load. */
const PLACEHOLDERS = [1, 1.5, 0.75, 1, 1.33];

/** The generations that run, and the latest ones. */
export function Feed({ studio }: { studio: Studio }) {
  const hidden = studio.hidden.value;
  const cards = studio.cards.cards.value.filter(({ generation }) => !hidden.has(generation.id));
  const recent = studio.recent.value;
  const problem = studio.recentProblem.value;
  useEffect(() => saveOnLeave(() => ({ top: scrollY })), []);
  useLayoutEffect(() => {
    if (recent !== "ready") return;
    const top = takeSaved("top");
    if (typeof top === "number" && scrollY === 0) scrollTo({ top, behavior: "instant" });
  }, [recent]);
  return (
    <>
      {cards.length > 0 && (
        <>
          <h2 class="sr-only">{making.recent}</h2>
          <ul class="rows cards">
            {cards.map((card, place) => (
              <Card key={card.key} studio={studio} card={card} isLatest={place === 0} />
            ))}
          </ul>
        </>
      )}
      {problem && (
        <p role="status" class="p-6 text-center text-muted">
          {making.loadFailed} {told.notLoaded(problem.code)}{" "}
          <button
            type="button"
            class="link"
            onClick={() => void (studio.session.user.value ? studio.line.value?.loadRecent() : studio.wake())}
          >
            {making.tryAgain}
          </button>
        </p>
      )}
      {recent === "loading" && !problem && cards.length === 0 && (
        <div class="rows cards" role="status" aria-label={making.loading}>
          {PLACEHOLDERS.map((ratio) => (
            <div key={ratio} class="shimmer" style={{ "--ratio": ratio }} />
          ))}
        </div>
      )}
      {recent === "ready" && cards.some(({ generation }) => generation.outputUrl) && (
        <p class="py-8 text-center">
          <a class="link inline-block py-1" href="/gallery">
            {making.seeAll}
          </a>
        </p>
      )}
    </>
  );
}
