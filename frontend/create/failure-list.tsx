import circleAlert from "lucide-static/icons/circle-alert.svg?raw";
import pencil from "lucide-static/icons/pencil.svg?raw";
import retry from "lucide-static/icons/refresh-cw.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import { composerPart } from "../studio/generate/composer.ts";
import { dismissalsPart } from "../studio/generate/dismissals.ts";
import { type FeedEntry, feedPart } from "../studio/images/feed.ts";
import { isRefunded } from "../studio/generate/quota.ts";
import { sessionPart } from "../studio/session/session.ts";
import { submitPart } from "../studio/generate/submit.ts";
import { variationsPart } from "../studio/generate/variations.ts";
import { createText } from "../text/create.ts";
import { errors } from "../text/errors.ts";
import { Icon } from "../ui/icon.tsx";
import { usePart } from "../ui/parts.ts";
import { useKeepFocus } from "./keep-focus.ts";

/** Failed and canceled entries, one row each. */
export function FailureList({ entries }: { entries: readonly FeedEntry[] }) {
  const { dismissAll } = usePart(dismissalsPart);
  const composer = usePart(composerPart);
  if (entries.length === 0) return null;
  return (
    <div class="mx-auto my-4 grid w-full max-w-form gap-2 first-of-type:mt-0">
      <ul class="grid gap-2" aria-label={createText.failures}>
        {entries.map((entry) => (
          <Failure key={entry.key} entry={entry} />
        ))}
      </ul>
      {entries.length > 1 && (
        <button
          type="button"
          class="button quiet small justify-self-end"
          onClick={() => {
            dismissAll(entries.map(({ key }) => key));
            composer.focus.value = true;
          }}
        >
          {createText.dismissAll}
        </button>
      )}
    </div>
  );
}

/** Why there is no image, and what the user can do. */
function Failure({ entry }: { entry: FeedEntry }) {
  const feed = usePart(feedPart);
  const submit = usePart(submitPart);
  const variations = usePart(variationsPart);
  const dismissals = usePart(dismissalsPart);
  const root = useKeepFocus<HTMLLIElement>();
  const generation = feed.generationOf(entry);
  const { key } = entry;
  return (
    <li
      ref={root}
      class="relative grid gap-x-4 gap-y-1 rounded-md border border-line bg-surface py-2 ps-4 pe-12 text-sm md:grid-cols-[1fr_auto] md:items-center"
      aria-busy={false}
      data-entry={key}
    >
      <div class="min-w-0">
        <FailureReason entry={entry} />
        <p class="truncate text-muted" dir="auto">
          {generation.prompt}
        </p>
      </div>
      {/* The first control: it gets the focus when an entry fails that had it. */}
      <button
        type="button"
        class="button round small quiet absolute end-1.5 top-1.5"
        aria-label={createText.dismiss}
        title={createText.dismiss}
        onClick={() => dismissals.dismiss(key)}
      >
        <Icon svg={x} />
      </button>
      <div class="flex flex-wrap gap-2">
        <button type="button" class="button plain small" onClick={() => void submit.retry(key)}>
          <Icon svg={retry} />
          {createText.tryAgain}
        </button>
        <button type="button" class="button plain small" onClick={() => variations.edit(generation)}>
          <Icon svg={pencil} />
          {createText.edit}
        </button>
      </div>
    </li>
  );
}

function FailureReason({ entry }: { entry: FeedEntry }) {
  const feed = usePart(feedPart);
  const { limits } = usePart(sessionPart);
  const { error, options } = feed.generationOf(entry);
  const rejection = entry.phase === "rejected" ? entry.error : null;
  const sentence = rejection
    ? errors.rejected(rejection, options)
    : error
      ? errors.failure(error.code)
      : createText.canceled;
  // The Worker says which option it is, and Skytells what is wrong with the prompt.
  const hasDetail =
    rejection?.code === "upstream_rejected" ||
    (rejection && errors.areOptionsRejected(rejection.code, options));
  return (
    <>
      <p class="flex gap-2 font-medium">
        {(rejection || error) && (
          <span class="text-danger">
            <Icon svg={circleAlert} />
          </span>
        )}
        {sentence}
      </p>
      {isRefunded(entry, feed, limits.value) && <p class="text-muted">{errors.refunded}</p>}
      {hasDetail && <p class="text-muted">{rejection.detail}</p>}
    </>
  );
}
