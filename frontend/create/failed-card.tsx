import circleAlert from "lucide-static/icons/circle-alert.svg?raw";
import pencil from "lucide-static/icons/pencil.svg?raw";
import rotate from "lucide-static/icons/rotate-ccw.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import type { Card } from "../studio/feed.ts";
import { remix } from "../studio/remix.ts";
import { isUncounted } from "../studio/refunded.ts";
import { dismiss } from "../studio/image-actions.ts";
import type { Studio } from "../studio/studio.ts";
import { making } from "../text/create.ts";
import { told } from "../text/errors.ts";
import { Icon } from "../ui/icon.tsx";
import { onlyOnce } from "../ui/ignore-held-enter.ts";
import { usePassOnFocus } from "./pending-card.tsx";

/** Why there is no picture, and what to do now. */
export function FailedCard({ studio, card }: { studio: Studio; card: Card }) {
  const { error, prompt } = card.generation;
  const sentence = card.problem
    ? told.refused(card.problem.code, card.generation.options)
    : error
      ? told.failure(error.code)
      : making.canceled;
  const root = usePassOnFocus(studio);
  return (
    <div
      ref={root}
      class="absolute inset-0 flex flex-col justify-center-safe gap-2 overflow-auto p-5"
      onKeyDown={onlyOnce}
    >
      <button
        type="button"
        class="button round small quiet absolute end-2 top-2"
        aria-label={making.dismiss}
        title={making.dismiss}
        onClick={() => dismiss(studio, card.key)}
      >
        <Icon svg={x} />
      </button>
      <p class="flex gap-2 pe-6 text-sm font-medium">
        {(card.problem || error) && (
          <span class="text-danger">
            <Icon svg={circleAlert} />
          </span>
        )}
        {sentence}
      </p>
      {isUncounted(studio, card) && <p class="text-sm text-muted">{told.uncounted}</p>}
      {card.problem?.code === "upstream_rejected" && <p class="text-sm text-muted">{card.problem.detail}</p>}
      <p class="line-clamp-2 shrink-0 text-sm text-muted wrap-anywhere" dir="auto">
        {prompt}
      </p>
      <div class="mt-2 flex flex-wrap gap-2">
        <button type="button" class="button plain small" onClick={() => void studio.maker.retry(card.key)}>
          <Icon svg={rotate} />
          {making.tryAgain}
        </button>
        <button type="button" class="button plain small" onClick={() => remix(studio, card.generation)}>
          <Icon svg={pencil} />
          {making.editPrompt}
        </button>
      </div>
    </div>
  );
}
