import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import copyIcon from "lucide-static/icons/copy.svg?raw";
import download from "lucide-static/icons/download.svg?raw";
import heart from "lucide-static/icons/heart.svg?raw";
import pencil from "lucide-static/icons/pencil.svg?raw";
import share from "lucide-static/icons/share-2.svg?raw";
import trash from "lucide-static/icons/trash-2.svg?raw";
import type { Generation } from "../../worker/contract.ts";
import type { Studio } from "../state/studio.ts";
import { text } from "../text/first.ts";
import { later } from "../text/later.ts";
import { copy } from "./copy.ts";
import { Icon } from "./icon.tsx";

type Props = { studio: Studio; generation: Generation; onUse: () => void; onRemoved: () => void };

/** What a picture was made from, and what can be done with it. */
export function PictureDetails({ studio, generation, onUse, onRemoved }: Props) {
  const { prompt, favorite, outputUrl } = generation;
  return (
    <aside class="viewer-details">
      <h1 class="sr-only">{later.picture}</h1>
      <p class="text-base whitespace-pre-line" dir="auto">
        {prompt}
      </p>
      <div class="flex flex-wrap gap-2">
        <button
          type="button"
          class="button plain small"
          onClick={async () => {
            studio.toast.value = (await copy(prompt)) ? later.copied : later.copyFailed;
          }}
        >
          <Icon svg={copyIcon} />
          {later.copyPrompt}
        </button>
        <button type="button" class="button plain small" onClick={onUse}>
          <Icon svg={pencil} />
          {later.usePrompt}
        </button>
      </div>
      <div class="grid gap-2">
        <a class="button filled" href={`${outputUrl}?download`} download>
          <Icon svg={download} />
          {text.download}
        </a>
        <div class="grid grid-cols-2 gap-2">
          <button
            type="button"
            class="button plain"
            onClick={() => {
              studio.sharing.value = generation;
            }}
          >
            <Icon svg={share} />
            {text.share}
          </button>
          <button
            type="button"
            class="button plain favorite"
            aria-pressed={favorite}
            onClick={() => void studio.favorite(generation)}
          >
            <Icon svg={heart} />
            {text.favorite}
          </button>
        </div>
      </div>
      <Facts studio={studio} generation={generation} />
      <Remove studio={studio} generation={generation} onRemoved={onRemoved} />
    </aside>
  );
}

function Facts({ studio, generation }: Pick<Props, "studio" | "generation">) {
  const { model, width, height, options, createdAt } = generation;
  const label = studio.session.models.value.find(({ id }) => id === model)?.label ?? model;
  const facts: [string, string | number | null | undefined][] = [
    [later.model, label],
    [later.size, width && height && later.sizeOf(width, height)],
    [text.ratio, options.aspectRatio],
    [later.seed, options.seed],
    [later.without, options.negativePrompt],
    [later.made, later.date(createdAt)],
  ];
  return (
    <dl class="facts">
      {facts.map(
        ([name, value]) =>
          value !== undefined &&
          value !== null && (
            <div key={name}>
              <dt>{name}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

function Remove({ studio, generation, onRemoved }: Omit<Props, "onUse">) {
  const sure = useSignal(false);
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (sure.value) keep.current?.focus();
  }, [sure.value]);
  if (!sure.value) {
    return (
      <button
        type="button"
        class="button quiet danger mt-auto self-start"
        onClick={() => {
          sure.value = true;
        }}
      >
        <Icon svg={trash} />
        {later.remove}
      </button>
    );
  }
  return (
    <div role="group" aria-label={later.remove} class="mt-auto rounded-md bg-sunken p-4">
      <p class="text-sm">{later.removeSure}</p>
      <div class="mt-3 grid grid-cols-2 gap-2">
        <button
          ref={keep}
          type="button"
          class="button plain small"
          onClick={() => {
            sure.value = false;
          }}
        >
          {later.keep}
        </button>
        <button
          type="button"
          class="button plain danger small"
          onClick={async () => {
            if (!(await studio.remove(generation.id))) return;
            studio.toast.value = later.removed;
            onRemoved();
          }}
        >
          {later.remove}
        </button>
      </div>
    </div>
  );
}
