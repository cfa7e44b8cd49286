import copyIcon from "lucide-static/icons/copy.svg?raw";
import download from "lucide-static/icons/download.svg?raw";
import heart from "lucide-static/icons/heart.svg?raw";
import pencil from "lucide-static/icons/pencil.svg?raw";
import again from "lucide-static/icons/refresh-cw.svg?raw";
import share from "lucide-static/icons/share-2.svg?raw";
import sparkles from "lucide-static/icons/sparkles.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { canCopyImages } from "../browser/clipboard.ts";
import { imagePath } from "../browser/router.ts";
import { dialogsPart } from "../studio/dialogs.ts";
import { copyImageWithToast } from "../studio/images/copy-image.ts";
import { favoritesPart } from "../studio/images/favorites.ts";
import type { FeedEntry } from "../studio/images/feed.ts";
import { isInFlight, ratioOf } from "../studio/images/generation.ts";
import { toastsPart } from "../studio/toasts.ts";
import { submitPart } from "../studio/generate/submit.ts";
import { HIGH_QUALITY_MODEL, hasHighQuality } from "../studio/generate/variations.ts";
import { actionsText } from "../text/actions.ts";
import { commonText } from "../text/common.ts";
import { createText } from "../text/create.ts";
import { Icon } from "../ui/icon.tsx";
import { usePart } from "../ui/parts.ts";
import { Thumbnail } from "../ui/thumbnail.tsx";
import { formToolsModule } from "./form-tools-module.ts";
import { useKeepFocus } from "./keep-focus.ts";
import { PendingStatus } from "./pending-status.tsx";
import { Action, ACTION, Settings } from "./result-parts.tsx";
import { useVariations } from "./use-variations.ts";

const ResultTools = formToolsModule.component((module) => module.ResultTools);

type Props = { entry: FeedEntry; generation: Generation };

/** The share of the frame's ratio by which an image may differ before its edges would be cut off visibly. */
const MAX_CROP = 0.05;

/**
 * The newest generation: image, prompt, settings and labeled actions side by side, on a phone below each other. The
 * same block is the placeholder while it is in flight, so that no button moves when the image arrives.
 */
export function LatestResult({ entry, generation }: Props) {
  const root = useKeepFocus<HTMLLIElement>();
  const isPending = isInFlight(generation);
  const { frame, key } = entry;
  return (
    <li
      ref={root}
      class="flex min-w-0 basis-full flex-col gap-3 mb-3 md:mb-6 md:flex-row md:gap-6"
      style={{ "--ratio": frame }}
      aria-busy={isPending}
      data-entry={key}
      data-latest
    >
      <div
        class={`relative mx-auto aspect-(--ratio) w-full max-w-[min(100%,var(--ratio)*68dvh)] flex-none self-start overflow-hidden rounded-md bg-shade forced-colors:outline forced-colors:-outline-offset-1 md:mx-0 md:w-[min(62vh*var(--ratio),100%-19rem)] ${isPending ? "skeleton" : ""}`}
        data-frame
      >
        {!isPending && <ResultImage generation={generation} frame={frame} />}
      </div>
      <div class="flex min-w-0 flex-1 flex-col gap-3 md:max-w-md">
        <p class="line-clamp-3 font-medium wrap-anywhere md:line-clamp-6 md:text-lg" dir="auto">
          {generation.prompt}
        </p>
        <Settings generation={generation} />
        <div class="flex min-h-control-sm items-center">
          {isPending ? (
            <PendingStatus entry={entry} generation={generation} />
          ) : (
            <FinishedStatus generation={generation} />
          )}
        </div>
        <Actions entry={entry} generation={generation} isPending={isPending} />
        <ResultTools generation={generation} isPending={isPending} />
      </div>
    </li>
  );
}

function ResultImage({ generation, frame }: { generation: Generation; frame: number }) {
  const favorites = usePart(favoritesPart);
  const toasts = usePart(toastsPart);
  const { id, prompt, favorite, outputUrl } = generation;
  return (
    <>
      <a
        href={imagePath(id)}
        class="absolute inset-0 ring-inside rounded-[inherit]"
        aria-label={createText.open(prompt)}
      >
        <Thumbnail
          generation={generation}
          sizes={`(width < 48rem) 100vw, ${Math.ceil(62 * frame)}vh`}
          isWhole={Math.abs(ratioOf(generation) / frame - 1) > MAX_CROP}
        />
      </a>
      <div class="absolute end-2 top-2 flex gap-1.5">
        {outputUrl !== null && canCopyImages() && (
          <button
            type="button"
            class="button round glass small"
            aria-label={actionsText.copyImage}
            title={actionsText.copyImage}
            onClick={() => void copyImageWithToast(toasts, outputUrl)}
          >
            <Icon svg={copyIcon} />
          </button>
        )}
        <button
          type="button"
          class="button round glass small"
          aria-label={createText.favorite}
          title={createText.favorite}
          aria-pressed={favorite}
          onClick={() => void favorites.toggle(id)}
        >
          <Icon svg={heart} />
        </button>
      </div>
    </>
  );
}

/** In flight, Cancel stands where Download will be: Edit and Again stay under the pointer. */
function Actions({ entry, generation, isPending }: Props & { isPending: boolean }) {
  const variations = useVariations(generation);
  return (
    <div class="grid grid-cols-4 gap-2 md:grid-cols-2">
      {isPending ? <CancelAction entry={entry} /> : <FileActions generation={generation} />}
      <Action icon={pencil} onClick={() => variations.edit()}>
        {createText.edit}
      </Action>
      <Action icon={again} title={createText.againWhat} name="again" onClick={() => variations.again()}>
        {createText.again}
      </Action>
    </div>
  );
}

function CancelAction({ entry }: { entry: FeedEntry }) {
  const submit = usePart(submitPart);
  const root = useKeepFocus<HTMLDivElement>();
  return (
    <div ref={root} class="contents">
      <Action icon={x} onClick={() => void submit.cancel(entry.key)}>
        {createText.cancel}
      </Action>
      <span />
    </div>
  );
}

/** How long it took; from a fast preview also the way to the same image in high quality. */
function FinishedStatus({ generation }: { generation: Generation }) {
  const { generateWith } = useVariations(generation);
  const { createdAt, completedAt, model } = generation;
  const seconds = completedAt && Math.round((Date.parse(completedAt) - Date.parse(createdAt)) / 1_000);
  return (
    <div class="flex w-full flex-wrap items-center justify-between gap-2">
      {seconds ? <p class="text-sm text-muted">{createText.took(createText.seconds(seconds))}</p> : null}
      {hasHighQuality(model) && (
        <button type="button" class="button plain small" onClick={() => generateWith(HIGH_QUALITY_MODEL)}>
          <Icon svg={sparkles} />
          {createText.inModel(commonText.model(HIGH_QUALITY_MODEL))}
        </button>
      )}
    </div>
  );
}

function FileActions({ generation: { id, outputUrl } }: { generation: Generation }) {
  const dialogs = usePart(dialogsPart);
  return (
    <>
      <a class={ACTION} href={`${outputUrl}?download`} download>
        <Icon svg={download} />
        {createText.download}
      </a>
      <Action
        icon={share}
        onClick={() => {
          dialogs.share.value = { id };
        }}
      >
        {createText.share}
      </Action>
    </>
  );
}
