import { useEffect } from "preact/hooks";
import { Card, preloadEndings } from "../components/card.tsx";
import { Composer } from "../components/composer.tsx";
import type { Studio } from "../state/studio.ts";
import { text } from "../text/first.ts";

/** A placeholder row while the latest pictures load. */
const PLACEHOLDERS = [1, 1.5, 0.75, 1, 1.33];

/** Write a prompt; see what is on its way and what came last. */
export function StudioPage({ studio }: { studio: Studio }) {
  const cards = studio.cards.cards.value;
  const recent = studio.recent.value;
  useEffect(() => {
    if (recent === "loading") void preloadEndings();
  }, [recent]);
  return (
    <main id="content" class="studio-page">
      <h1 class="headline">{text.headline}</h1>
      <div class="dock">
        <Composer studio={studio} />
      </div>
      <div class="feed">
        {cards.length > 0 && (
          <>
            <h2 class="sr-only">{text.recent}</h2>
            <ul class="rows cards">
              {cards.map((card) => (
                <Card key={card.key} studio={studio} card={card} />
              ))}
            </ul>
          </>
        )}
        {recent === "failed" && (
          <p class="p-6 text-center text-muted">
            {text.loadFailed}{" "}
            <button type="button" class="link" onClick={() => void studio.loadRecent()}>
              {text.tryAgain}
            </button>
          </p>
        )}
        {recent === "loading" && cards.length === 0 && (
          <div class="rows cards" role="status" aria-label={text.loading}>
            {PLACEHOLDERS.map((ratio) => (
              <div key={ratio} class="shimmer" style={{ "--ratio": ratio }} />
            ))}
          </div>
        )}
        {recent === "ready" && cards.some(({ generation }) => generation.outputUrl) && (
          <p class="py-8 text-center">
            <a class="link" href="/gallery">
              {text.seeAll}
            </a>
          </p>
        )}
        {cards.length === 0 && recent !== "loading" && recent !== "failed" && (
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
