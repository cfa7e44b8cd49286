import chevronDown from "lucide-static/icons/chevron-down.svg?raw";
import pencil from "lucide-static/icons/pencil.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import { useEffect, useRef } from "preact/hooks";
import { composerPart } from "../studio/generate/composer.ts";
import { dialogsPart } from "../studio/dialogs.ts";
import { type OutboxItem, outboxPart } from "../studio/generate/outbox.ts";
import { queuePart } from "../studio/generate/queue.ts";
import { sessionPart } from "../studio/session/session.ts";
import { type QueuePause, submitPart } from "../studio/generate/submit.ts";
import { commonText } from "../text/common.ts";
import { createText } from "../text/create.ts";
import { errors } from "../text/errors.ts";
import { Icon } from "../ui/icon.tsx";
import { usePart } from "../ui/parts.ts";

/**
 * How many prompts wait for a free slot; their list opens over the feed. Where the form is at the top, the line lies over
 * the space above the feed too, so that nothing moves when prompts come and go.
 */
export function QueuePanel() {
  const { queued } = usePart(outboxPart);
  const { queue: isOpen } = usePart(dialogsPart);
  const button = useRef<HTMLButtonElement>(null);
  const items = queued.value;
  useEffect(() => {
    if (items.length === 0) isOpen.value = false;
  }, [items.length === 0]);
  // The header's indicator opens the list too, perhaps before this chunk is loaded.
  useEffect(() => {
    if (isOpen.value) button.current?.focus();
  }, [isOpen.value]);
  if (items.length === 0) return null;
  return (
    <section
      class="absolute inset-x-0 top-full mx-5 animate-rise rounded-b-lg border border-t-0 border-line bg-canvas px-3 shadow-float tall:max-md:static tall:max-md:-order-1 tall:max-md:mx-3 tall:max-md:rounded-t-lg tall:max-md:rounded-b-none tall:max-md:border-t tall:max-md:border-b-0 md:mx-3"
      aria-label={createText.queue}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isOpen.value) return;
        isOpen.value = false;
        button.current?.focus();
      }}
    >
      <div class="flex flex-wrap items-center gap-x-2 text-sm">
        <button
          ref={button}
          type="button"
          class="flex min-h-control-sm items-center gap-1 font-semibold"
          aria-expanded={isOpen.value}
          aria-controls="queue"
          onClick={() => {
            isOpen.value = !isOpen.value;
          }}
        >
          {createText.queuedCount(items.length)}
          <span class={isOpen.value ? "contents *:rotate-180" : "contents"}>
            <Icon svg={chevronDown} />
          </span>
        </button>
        <QueueStatus />
      </div>
      <ol id="queue" class="max-h-[30dvh] overflow-auto" hidden={!isOpen.value}>
        {items.map((item) => (
          <QueueItem key={item.key} item={item} />
        ))}
      </ol>
    </section>
  );
}

/** When the queue starts, or why it is paused. */
function QueueStatus() {
  const queue = usePart(queuePart);
  const { session, user } = usePart(sessionPart);
  const pause = usePart(submitPart).pause.value;
  if (!session.value) return <p class="text-muted">{createText.startsWhenReached}</p>;
  if (!user.value) return <p class="text-muted">{createText.startsAfterSignIn}</p>;
  if (!pause || pause.code === "limit_reached") return <p class="text-muted">{createText.starts}</p>;
  return (
    <>
      <p class="text-muted">{reasonOf(pause)}</p>
      {/* Another request does not change a daily limit that is used up. */}
      {pause.code !== "quota_exceeded" && (
        <button type="button" class="link min-h-control-sm" onClick={queue.resume}>
          {pause.code === "stale" ? createText.startNow : createText.tryNow}
        </button>
      )}
    </>
  );
}

function reasonOf({ code, until, isGuess }: QueuePause): string {
  if (code === "stale") return createText.stale;
  const reason = code === "budget_exhausted" && isGuess ? createText.paused : errors.sentence(code);
  return `${reason} ${(isGuess ? createText.triesAt : createText.startsAt)(until, Date.now())}`;
}

function QueueItem({ item }: { item: OutboxItem }) {
  const { session } = usePart(sessionPart);
  const { prompt, model, aspectRatio } = item.body;
  const label = commonText.model(model);
  return (
    <li class="flex min-h-control items-center gap-1 border-t border-line py-1">
      <p class="min-w-0 flex-1">
        <span class="line-clamp-1 text-sm wrap-anywhere" dir="auto">
          {prompt}
        </span>
        <span class="text-xs text-muted">{aspectRatio ? `${label} · ${aspectRatio}` : label}</span>
      </p>
      {/* Until the user is known, the queue shown is that of the browser's last user. */}
      {session.value && <QueueItemButtons item={item} />}
    </li>
  );
}

function QueueItemButtons({ item: { key, body } }: { item: OutboxItem }) {
  const queue = usePart(queuePart);
  const composer = usePart(composerPart);
  return (
    <>
      <button
        type="button"
        class="button round small quiet"
        aria-label={createText.editQueued(body.prompt)}
        title={createText.edit}
        onClick={() => queue.edit(key)}
      >
        <Icon svg={pencil} />
      </button>
      <button
        type="button"
        class="button round small quiet"
        aria-label={createText.removeQueued(body.prompt)}
        title={createText.remove}
        onClick={() => {
          queue.remove(key);
          composer.focus.value = true;
        }}
      >
        <Icon svg={x} />
      </button>
    </>
  );
}
