import copyIcon from "lucide-static/icons/copy.svg?raw";
import folderPlus from "lucide-static/icons/folder-plus.svg?raw";
import download from "lucide-static/icons/download.svg?raw";
import heart from "lucide-static/icons/heart.svg?raw";
import imageIcon from "lucide-static/icons/image.svg?raw";
import link from "lucide-static/icons/link.svg?raw";
import pencil from "lucide-static/icons/pencil.svg?raw";
import again from "lucide-static/icons/refresh-cw.svg?raw";
import share from "lucide-static/icons/share-2.svg?raw";
import sparkles from "lucide-static/icons/sparkles.svg?raw";
import trash from "lucide-static/icons/trash-2.svg?raw";
import { useSignal } from "@preact/signals";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { outputPath } from "../../worker/shared/output-path.ts";
import { canCopyImages, copyText } from "../browser/clipboard.ts";
import { isInFlight } from "../studio/images/generation.ts";
import { HIGH_QUALITY_MODEL, hasHighQuality } from "../studio/generate/variations.ts";
import { actionsText } from "../text/actions.ts";
import { commonText } from "../text/common.ts";
import { createText } from "../text/create.ts";
import { imageText } from "../text/image.ts";
import { stylesText } from "../text/styles.ts";
import { Icon } from "../ui/icon.tsx";
import type { ImageActions } from "./actions.ts";
import { downloadUrl } from "./download.ts";

const COPIED_FOR_MS = 2_500;

type Props = {
  generation: Generation;
  /** The index of the output on the stage. */
  outputIndex: number;
  actions: ImageActions;
  onDelete: () => void;
};

/** What an image was made from, and what can be done with it. */
export function Details({ generation, outputIndex, actions, onDelete }: Props) {
  const { prompt, outputs, shareUrl } = generation;
  const output = outputs[outputIndex];
  return (
    <aside class="flex flex-col gap-4 px-gutter py-4 max-lg:pb-32 lg:overflow-auto lg:border-s lg:border-line lg:p-6">
      <h1 class="sr-only">{imageText.image}</h1>
      <div class="grid justify-items-start gap-1.5">
        <p dir="auto" class="whitespace-pre-line wrap-anywhere">
          {prompt}
        </p>
        <div class="-ms-3 flex flex-wrap">
          <CopyButton text={prompt} />
          {output && canCopyImages() && (
            <button type="button" class="button quiet small" onClick={() => actions.copyImage(output.url)}>
              <Icon svg={imageIcon} />
              {actionsText.copyImage}
            </button>
          )}
          {output && (
            <button type="button" class="button quiet small" onClick={() => actions.collect(generation)}>
              <Icon svg={folderPlus} />
              {actionsText.collect}
            </button>
          )}
          {output && actions.referenceModel && (
            <button
              type="button"
              class="button quiet small"
              onClick={(event) => ifSingleClick(event, () => actions.useAsReference(generation, outputIndex))}
            >
              <Icon svg={imageIcon} />
              {actionsText.reference}
            </button>
          )}
          {output && actions.upscaler && (
            <button
              type="button"
              class="button quiet small"
              onClick={(event) => ifSingleClick(event, () => actions.upscale(generation, outputIndex))}
            >
              <Icon svg={sparkles} />
              {actionsText.upscale}
            </button>
          )}
          {shareUrl !== null && (
            <button
              type="button"
              class="button quiet small"
              title={imageText.publicLinkHint}
              onClick={() => actions.share(generation, outputIndex)}
            >
              <Icon svg={link} />
              {imageText.publicLink}
            </button>
          )}
        </div>
      </div>
      <Actions generation={generation} outputIndex={outputIndex} actions={actions} onDelete={onDelete} />
      {hasHighQuality(generation.model) && !isInFlight(generation) && (
        <HighQualityButton onClick={() => actions.createInHighQuality(generation)} />
      )}
      <Metadata
        generation={generation}
        outputIndex={outputIndex}
        onUseSeed={() => actions.useSeed(generation)}
      />
    </aside>
  );
}

/** Up to `lg` a bar at the bottom of the window: icons with words under them. */
const ACTIONS =
  "flex gap-2 max-lg:fixed max-lg:inset-x-0 max-lg:bottom-0 max-lg:z-bar max-lg:justify-around max-lg:gap-0.5 max-lg:border-t max-lg:border-line max-lg:bg-raised max-lg:px-1 max-lg:pt-2 max-lg:pb-safe lg:grid lg:grid-cols-2";
/** Labels longer than the English ones take a second line. */
const ACTION = "min-w-control px-2 whitespace-normal wrap-anywhere max-lg:flex-auto max-lg:stacked";
const PLAIN = `button plain max-lg:border-transparent max-lg:bg-transparent ${ACTION}`;

function Actions({ generation, outputIndex, actions, onDelete }: Props) {
  const output = generation.outputs[outputIndex];
  return (
    <div class={ACTIONS}>
      {output && (
        <>
          <a
            class={`button filled lg:col-span-full ${ACTION}`}
            href={downloadUrl(output)}
            download
            title={imageText.download}
          >
            <Icon svg={download} />
            <span>{imageText.download}</span>
          </a>
          <button
            type="button"
            class={PLAIN}
            title={imageText.share}
            onClick={() => actions.share(generation, outputIndex)}
          >
            <Icon svg={share} />
            <span>{imageText.share}</span>
          </button>
          <button
            type="button"
            class={`${PLAIN} favorite`}
            title={imageText.favorite}
            aria-pressed={generation.favorite}
            onClick={() => actions.toggleFavorite(generation)}
          >
            <Icon svg={heart} />
            <span>{imageText.favorite}</span>
          </button>
        </>
      )}
      <button
        type="button"
        class={PLAIN}
        title={imageText.editHint}
        onClick={(event) => ifSingleClick(event, () => actions.edit(generation))}
      >
        <Icon svg={pencil} />
        <span>{imageText.edit}</span>
      </button>
      <button
        type="button"
        class={PLAIN}
        title={imageText.againHint}
        onClick={() => actions.again(generation)}
      >
        <Icon svg={again} />
        <span>{imageText.again}</span>
      </button>
      <button
        type="button"
        class={`button quiet lg:col-span-full ${ACTION}`}
        title={imageText.delete}
        onClick={onDelete}
      >
        <Icon svg={trash} />
        <span>{imageText.delete}</span>
      </button>
    </div>
  );
}

function HighQualityButton({ onClick }: { onClick: () => void }) {
  const model = commonText.model(HIGH_QUALITY_MODEL);
  return (
    <button
      type="button"
      class="button plain whitespace-normal wrap-anywhere"
      title={imageText.inModelHint(model)}
      onClick={(event) => ifSingleClick(event, onClick)}
    >
      <Icon svg={sparkles} />
      <span>{imageText.inModel(model)}</span>
    </button>
  );
}

/** The second click of a double click does nothing, neither here nor in the form that the first one leads to. */
function ifSingleClick(event: MouseEvent, action: () => void): void {
  if (event.detail < 2) action();
}

function CopyButton({ text }: { text: string }) {
  const result = useSignal<string | null>(null);
  return (
    <button
      type="button"
      class="button quiet small"
      title={imageText.copyPrompt}
      onClick={async () => {
        result.value = (await copyText(text)) ? imageText.copied : imageText.copyFailed;
        setTimeout(() => {
          result.value = null;
        }, COPIED_FOR_MS);
      }}
    >
      <Icon svg={copyIcon} />
      <span role="status">{result.value ?? imageText.copyPrompt}</span>
    </button>
  );
}

type MetadataProps = Pick<Props, "generation" | "outputIndex"> & { onUseSeed: () => void };

function Metadata({ generation, outputIndex, onUseSeed }: MetadataProps) {
  const { model, options, outputs, createdAt, completedAt } = generation;
  const output = outputs[outputIndex];
  const seconds = completedAt && Math.round((Date.parse(completedAt) - Date.parse(createdAt)) / 1_000);
  const facts: [string, string | number | null | undefined][] = [
    [imageText.model, commonText.model(model)],
    [imageText.size, output && imageText.sizeOf(output.width, output.height)],
    [imageText.ratio, options.aspectRatio],
    [imageText.seed, options.seed],
    [imageText.exclude, options.negativePrompt],
    [stylesText.title, options.style && stylesText.label(options.style)],
    [imageText.count, options.count && imageText.countOf(outputs.length, options.count)],
    [imageText.created, imageText.date(createdAt)],
    [imageText.time, seconds && seconds > 0 ? createText.seconds(seconds) : null],
  ];
  return (
    <dl class="grid gap-2 border-t border-line pt-4 text-sm">
      {facts.map(
        ([name, value]) =>
          value !== undefined &&
          value !== null && (
            <div key={name} class="flex justify-between gap-4">
              <dt class="text-muted">{name}</dt>
              <dd dir="auto" class="text-end wrap-anywhere">
                {value}
                {name === imageText.seed && (
                  <button
                    type="button"
                    class="link ms-2"
                    title={imageText.useSeedHint}
                    onClick={(event) => ifSingleClick(event, onUseSeed)}
                  >
                    {imageText.useSeed}
                  </button>
                )}
              </dd>
            </div>
          ),
      )}
      {options.reference && (
        <div class="flex justify-between gap-4">
          <dt class="text-muted">{imageText.reference}</dt>
          <dd class="text-end">
            {"generation" in options.reference ? (
              <a class="link" href={outputPath(options.reference.generation, options.reference.output)}>
                {imageText.referenceOwn}
              </a>
            ) : (
              imageText.referenceUploaded
            )}
          </dd>
        </div>
      )}
    </dl>
  );
}
