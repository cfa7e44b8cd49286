import { useSignal } from "@preact/signals";
import type { Studio } from "../state/studio.ts";
import type { Generation } from "../../worker/contract.ts";
import { later } from "../text/later.ts";
import { copy } from "./copy.ts";
import { Dialog } from "./dialog.tsx";
import { Photo } from "./photo.tsx";

/** Turns a public link to one picture on and off. */
export function ShareDialog({ studio, generation }: { studio: Studio; generation: Generation }) {
  const url = useSignal(generation.shareUrl);
  const showPrompt = useSignal(false);
  const copied = useSignal<string | null>(null);
  const close = () => {
    studio.sharing.value = null;
  };
  const copyLink = async (link: string) => {
    copied.value = (await copy(link)) ? later.copied : later.copyFailed;
  };
  return (
    <Dialog label={later.shareTitle} class="sheet" onClose={close}>
      <div class="flex gap-4">
        <div class="relative size-20 shrink-0 overflow-hidden rounded-md bg-shade">
          <Photo generation={generation} sizes="5rem" />
        </div>
        <div>
          <h2 class="text-lg font-semibold">{later.shareTitle}</h2>
          <p class="mt-1 text-sm text-muted">{later.shareWhy}</p>
        </div>
      </div>
      {url.value === null ? (
        <form
          class="mt-5 grid gap-4"
          onSubmit={async (event) => {
            event.preventDefault();
            url.value = await studio.share(generation, showPrompt.value);
            if (url.value !== null) await copyLink(url.value);
          }}
        >
          <label class="flex min-h-11 items-center gap-3 text-sm">
            <input
              type="checkbox"
              class="size-5"
              checked={showPrompt.value}
              onChange={(event) => {
                showPrompt.value = event.currentTarget.checked;
              }}
            />
            {later.showPrompt}
          </label>
          <button type="submit" class="button filled">
            {later.createLink}
          </button>
        </form>
      ) : (
        <div class="mt-5 grid gap-3">
          <input
            class="field"
            readonly
            aria-label={later.link}
            value={url.value}
            onFocus={(event) => event.currentTarget.select()}
          />
          <button type="button" class="button filled" onClick={() => url.value && void copyLink(url.value)}>
            {copied.value === later.copied ? later.copied : later.copyLink}
          </button>
          <button
            type="button"
            class="button quiet danger"
            onClick={async () => {
              if (!(await studio.unshare(generation))) return;
              studio.toast.value = later.sharingStopped;
              close();
            }}
          >
            {later.stopSharing}
          </button>
        </div>
      )}
      <p role="status" class={copied.value === later.copyFailed ? "mt-2 text-sm text-muted" : "sr-only"}>
        {copied.value}
      </p>
      <button type="button" class="button quiet mt-1 w-full" onClick={close}>
        {later.close}
      </button>
    </Dialog>
  );
}
