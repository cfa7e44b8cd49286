import x from "lucide-static/icons/x.svg?raw";
import type { Card as CardState } from "../state/cards.ts";
import { isInFlight } from "../state/generation.ts";
import type { Studio } from "../state/studio.ts";
import { text } from "../text/first.ts";
import { Elapsed } from "./elapsed.tsx";
import { Icon } from "./icon.tsx";
import { lazy } from "./lazy.tsx";

/** How a card ends is not part of the first screen; its frame is there while this loads. */
const PictureCard = lazy(() => import("./picture-card.tsx").then((part) => part.PictureCard));
const FailedCard = lazy(() => import("./failed-card.tsx").then((part) => part.FailedCard));

export const preloadEndings = () => Promise.all([PictureCard.preload(), FailedCard.preload()]);

type Props = { studio: Studio; card: CardState };

/** One picture asked for: on its way, here, or not coming. */
export function Card({ studio, card }: Props) {
  const { generation, phase, frame, fresh } = card;
  const working = phase !== "refused" && isInFlight(generation);
  const succeeded = generation.status === "succeeded";
  const name = `${fresh ? "fresh" : ""} ${working || succeeded ? "" : "without"} ${working ? "shimmer" : ""}`;
  return (
    <li class={name} style={{ "--ratio": frame }} aria-busy={working}>
      {working ? (
        <Working studio={studio} card={card} />
      ) : succeeded ? (
        <PictureCard studio={studio} generation={generation} large={fresh} />
      ) : (
        <FailedCard studio={studio} card={card} />
      )}
    </li>
  );
}

function Working({ studio, card }: Props) {
  const { prompt, progress, status, createdAt } = card.generation;
  const step = card.phase === "sending" ? text.sending : status === "queued" ? text.queued : text.processing;
  return (
    <div class="absolute inset-0 flex flex-col p-4">
      <p class="line-clamp-3 pe-10 text-sm font-medium" dir="auto">
        {prompt}
      </p>
      <button
        type="button"
        class="button round small quiet absolute end-2 top-2"
        aria-label={text.cancel}
        title={text.cancel}
        onClick={() => void studio.maker.cancel(card.key)}
      >
        <Icon svg={x} />
      </button>
      <p class="mt-auto flex flex-wrap gap-x-2 text-sm text-muted">
        <span>{card.phase === "unconfirmed" ? text.unconfirmed : step}</span>
        <span class="tabular-nums">
          <Elapsed since={createdAt} />
        </span>
        {progress !== null && progress > 0 && <span class="tabular-nums">{text.percent(progress)}</span>}
      </p>
      {progress !== null && progress > 0 && (
        <progress class="progress" max={100} value={progress} aria-label={text.processing} />
      )}
    </div>
  );
}
