import { useLayoutEffect, useRef } from "preact/hooks";
import x from "lucide-static/icons/x.svg?raw";
import type { Card } from "../studio/feed.ts";
import { isDoubtful } from "../studio/unconfirmed.ts";
import type { Studio } from "../studio/studio.ts";
import { making } from "../text/create.ts";
import { Elapsed } from "../ui/elapsed.tsx";
import { Icon } from "../ui/icon.tsx";
import { onlyOnce } from "../ui/ignore-held-enter.ts";

/** Skytells has finished; the Worker fetches and stores the output, and the slot is free. */
const SAVING = 100;

/** A generation that is queued, processing or being saved, with Cancel. */
export function WorkingCard({ studio, card }: { studio: Studio; card: Card }) {
  const { prompt, progress, createdAt } = card.generation;
  const isKnown = progress !== null && progress > 0 && progress < SAVING;
  const root = usePassOnFocus(studio);
  return (
    <div ref={root} class="absolute inset-0 flex flex-col p-4" onKeyDown={onlyOnce}>
      {/* The way out stays at the page's end, whichever way the prompt runs. */}
      <div class="pe-10">
        <p class="line-clamp-3 text-sm font-medium wrap-anywhere" dir="auto">
          {prompt}
        </p>
      </div>
      <button
        type="button"
        class="button round small quiet absolute end-2 top-2"
        aria-label={making.cancel}
        title={making.cancel}
        onClick={() => void studio.maker.cancel(card.key)}
      >
        <Icon svg={x} />
      </button>
      <p class="mt-auto flex flex-wrap gap-x-2 text-sm text-muted">
        <span>{stepOf(studio, card)}</span>
        <span class="tabular-nums">
          <Elapsed since={createdAt} />
        </span>
        {isKnown && <span class="tabular-nums">{making.percent(progress)}</span>}
      </p>
      {isKnown && <progress class="progress" max={100} value={progress} aria-label={making.processing} />}
    </div>
  );
}

function stepOf(studio: Studio, { phase, problem, generation: { id, status, progress } }: Card): string {
  if (phase === "sending") {
    if (!problem) return making.sending;
    if (problem.code === "session_redirected") return making.signInAwaited;
    return problem.code === "offline" ? making.cut : making.retrying;
  }
  if (status !== "queued") return progress === SAVING ? making.saving : making.processing;
  return phase === "unconfirmed" || isDoubtful(studio, id) ? making.unconfirmed : making.queued;
}

/**
 * Whoever is inside what this stands for goes on, when it is gone, at what has taken its place: the first control of
 * the same card, else of the next one, else the prompt. Nobody who is elsewhere is moved.
 */
export function usePassOnFocus(studio: Studio) {
  const root = useRef<HTMLDivElement>(null);
  useLayoutEffect(
    () => () => {
      const card = root.current?.closest("li");
      if (!card || !root.current?.contains(document.activeElement)) return;
      const page = card.closest("main");
      const next = card.nextElementSibling;
      // Then what is drawn instead is there, and this one is not.
      queueMicrotask(() => {
        const isLost = document.activeElement === null || document.activeElement === document.body;
        // The whole page may be another one.
        if (!isLost || !page?.isConnected) return;
        const place = [card, next].find((one) => one?.isConnected);
        const control = place?.querySelector<HTMLElement>("a[href], button");
        if (control) control.focus();
        else studio.composer.focus.value = true;
      });
    },
    [],
  );
  return root;
}
