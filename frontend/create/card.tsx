import { useMemo } from "preact/hooks";
import type { Card as CardState } from "../studio/feed.ts";
import { isInFlight } from "../studio/generation.ts";
import type { Studio } from "../studio/studio.ts";
import { FailedCard } from "./failed-card.tsx";
import { PictureCard } from "./image-card.tsx";
import { WorkingCard } from "./pending-card.tsx";

type Props = { studio: Studio; card: CardState; isLatest: boolean };

/** One picture asked for: on its way, here, or not coming. */
export function Card({ studio, card, isLatest }: Props) {
  const { generation, phase, frame, fresh } = card;
  const working = phase !== "refused" && isInFlight(generation);
  const succeeded = generation.status === "succeeded";
  // Said by a class: by its place among the others all of them would be styled anew with each that comes.
  const name = `${fresh ? "fresh" : ""} ${fresh || isLatest ? "large" : ""} ${working || succeeded ? "" : "without"} ${working ? "shimmer" : ""}`;
  // Drawn anew when it has changed, and not whenever another one has.
  return useMemo(
    () => (
      <li class={name} style={{ "--ratio": frame }} aria-busy={working}>
        {working ? (
          <WorkingCard studio={studio} card={card} />
        ) : succeeded ? (
          <PictureCard studio={studio} generation={generation} large={fresh} />
        ) : (
          <FailedCard studio={studio} card={card} />
        )}
      </li>
    ),
    [card, isLatest],
  );
}
