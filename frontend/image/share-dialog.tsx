import { useComputed, useSignal } from "@preact/signals";
import copyIcon from "lucide-static/icons/copy.svg?raw";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Output } from "../../worker/api/schemas/generation.ts";
import { copyText } from "../browser/clipboard.ts";
import { dialogsPart } from "../studio/dialogs.ts";
import { generationsPart } from "../studio/images/generations.ts";
import { toastsPart } from "../studio/toasts.ts";
import { shareLinksPart } from "../studio/images/share-links.ts";
import { imageText } from "../text/image.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { usePart } from "../ui/parts.ts";
import { NativeShare } from "./native-share.tsx";

/** By link, as set in this page: the Worker reports that an image is shared, but not whether the prompt shows. */
const promptShown = new Map<string, boolean>();

/** Whether a link's page shows the prompt; null where the link was created elsewhere. */
const showsPrompt = (url: string | null) => url !== null && (promptShown.get(url) ?? null);

/** `output`: the index of the image that is on the stage. */
type Props = { id: string; output?: number };

/** Turns the public link of an image on and off, and opens the device's share sheet with the link or the image. */
export function ShareDialog({ id, output: outputIndex = 0 }: Props) {
  const dialogs = usePart(dialogsPart);
  const generations = usePart(generationsPart);
  const toasts = usePart(toastsPart);
  const close = () => {
    dialogs.share.value = null;
  };
  const link = useShareLink(id, close);
  const generation = generations.get(id)?.value;
  if (!generation) return null;

  const url = link.url.value;
  const output = generation.outputs[outputIndex] ?? generation.outputs[0];
  /** Errors show on the page, which is behind the dialog: repeat them here. */
  const error = toasts.all.value.findLast(({ action }) => !action)?.text ?? null;
  const isCopied = link.status.value === imageText.copied;
  return (
    <Dialog label={imageText.shareTitle} class="modal" onClose={close}>
      <div class="mb-4 flex gap-4">
        {output && <Preview output={output} alt={generation.prompt} />}
        <div>
          <h2 class="text-lg font-semibold">{imageText.shareTitle}</h2>
          <p class="mt-1 text-sm text-muted">{imageText.shareWhy(generation.outputs.length)}</p>
        </div>
      </div>
      <label class="switch min-h-control border-t border-line">
        {imageText.publicLink}
        <input
          type="checkbox"
          role="switch"
          checked={url !== null}
          onClick={(event) => {
            // It shows the link's state, which changes with the answer.
            event.preventDefault();
            link.toggle();
          }}
        />
      </label>
      <label class={`switch min-h-control border-t border-line ${url === null ? "text-muted" : ""}`}>
        {imageText.showPrompt}
        <PromptCheckbox state={link.showPrompt.value} disabled={url === null} onChange={link.setShowPrompt} />
      </label>
      {url !== null && (
        <div class="mt-3 grid grid-cols-[1fr_auto] gap-2">
          <input
            class="field text-sm"
            readonly
            dir="ltr"
            aria-label={imageText.link}
            value={url}
            onFocus={(event) => event.currentTarget.select()}
          />
          <button type="button" class="button filled" onClick={() => void link.copyUrl()}>
            <Icon svg={copyIcon} />
            {isCopied ? imageText.copied : imageText.copyLink}
          </button>
        </div>
      )}
      <NativeShare
        id={id}
        output={output}
        outputIndex={outputIndex}
        url={url}
        prompt={link.showPrompt.value === true ? generation.prompt : null}
      />
      <p role="status" class={!error && isCopied ? "sr-only" : "mt-2 text-sm text-muted"}>
        {error ?? link.status.value}
      </p>
      <button type="button" class="button quiet mt-2 w-full" onClick={close}>
        {imageText.close}
      </button>
    </Dialog>
  );
}

/** The link and its changes. `onDeleted`: the generation was deleted. */
function useShareLink(id: string, onDeleted: () => void) {
  const generations = usePart(generationsPart);
  const shareLinks = usePart(shareLinksPart);
  const toasts = usePart(toastsPart);
  const url = useComputed(() => generations.get(id)?.value.shareUrl ?? null);
  const showPrompt = useSignal(showsPrompt(url.peek()));
  /** What the last change did, or could not do. */
  const status = useSignal<string | null>(null);
  /** Changes run one after the other, so that the link ends up as the switches show. */
  const work = useRef<Promise<unknown>>(Promise.resolve());
  /** The first link is being created. */
  const isCreating = useRef(false);

  const dismissErrors = () => {
    for (const toast of toasts.all.peek()) if (!toast.action) toasts.dismiss(toast);
  };

  // Layout effect: listens before the first click.
  useLayoutEffect(() => {
    dismissErrors();
    return generations.subscribe((change) => {
      if (change.type === "deleted") {
        if (change.id === id) onDeleted();
        return;
      }
      const { shareUrl } = change.generation;
      if (change.generation.id !== id || shareUrl === change.previous?.shareUrl) return;
      if (!isCreating.current) showPrompt.value = showsPrompt(shareUrl);
      if (shareUrl === null) status.value = imageText.sharingStopped;
    });
  }, []);

  async function create(withPrompt: boolean): Promise<void> {
    isCreating.current = url.peek() === null;
    const created = await shareLinks.create(id, withPrompt);
    isCreating.current = false;
    if (created !== null) promptShown.set(created, withPrompt);
  }

  function enqueue(change: () => Promise<unknown>): void {
    status.value = null;
    dismissErrors();
    const done = work.current.then(change).then(() => {
      // After a failure the link's page is unchanged.
      if (work.current === done && url.peek() !== null) showPrompt.value = showsPrompt(url.peek());
    });
    work.current = done;
  }

  /** Starts to copy inside the click; call the result with the link. A browser that refuses this copy is no error. */
  function copyWhenCreated() {
    let setUrl: (url: string | null) => void = () => {};
    const copied = copyText(
      new Promise<string | null>((resolve) => {
        setUrl = resolve;
      }),
    );
    return async (created: string | null) => {
      setUrl(created);
      if (await copied) status.value = imageText.copied;
    };
  }

  return {
    url,
    showPrompt,
    status,
    toggle() {
      const finishCopy = url.peek() === null ? copyWhenCreated() : null;
      enqueue(async () => {
        if (url.peek() !== null) await shareLinks.revoke(id);
        else await create(false);
        await finishCopy?.(url.peek());
      });
    },
    setShowPrompt(isShown: boolean) {
      showPrompt.value = isShown;
      enqueue(async () => url.peek() !== null && create(isShown));
    },
    async copyUrl() {
      const current = url.peek();
      if (current === null) return;
      status.value = (await copyText(current)) ? imageText.copied : imageText.copyFailed;
    },
  };
}

function Preview({ output, alt }: { output: Output; alt: string }) {
  const { thumbnailUrl, width, height } = output;
  return (
    <div class="size-20 flex-none overflow-hidden rounded-md bg-shade">
      <img src={thumbnailUrl} width={width} height={height} alt={alt} class="size-full object-cover" />
    </div>
  );
}

type PromptCheckboxProps = {
  /** null: unknown, for a link that was created in another browser. */
  state: boolean | null;
  disabled: boolean;
  onChange: (isShown: boolean) => void;
};

function PromptCheckbox({ state, disabled, onChange }: PromptCheckboxProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current) input.current.indeterminate = state === null;
  }, [state]);
  return (
    <input
      ref={input}
      type="checkbox"
      disabled={disabled}
      checked={state ?? false}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}
