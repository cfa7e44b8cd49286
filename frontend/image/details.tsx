import copyIcon from "lucide-static/icons/copy.svg?raw";
import dices from "lucide-static/icons/dices.svg?raw";
import download from "lucide-static/icons/download.svg?raw";
import heart from "lucide-static/icons/heart.svg?raw";
import pencil from "lucide-static/icons/pencil.svg?raw";
import share from "lucide-static/icons/share-2.svg?raw";
import trash from "lucide-static/icons/trash-2.svg?raw";
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Generation, Output } from "../../worker/contract.ts";
import { makeAgain, remix } from "../studio/remix.ts";
import type { Router } from "../browser/router.ts";
import { toggleFavorite } from "../studio/favorites.ts";
import type { Studio, Toast } from "../studio/studio.ts";
import { text } from "../text/common.ts";
import { making } from "../text/create.ts";
import { pictureText } from "../text/gallery.ts";
import { told } from "../text/errors.ts";
import { copy } from "../browser/clipboard.ts";
import { Icon } from "../ui/icon.tsx";
import { onlyOnce } from "../ui/ignore-held-enter.ts";

type Props = {
  studio: Studio;
  router: Router;
  generation: Generation;
  /** The one of its pictures that is on the stage; none without. */
  output: Output | undefined;
  onRemove: () => void;
};

/** What a picture was made from, and what can be done with it. */
export function PictureDetails({ studio, router, generation, output, onRemove }: Props) {
  const { prompt, favorite } = generation;
  /** The message about "More like this", and how often it was clicked while that shows. */
  const said = useRef<{ toast: Toast; clicks: number } | null>(null);

  function again(result: ReturnType<typeof makeAgain>) {
    const last = said.current && studio.toasts.peek().includes(said.current.toast) ? said.current : null;
    if (last) studio.dismiss(last.toast);
    const clicks = (last?.clicks ?? 0) + (result === "full" ? 0 : 1);
    const toast = studio.notify(
      result === "full" ? told.waitingFull : pictureText.againDone(clicks, result === "queued"),
      { label: pictureText.seeIt, run: () => router.go("/") },
    );
    said.current = { toast, clicks };
  }

  return (
    <aside class="viewer-details">
      <h1 class="sr-only">{pictureText.picture}</h1>
      <div class="viewer-prompt">
        <p dir="auto">{prompt}</p>
        <Copy words={prompt} />
      </div>
      <div class="viewer-actions">
        {output && (
          <>
            <a class="button filled" href={`${output.url}?download`} download title={pictureText.download}>
              <Icon svg={download} />
              <span>{pictureText.download}</span>
            </a>
            <button
              type="button"
              class="button plain"
              title={pictureText.share}
              onClick={() => {
                studio.sharing.value = generation;
              }}
            >
              <Icon svg={share} />
              <span>{pictureText.share}</span>
            </button>
            <button
              type="button"
              class="button plain favorite"
              title={pictureText.favorite}
              aria-pressed={favorite}
              onClick={() => void toggleFavorite(studio, generation)}
            >
              <Icon svg={heart} />
              <span>{pictureText.favorite}</span>
            </button>
          </>
        )}
        <button
          type="button"
          class="button plain"
          title={pictureText.remixWhat}
          {...once(() => {
            remix(studio, generation);
            router.go("/");
          })}
        >
          <Icon svg={pencil} />
          <span>{pictureText.remix}</span>
        </button>
        <button
          type="button"
          class="button plain"
          title={pictureText.againWhat}
          onClick={() => again(makeAgain(studio, generation))}
          onKeyDown={onlyOnce}
        >
          <Icon svg={dices} />
          <span>{pictureText.again}</span>
        </button>
        <button
          type="button"
          class="button quiet viewer-delete"
          title={pictureText.delete}
          onClick={onRemove}
        >
          <Icon svg={trash} />
          <span>{pictureText.delete}</span>
        </button>
      </div>
      <Facts
        generation={generation}
        output={output}
        onUseSeed={(seed) => {
          studio.composer.model.value = generation.model;
          studio.composer.seed.value = seed;
          studio.composer.focus.value = true;
          router.go("/");
        }}
      />
    </aside>
  );
}

/** Of a double click the second does nothing, nor does a key that is held down, here or in the form that it leads to. */
const once = (act: () => void) => ({
  onClick: (event: MouseEvent) => {
    if (event.detail < 2) act();
  },
  onKeyDown: onlyOnce,
});

/** Copies, and says on the spot whether it did. */
function Copy({ words }: { words: string }) {
  const said = useSignal<string | null>(null);
  return (
    <button
      type="button"
      class="button quiet small"
      title={pictureText.copyPrompt}
      onClick={async () => {
        said.value = (await copy(words)) ? pictureText.copied : pictureText.copyFailed;
        setTimeout(() => {
          said.value = null;
        }, 2_500);
      }}
    >
      <Icon svg={copyIcon} />
      <span role="status">{said.value ?? pictureText.copyPrompt}</span>
    </button>
  );
}

type FactsProps = Pick<Props, "generation" | "output"> & { onUseSeed: (seed: number) => void };

function Facts({ generation, output, onUseSeed }: FactsProps) {
  const { model, options, createdAt, completedAt } = generation;
  const took = completedAt && Math.round((Date.parse(completedAt) - Date.parse(createdAt)) / 1_000);
  const facts: [string, string | number | null | undefined][] = [
    [pictureText.model, text.model(model)],
    [pictureText.size, output && pictureText.sizeOf(output.width, output.height)],
    [pictureText.ratio, options.aspectRatio],
    [pictureText.seed, options.seed],
    [pictureText.without, options.negativePrompt],
    [pictureText.made, pictureText.date(createdAt)],
    [pictureText.took, took && took > 0 ? making.seconds(took) : null],
  ];
  return (
    <dl class="facts">
      {facts.map(
        ([name, value]) =>
          value !== undefined &&
          value !== null && (
            <div key={name}>
              <dt>{name}</dt>
              <dd dir="auto">
                {value}
                {name === pictureText.seed && (
                  <button
                    type="button"
                    class="link use-seed"
                    title={pictureText.useSeedWhat}
                    {...once(() => onUseSeed(Number(value)))}
                  >
                    {pictureText.useSeed}
                  </button>
                )}
              </dd>
            </div>
          ),
      )}
    </dl>
  );
}
