import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import copyIcon from "lucide-static/icons/copy.svg?raw";
import imageIcon from "lucide-static/icons/image.svg?raw";
import shareIcon from "lucide-static/icons/share.svg?raw";
import type { Generation } from "../../worker/contract.ts";
import { fileNameOf } from "../../worker/file-name.ts";
import { endLink, makeLink } from "../studio/image-actions.ts";
import type { Studio } from "../studio/studio.ts";
import { pictureText } from "../text/gallery.ts";
import { copy } from "../browser/clipboard.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { Photo } from "../ui/thumbnail.tsx";
import { stylesheet } from "../ui/stylesheet.ts";
import looks from "../styles/share.css?url";

await stylesheet(looks);

/** By link, as set in this page: the Worker reports that an image is shared, but not whether the prompt shows. */
const promptShown = new Map<string, boolean>();

/** Whether a link's page shows the prompt; null where the link was made elsewhere. */
const showsPrompt = (url: string | null) => url !== null && (promptShown.get(url) ?? null);

/** Turns the public link of an image on and off, and opens the device's share sheet with the link or the image. */
export function ShareDialog({ studio, generation }: { studio: Studio; generation: Generation }) {
  /** Kept current: the link may be turned off elsewhere while the dialog is open. */
  const latest = useSignal(generation);
  const url = useComputed(() => latest.value.shareUrl);
  const showPrompt = useSignal(showsPrompt(generation.shareUrl));
  /** Changes run one after the other, so that the link ends up as the switches stand. */
  const work = useRef<Promise<unknown>>(Promise.resolve());
  /** The first link is being made. */
  const making = useRef(false);
  const said = useSignal<string | null>(null);
  const close = () => {
    studio.sharing.value = null;
  };
  /** Errors show on the page, which is behind the dialog: repeat them here. */
  const trouble = studio.toasts.value.findLast(({ action }) => !action)?.text ?? null;
  const forgetTrouble = () => {
    studio.toasts.value = studio.toasts.peek().filter(({ action }) => action);
  };

  // Layout effect: listens before the first click.
  useLayoutEffect(() => {
    forgetTrouble();
    const stop = studio.listen({
      changed(news) {
        if (news.id !== generation.id) return;
        const before = url.peek();
        latest.value = news;
        if (news.shareUrl === before) return;
        if (!making.current) showPrompt.value = showsPrompt(news.shareUrl);
        if (news.shareUrl === null) said.value = pictureText.sharingStopped;
      },
      dropped: (gone) => gone === generation.id && close(),
    });
    return () => void stop();
  }, []);

  async function turnOn(withPrompt: boolean) {
    making.current = url.peek() === null;
    const link = await makeLink(studio, latest, withPrompt);
    making.current = false;
    if (link !== null) promptShown.set(link, withPrompt);
  }
  function next(change: () => Promise<unknown>) {
    said.value = null;
    forgetTrouble();
    const done = work.current.then(change).then(() => {
      // After a failure the link's page is unchanged.
      if (work.current === done && url.peek() !== null) showPrompt.value = showsPrompt(url.peek());
    });
    work.current = done;
  }
  /** Starts to copy inside the click; call the result with the link. A browser that refuses this copy is no error. */
  function copyWhenMade() {
    let hasLink: (link: string | null) => void = () => {};
    const copied = copy(
      new Promise<string | null>((resolve) => {
        hasLink = resolve;
      }),
    );
    return async (link: string | null) => {
      hasLink(link);
      if (await copied) said.value = pictureText.copied;
    };
  }
  const copyLink = async (link: string) => {
    said.value = (await copy(link)) ? pictureText.copied : pictureText.copyFailed;
  };

  return (
    <Dialog label={pictureText.shareTitle} class="sheet" onClose={close}>
      <div class="share-head">
        <div class="share-photo">
          <Photo generation={generation} />
        </div>
        <div>
          <h2>{pictureText.shareTitle}</h2>
          <p>{pictureText.shareWhy}</p>
        </div>
      </div>
      <label class="switch share-row">
        {pictureText.shareOn}
        <input
          type="checkbox"
          role="switch"
          checked={url.value !== null}
          onClick={(event) => {
            // It shows the link's state, not the wish.
            event.preventDefault();
            const copying = url.peek() === null ? copyWhenMade() : null;
            next(async () => {
              if (url.value !== null) await endLink(studio, latest);
              else await turnOn(false);
              await copying?.(url.value);
            });
          }}
        />
      </label>
      <label class={`switch share-row ${url.value === null ? "share-off" : ""}`}>
        {pictureText.showPrompt}
        <Switch
          state={showPrompt.value}
          disabled={url.value === null}
          onChange={(on) => {
            showPrompt.value = on;
            next(async () => url.value !== null && turnOn(on));
          }}
        />
      </label>
      {url.value !== null && (
        <div class="share-link">
          <input
            class="field"
            readonly
            dir="ltr"
            aria-label={pictureText.link}
            value={url.value}
            onFocus={(event) => event.currentTarget.select()}
          />
          <button
            type="button"
            class="button filled"
            onClick={() => url.value !== null && void copyLink(url.value)}
          >
            <Icon svg={copyIcon} />
            {said.value === pictureText.copied ? pictureText.copied : pictureText.copyLink}
          </button>
        </div>
      )}
      <NativeShare
        generation={generation}
        url={url.value}
        prompt={showPrompt.value === true ? generation.prompt : null}
      />
      <p role="status" class={!trouble && said.value === pictureText.copied ? "sr-only" : "share-said"}>
        {trouble ?? said.value}
      </p>
      <button type="button" class="button quiet share-close" onClick={close}>
        {pictureText.close}
      </button>
    </Dialog>
  );
}

type SwitchProps = { state: boolean | null; disabled: boolean; onChange: (on: boolean) => void };

/** A checkbox; null shows that its state is unknown. */
function Switch({ state, disabled, onChange }: SwitchProps) {
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

/** `prompt`: null unless the link shows it. Then nothing that leaves through the share sheet may contain it. */
type NativeProps = { generation: Generation; url: string | null; prompt: string | null };

/** Opens the device's share sheet, where the browser has one. */
function NativeShare({ generation, url, prompt }: NativeProps) {
  const image = useSignal<Blob | null>(null);
  const fileOf = (blob: Blob) =>
    new File([blob], fileNameOf({ id: generation.id, prompt }, 0, blob.type), { type: blob.type });
  const { outputUrl } = generation;
  useEffect(() => {
    // The share sheet opens only right after a click, so the image is fetched before.
    if (!("canShare" in navigator) || outputUrl === null) return;
    const ending = new AbortController();
    void fetchImage(outputUrl, ending.signal).then((blob) => {
      if (blob && navigator.canShare({ files: [fileOf(blob)] })) image.value = blob;
    });
    return () => ending.abort();
  }, [outputUrl]);
  if (!("share" in navigator)) return null;
  const { value: shareable } = image;
  const title = prompt === null ? {} : { title: prompt };
  return (
    <div class="share-native">
      {url !== null && (
        <button type="button" class="button plain" onClick={() => void share({ url, ...title })}>
          <Icon svg={shareIcon} />
          {pictureText.shareLink}
        </button>
      )}
      {shareable && (
        <button type="button" class="button plain" onClick={() => void share({ files: [fileOf(shareable)] })}>
          <Icon svg={imageIcon} />
          {pictureText.sharePicture}
        </button>
      )}
    </div>
  );
}

async function fetchImage(url: string, signal: AbortSignal): Promise<Blob | null> {
  try {
    const response = await fetch(url, { signal });
    return response.ok ? await response.blob() : null;
  } catch {
    return null;
  }
}

async function share(what: ShareData): Promise<void> {
  try {
    await navigator.share(what);
  } catch {
    // The user closed the sheet, or there is no app to share with: the browser shows that itself.
  }
}
