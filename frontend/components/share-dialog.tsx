import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import copyIcon from "lucide-static/icons/copy.svg?raw";
import imageIcon from "lucide-static/icons/image.svg?raw";
import shareIcon from "lucide-static/icons/share.svg?raw";
import type { Generation } from "../../worker/contract.ts";
import { fileNameOf } from "../../worker/file-name.ts";
import { endLink, makeLink } from "../state/deeds.ts";
import type { Studio } from "../state/studio.ts";
import { pictureText } from "../text/pictures.ts";
import { copy } from "./copy.ts";
import { Dialog } from "./dialog.tsx";
import { Icon } from "./icon.tsx";
import { Photo } from "./photo.tsx";
import { stylesheet } from "./stylesheet.ts";
import looks from "../styles/share.css?url";

await stylesheet(looks);

/** What this page has set for a link, by its address: the Worker tells that a picture is shared, but not how. */
const promptShown = new Map<string, boolean>();

/** Whether the page behind a link shows the prompt; null where somebody else made it. */
const showsPrompt = (url: string | null) => url !== null && (promptShown.get(url) ?? null);

/** Turns a public link to one picture on and off, and hands link or picture to what the device shares with. */
export function ShareDialog({ studio, generation }: { studio: Studio; generation: Generation }) {
  /** As it is now: the link may be taken back elsewhere while one looks at it here. */
  const latest = useSignal(generation);
  const url = useComputed(() => latest.value.shareUrl);
  const showPrompt = useSignal(showsPrompt(generation.shareUrl));
  /** One change after the other: the link ends up as the switches stand. */
  const work = useRef<Promise<unknown>>(Promise.resolve());
  /** A first link is on its way. */
  const making = useRef(false);
  const said = useSignal<string | null>(null);
  const close = () => {
    studio.sharing.value = null;
  };
  /** What goes wrong is told on the page, which is behind this: so here as well. */
  const trouble = studio.toasts.value.findLast(({ action }) => !action)?.text ?? null;
  const forgetTrouble = () => {
    studio.toasts.value = studio.toasts.peek().filter(({ action }) => action);
  };

  // From before it can be clicked.
  useLayoutEffect(() => {
    forgetTrouble();
    const stop = studio.listen({
      changed(news) {
        if (news.id !== generation.id) return;
        const before = url.peek();
        latest.value = news;
        if (news.shareUrl === before) return;
        // One that is made here shows what the switch says.
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
      // Where it failed the page behind the link is as it was.
      if (work.current === done && url.peek() !== null) showPrompt.value = showsPrompt(url.peek());
    });
    work.current = done;
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
            // It shows what is true, not what was asked for.
            event.preventDefault();
            next(async () => {
              if (url.value !== null) return endLink(studio, latest);
              await turnOn(showPrompt.value ?? false);
              if (url.value !== null) await copyLink(url.value);
            });
          }}
        />
      </label>
      <label class="switch share-row">
        {pictureText.showPrompt}
        <Switch
          state={showPrompt.value}
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
      <NativeShare generation={generation} url={url.value} prompt={generation.prompt} />
      <p role="status" class={!trouble && said.value === pictureText.copied ? "sr-only" : "share-said"}>
        {trouble ?? said.value}
      </p>
      <button type="button" class="button quiet share-close" onClick={close}>
        {pictureText.close}
      </button>
    </Dialog>
  );
}

/** A checkbox that may not know yet. */
function Switch({ state, onChange }: { state: boolean | null; onChange: (on: boolean) => void }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current) input.current.indeterminate = state === null;
  }, [state]);
  return (
    <input
      ref={input}
      type="checkbox"
      checked={state ?? false}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}

type NativeProps = { generation: Generation; url: string | null; prompt: string };

/** What the device itself shares with, where there is such a thing. */
function NativeShare({ generation, url, prompt }: NativeProps) {
  const file = useSignal<File | null>(null);
  const { outputUrl } = generation;
  useEffect(() => {
    // Sharing needs the click to be fresh, so the picture has to be here before it.
    if (!("canShare" in navigator) || outputUrl === null) return;
    const ending = new AbortController();
    void fileOf(generation, outputUrl, ending.signal).then((fetched) => {
      if (fetched && navigator.canShare({ files: [fetched] })) file.value = fetched;
    });
    return () => ending.abort();
  }, [outputUrl]);
  if (!("share" in navigator)) return null;
  const { value: shareable } = file;
  return (
    <div class="share-native">
      {url !== null && (
        <button type="button" class="button plain" onClick={() => void share({ url, title: prompt })}>
          <Icon svg={shareIcon} />
          {pictureText.shareLink}
        </button>
      )}
      {shareable && (
        <button type="button" class="button plain" onClick={() => void share({ files: [shareable] })}>
          <Icon svg={imageIcon} />
          {pictureText.sharePicture}
        </button>
      )}
    </div>
  );
}

async function fileOf(generation: Generation, url: string, signal: AbortSignal): Promise<File | null> {
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) return null;
    const blob = await response.blob();
    return new File([blob], fileNameOf(generation, 0, blob.type), { type: blob.type });
  } catch {
    return null;
  }
}

async function share(what: ShareData): Promise<void> {
  try {
    await navigator.share(what);
  } catch {
    // Closed without sharing, or nothing there to share with: the browser has said so itself.
  }
}
