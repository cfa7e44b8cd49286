import heart from "lucide-static/icons/heart.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { imagePath } from "../browser/router.ts";
import type { FeedEntry } from "../studio/images/feed.ts";
import { isInFlight } from "../studio/images/generation.ts";
import { submitPart } from "../studio/generate/submit.ts";
import { createText } from "../text/create.ts";
import { Icon } from "../ui/icon.tsx";
import { usePart } from "../ui/parts.ts";
import { Thumbnail } from "../ui/thumbnail.tsx";
import { formToolsModule } from "./form-tools-module.ts";
import { useKeepFocus } from "./keep-focus.ts";
import { PendingStatus } from "./pending-status.tsx";
import { TILE } from "./result-parts.tsx";

const TileActions = formToolsModule.component((module) => module.TileActions);

type Props = { entry: FeedEntry; generation: Generation; hasOverlay: boolean };

/** On a phone what was started in this visit fills the width. */
const WIDE_ON_PHONE =
  "max-md:mx-auto max-md:max-w-[min(100%,var(--ratio)*68dvh)] max-md:grow-0 max-md:basis-full";

/** A recent generation below the latest one: in flight or finished. */
export function FeedTile(props: Props) {
  const { entry, generation } = props;
  const root = useKeepFocus<HTMLLIElement>();
  const { frame, key, isActive } = entry;
  const isPending = isInFlight(generation);
  return (
    <li
      ref={root}
      // Its size does not depend on its content: off the screen that is not laid out.
      class={`${TILE} ${isActive ? WIDE_ON_PHONE : "[content-visibility:auto]"} ${isPending ? "skeleton" : ""}`}
      style={{ "--ratio": frame }}
      aria-busy={isPending}
      data-entry={key}
      data-id={isPending ? undefined : generation.id}
    >
      {isPending ? <PendingTile {...props} /> : <ImageTile {...props} />}
    </li>
  );
}

function PendingTile({ entry, generation }: Props) {
  const submit = usePart(submitPart);
  const root = useKeepFocus<HTMLDivElement>();
  return (
    <div ref={root} class="absolute inset-0 flex flex-col p-4">
      {/* The padding stays on the side of the button, whichever direction the prompt has. */}
      <div class="pe-10">
        <p class="line-clamp-3 text-sm font-medium wrap-anywhere" dir="auto">
          {generation.prompt}
        </p>
      </div>
      <button
        type="button"
        class="button round small quiet absolute end-2 top-2"
        aria-label={createText.cancel}
        title={createText.cancel}
        onClick={() => void submit.cancel(entry.key)}
      >
        <Icon svg={x} />
      </button>
      <div class="mt-auto">
        <PendingStatus entry={entry} generation={generation} />
      </div>
    </div>
  );
}

function ImageTile({ entry: { isActive }, generation, hasOverlay }: Props) {
  const { id, prompt, favorite } = generation;
  return (
    <>
      <a
        href={imagePath(id)}
        class="absolute inset-0 ring-inside rounded-[inherit] select-none [-webkit-touch-callout:none]"
        aria-label={createText.open(prompt)}
      >
        <Thumbnail generation={generation} sizes={isActive ? "(width < 48rem) 100vw, 26rem" : "26rem"} />
      </a>
      {favorite && (
        <span class="pointer-events-none absolute end-2 top-2 text-on-image shadow-mark [&_svg]:fill-current">
          <Icon svg={heart} />
          <span class="sr-only">{createText.favorite}</span>
        </span>
      )}
      {hasOverlay && <TileActions generation={generation} />}
    </>
  );
}
