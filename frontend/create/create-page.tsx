import type { ComponentChildren } from "preact";
import { formAidsPart } from "../studio/generate/form-aids.ts";
import { sessionPart } from "../studio/session/session.ts";
import { commonText } from "../text/common.ts";
import { useOptionalPart, usePart } from "../ui/parts.ts";
import { Examples } from "./examples.tsx";

type Props = {
  composer: ComponentChildren;
  queue: ComponentChildren;
  feed: ComponentChildren;
  /** Submits the form. */
  onGenerate: () => void;
};

/** The form, and under it what is being generated and the latest images. On a phone the form is at the bottom. */
export function CreatePage({ composer, queue, feed, onGenerate }: Props) {
  const { session, user } = usePart(sessionPart);
  const aids = useOptionalPart(formAidsPart);
  // The images of a session that has ended are not shown. They are still there when the same user signs in again.
  const isSignedOut = session.value !== null && user.value === null;
  const hasEntries = !isSignedOut && aids?.hasEntries.value === true;
  const hasExamples = !hasEntries && (isSignedOut || aids?.isRecentUnknown.value !== true);
  return (
    <main id="content" class="flex flex-1 flex-col">
      <h1
        class={
          hasEntries
            ? "sr-only"
            : "px-gutter pt-top pb-4 text-center text-display font-heading text-balance in-data-has-images:sr-only md:pb-6"
        }
      >
        {commonText.headline}
      </h1>
      {/* In a low window the form would cover what has the focus (WCAG 2.4.11): it scrolls with the page. */}
      <div
        data-dock
        class="relative z-dock flex flex-col print:hidden [anchor-name:--dock] max-md:bg-[linear-gradient(transparent,var(--color-canvas)_1.5rem)] max-md:px-2 max-md:pb-safe md:mx-auto md:w-[calc(100%-2*var(--spacing-gutter))] md:max-w-form tall:sticky tall:max-md:bottom-0 tall:max-md:order-1 tall:md:top-3"
      >
        {composer}
        {queue}
      </div>
      {/* The top padding keeps space for the queue's summary line, so that its appearance does not move the feed. */}
      <div class="flex-1 px-gutter pt-12 pb-end tall:max-md:pt-2">
        {!isSignedOut && feed}
        {hasExamples && <Examples onGenerate={onGenerate} />}
      </div>
    </main>
  );
}
