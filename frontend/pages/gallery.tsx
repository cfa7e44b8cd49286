import { useEffect, useRef } from "preact/hooks";
import { Photo } from "../components/photo.tsx";
import { galleryOf } from "../state/gallery.ts";
import { ratioOf } from "../state/generation.ts";
import { picturePath } from "../state/router.ts";
import type { Studio } from "../state/studio.ts";
import { text } from "../text/first.ts";
import { later } from "../text/later.ts";
import { problems } from "../text/troubles.ts";

const PLACEHOLDERS = [1, 1.5, 0.75, 1.33, 1, 0.67, 1.78, 1, 1.2, 0.8, 1.5, 1];

/** Everything the user has made, page after page as they scroll. */
export function GalleryPage({ studio }: { studio: Studio }) {
  return (
    <main id="content" class="gallery-page">
      <h1 class="py-5 text-lg font-semibold">{later.galleryTitle}</h1>
      {studio.session.session.value && !studio.session.user.value ? (
        <Invitation title={later.gallerySignIn} why={later.galleryEmptyWhy}>
          <button
            type="button"
            class="button filled"
            onClick={() => {
              studio.signingIn.value = "asked";
            }}
          >
            {later.signIn}
          </button>
        </Invitation>
      ) : (
        studio.session.user.value && <Pictures studio={studio} />
      )}
    </main>
  );
}

function Pictures({ studio }: { studio: Studio }) {
  const gallery = galleryOf(studio);
  const pictures = gallery.pictures.value;
  const state = gallery.state.value;
  const hasMore = state === "waiting" || state === "more";
  const end = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = end.current;
    // After a failure only the user asks again.
    if (!element || !hasMore) return;
    // A screen and a half ahead, so that scrolling rarely meets the end. Observing anew after each page
    // asks again while the end is still in sight.
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) void gallery.more();
      },
      { rootMargin: "150% 0px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [hasMore, pictures.length]);

  if (state === "end" && pictures.length === 0) {
    return (
      <Invitation title={later.galleryEmpty} why={later.galleryEmptyWhy}>
        <a href="/" class="button filled">
          {later.galleryStart}
        </a>
      </Invitation>
    );
  }
  return (
    <>
      <ul class="rows gallery">
        {pictures.map((generation) => (
          <li key={generation.id} style={{ "--ratio": ratioOf(generation) }}>
            <a href={picturePath(generation.id)} class="picture" aria-label={text.open(generation.prompt)}>
              <Photo generation={generation} sizes="20rem" />
            </a>
          </li>
        ))}
        {state !== "end" &&
          state !== "failed" &&
          PLACEHOLDERS.map((ratio, index) => (
            <li
              key={`placeholder-${index}`}
              class="shimmer"
              style={{ "--ratio": ratio }}
              aria-hidden="true"
            />
          ))}
      </ul>
      {state === "failed" && gallery.problem.value && (
        <div role="alert" class="grid justify-items-center gap-4 py-16 text-center text-muted">
          <p>{problems[gallery.problem.value.code]}</p>
          <button type="button" class="button plain" onClick={() => void gallery.more()}>
            {text.tryAgain}
          </button>
        </div>
      )}
      <div ref={end} />
      {state === "end" && <p class="py-8 text-center text-sm text-muted">{later.galleryEnd}</p>}
    </>
  );
}

type InvitationProps = { title: string; why: string; children: preact.ComponentChildren };

function Invitation({ title, why, children }: InvitationProps) {
  return (
    <div class="grid justify-items-center gap-2 py-24 text-center">
      <h2 class="text-lg font-semibold">{title}</h2>
      <p class="mb-4 text-muted">{why}</p>
      {children}
    </div>
  );
}
