import pencil from "lucide-static/icons/pencil.svg?raw";
import again from "lucide-static/icons/refresh-cw.svg?raw";
import retryIcon from "lucide-static/icons/rotate-ccw.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { outputPath } from "../../worker/shared/output-path.ts";
import type { BatchCell } from "../studio/generate/batches.ts";
import { queuePart } from "../studio/generate/queue.ts";
import { submitPart } from "../studio/generate/submit.ts";
import { type FeedEntry, feedPart } from "../studio/images/feed.ts";
import { isInFlight, outputOf } from "../studio/images/generation.ts";
import { batchText } from "../text/batch.ts";
import { createText } from "../text/create.ts";
import { errors } from "../text/errors.ts";
import { Icon } from "../ui/icon.tsx";
import { usePart } from "../ui/parts.ts";
import { Thumbnail } from "../ui/thumbnail.tsx";
import { PendingStatus } from "./pending-status.tsx";
import { Action, Settings, TILE } from "./result-parts.tsx";
import { TileActions } from "./tile-actions.tsx";
import { useVariations } from "./use-variations.ts";

/** From this ratio on, two images are above each other, except in a window that has the width for both. */
const WIDE = 1.3;
const WIDE_WINDOW = "(min-width: 64rem)";

export type BatchProps = {
  /** The images that were submitted together; one cell, if the model creates all of them as one generation. */
  cells: readonly BatchCell[];
  isLatest: boolean;
  /** Whether the tile with this `data-id` shows its actions. */
  isShown: (id: string) => boolean;
};

/** One image of the grid. */
type Slot = {
  key: string;
  /** Without a generation it waits in the queue. */
  generation: Generation | null;
  entry: FeedEntry | null;
  /** Which of the generation's images. */
  output: number;
  cancel: () => void;
};

/** Several images that were submitted together: the latest ones as a block with their actions, earlier ones as a tile. */
export function BatchBlock({ cells, isLatest, isShown }: BatchProps) {
  const slots = useSlots(cells);
  const [first] = cells;
  const ratio = first?.entry?.frame ?? 1;
  const isStacked = slots.length === 2 && ratio >= WIDE && !matchMedia(WIDE_WINDOW).matches;
  const columns = isStacked ? 1 : 2;
  const rows = Math.ceil(slots.length / columns);
  const sizes = `(width < 48rem) ${100 / columns}vw, ${Math.ceil((62 * ratio) / rows)}vh`;
  const isBusy = slots.some(({ generation }) => generation === null || isInFlight(generation));
  const grid = (
    <ul
      class="absolute inset-0 grid auto-rows-fr gap-1"
      style={{ gridTemplateColumns: `repeat(${columns}, 1fr)` }}
      aria-label={batchText.name(slots.length)}
    >
      {slots.map((slot, index) => (
        <SlotTile
          key={slot.key}
          slot={slot}
          index={index}
          isLatest={isLatest}
          sizes={isLatest ? sizes : "14rem"}
          isShown={isShown}
        />
      ))}
    </ul>
  );
  const style = { "--ratio": (columns * ratio) / rows };
  if (!isLatest) {
    return (
      <li class={TILE} style={style} aria-busy={isBusy}>
        {grid}
      </li>
    );
  }
  return (
    <li
      class="flex min-w-0 basis-full flex-col gap-3 mb-3 md:mb-6 md:flex-row md:gap-6"
      style={style}
      aria-busy={isBusy}
      data-latest
    >
      <div
        class="relative mx-auto aspect-(--ratio) w-full max-w-[min(100%,var(--ratio)*68dvh)] flex-none self-start overflow-hidden rounded-md md:mx-0 md:w-[min(62vh*var(--ratio),100%-19rem)]"
        data-frame
      >
        {grid}
      </div>
      <BatchPanel cells={cells} slots={slots} isBusy={isBusy} />
    </li>
  );
}

function useSlots(cells: readonly BatchCell[]): Slot[] {
  const feed = usePart(feedPart);
  const queue = usePart(queuePart);
  const submit = usePart(submitPart);
  return cells.flatMap(({ key, entry, item }): Slot[] => {
    if (entry === null) {
      return [{ key, generation: null, entry: null, output: 0, cancel: () => queue.remove(item.key) }];
    }
    const generation = feed.generationOf(entry);
    const { count = 1 } = generation.options;
    return Array.from({ length: Math.max(count, generation.outputs.length, 1) }, (_, output) => ({
      key: `${key} ${output}`,
      generation,
      entry,
      output,
      cancel: () => void submit.cancel(key),
    }));
  });
}

type TileProps = {
  slot: Slot;
  index: number;
  isLatest: boolean;
  sizes: string;
  isShown: BatchProps["isShown"];
};

function SlotTile({ slot, index, isLatest, sizes, isShown }: TileProps) {
  const { generation, entry, output, cancel } = slot;
  const isPending = generation === null || isInFlight(generation);
  const image = generation && outputOf(generation, output);
  const id = `${generation?.id} ${output}`;
  return (
    <li
      class={`group relative min-h-0 min-w-0 overflow-hidden rounded-sm bg-shade forced-colors:outline forced-colors:-outline-offset-1 ${isPending ? "skeleton" : ""}`}
      aria-busy={isPending}
      data-entry={entry?.key}
      data-id={image ? id : undefined}
    >
      {image && entry ? (
        <>
          <a
            href={outputPath(image.id, output)}
            class="absolute inset-0 ring-inside rounded-[inherit] select-none [-webkit-touch-callout:none]"
            aria-label={createText.open(image.prompt)}
          >
            <Thumbnail generation={image} sizes={sizes} />
          </a>
          {isShown(id) && <TileActions generation={image} output={output} />}
        </>
      ) : isPending ? (
        <div class="absolute inset-0 flex items-end p-3">
          {isLatest && output === 0 && (
            <button
              type="button"
              class="button round small quiet absolute end-1 top-1"
              aria-label={batchText.cancelOne(index + 1)}
              title={createText.cancel}
              onClick={cancel}
            >
              <Icon svg={x} />
            </button>
          )}
          {output > 0 ? null : entry && generation ? (
            <PendingStatus entry={entry} generation={generation} />
          ) : (
            <p class="text-sm text-muted">{createText.queued}</p>
          )}
        </div>
      ) : (
        <FailedSlot slot={slot} />
      )}
    </li>
  );
}

/** Why there is no image. */
function FailedSlot({ slot: { generation, entry } }: { slot: Slot }) {
  const submit = usePart(submitPart);
  if (!generation || !entry) return null;
  const hasImages = generation.status === "succeeded";
  return (
    <div class="absolute inset-0 grid content-center justify-items-center gap-2 overflow-auto p-3 text-center text-sm">
      <p>{hasImages ? batchText.missing : reasonOf(entry, generation)}</p>
      {!hasImages && (
        <button type="button" class="button plain small" onClick={() => void submit.retry(entry.key)}>
          <Icon svg={retryIcon} />
          {createText.tryAgain}
        </button>
      )}
    </div>
  );
}

function reasonOf(entry: FeedEntry, { error, options }: Generation): string {
  if (entry.phase === "rejected" && entry.error) return errors.rejected(entry.error, options);
  return error ? errors.failure(error.code) : createText.canceled;
}

type PanelProps = { cells: readonly BatchCell[]; slots: readonly Slot[]; isBusy: boolean };

function BatchPanel({ cells, slots, isBusy }: PanelProps) {
  const [first] = slots;
  const shown = slots.find(({ generation }) => generation !== null)?.generation;
  if (!first || !shown) return null;
  const ready = slots.filter(({ generation, output }) => generation && outputOf(generation, output)).length;
  return (
    <div class="flex min-w-0 flex-1 flex-col gap-3 md:max-w-md">
      <p class="line-clamp-3 font-medium wrap-anywhere md:line-clamp-6 md:text-lg" dir="auto">
        {shown.prompt}
      </p>
      <Settings generation={cells.length > 1 ? withoutSeed(shown) : shown} />
      <p class="flex min-h-control-sm items-center text-sm text-muted nums" role="status">
        {batchText.ready(ready, slots.length)}
      </p>
      <BatchActions slots={slots} shown={shown} isBusy={isBusy} ready={ready} />
    </div>
  );
}

/** The images of a batch have a seed each; the viewer shows it. */
const withoutSeed = (generation: Generation): Generation => {
  const { seed: _, ...options } = generation.options;
  return { ...generation, options };
};

type ActionsProps = { slots: readonly Slot[]; shown: Generation; isBusy: boolean; ready: number };

/** Cancel and Retry come last, so that no other button moves when they go. */
function BatchActions({ slots, shown, isBusy, ready }: ActionsProps) {
  const submit = usePart(submitPart);
  const variations = useVariations(shown);
  const retryMissing = () => {
    const failed = new Set(
      slots.flatMap(({ entry, generation }) =>
        entry && generation && generation.status !== "succeeded" ? [entry.key] : [],
      ),
    );
    for (const key of failed) void submit.retry(key);
    const missing = slots.filter(
      ({ generation, output }) => generation?.status === "succeeded" && !outputOf(generation, output),
    ).length;
    if (missing > 0) variations.again(missing);
  };
  return (
    <div class="grid grid-cols-4 gap-2 md:grid-cols-2">
      <Action icon={pencil} onClick={() => variations.edit()}>
        {createText.edit}
      </Action>
      <Action
        icon={again}
        title={batchText.againWhat(slots.length)}
        name="again"
        onClick={() => variations.again(slots.length)}
      >
        {createText.again}
      </Action>
      {isBusy ? (
        <Action
          icon={x}
          onClick={() => {
            for (const { output, generation, cancel } of slots.toReversed()) {
              if (output === 0 && (generation === null || isInFlight(generation))) cancel();
            }
          }}
        >
          {batchText.cancelAll}
        </Action>
      ) : (
        ready < slots.length && (
          <Action icon={retryIcon} onClick={retryMissing}>
            {batchText.retryMissing}
          </Action>
        )
      )}
    </div>
  );
}
