import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
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

/** What this page has last set for a link: the Worker tells that a picture is shared, but not how. */
const promptShown = new Map<string, boolean>();

/** Turns a public link to one picture on and off, and hands link or picture to what the device shares with. */
export function ShareDialog({ studio, generation }: { studio: Studio; generation: Generation }) {
  const { id, prompt } = generation;
  const url = useSignal(generation.shareUrl);
  const showPrompt = useSignal<boolean | null>(
    promptShown.get(id) ?? (generation.shareUrl === null ? false : null),
  );
  /** One change after the other: the link ends up as the switches stand. */
  const work = useRef<Promise<unknown>>(Promise.resolve());
  const said = useSignal<string | null>(null);
  const close = () => {
    studio.sharing.value = null;
  };

  async function turnOn(withPrompt: boolean) {
    const link = await makeLink(studio, generation, withPrompt);
    if (link === null) return;
    url.value = link;
    promptShown.set(id, withPrompt);
  }
  async function turnOff() {
    if (!(await endLink(studio, generation))) return;
    url.value = null;
    showPrompt.value = false;
    promptShown.delete(id);
    said.value = pictureText.sharingStopped;
  }
  function next(change: () => Promise<unknown>) {
    said.value = null;
    work.current = work.current.then(change);
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
              if (url.value !== null) return turnOff();
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
      <NativeShare generation={generation} url={url.value} prompt={prompt} />
      <p role="status" class={said.value === pictureText.copied ? "sr-only" : "share-said"}>
        {said.value}
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
