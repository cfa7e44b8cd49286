import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { copyText } from "../browser/clipboard.ts";
import { imagePath } from "../browser/router.ts";
import { generationsPart } from "../studio/images/generations.ts";
import { shareLinksPart } from "../studio/images/share-links.ts";
import { accountText } from "../text/account.ts";
import { errors } from "../text/errors.ts";
import { Dialog } from "../ui/dialog.tsx";
import { usePart } from "../ui/parts.ts";
import { useAccountApi } from "./account-api.ts";
import { RowButton, Section } from "./section.tsx";
import { createSharedImages, type SharedImages } from "./shared-images.ts";

const COPIED_FOR_MS = 2_500;

/** What is public: every image with a link, and how to turn the links off. */
export function SharedSection() {
  const api = useAccountApi();
  const generations = usePart(generationsPart);
  const shared = useMemo(() => createSharedImages({ api, generations }), []);
  const isAsking = useSignal(false);
  /** Has the focus when the last link is turned off, because its button is gone. */
  const status = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    void shared.loadMore();
    return shared.run();
  }, []);
  const shown = shared.shown.value;
  const state = shared.state.value;
  const error = shared.error.value;
  const turnedOff = shared.turnedOff.value;

  return (
    <Section title={accountText.shared}>
      <div class="flex flex-wrap items-center justify-between gap-3">
        <p ref={status} role="status" tabIndex={-1} class="text-sm text-muted">
          {turnedOff !== null
            ? accountText.turningOff(turnedOff)
            : state === "loading" && shown.length === 0
              ? accountText.loading
              : shown.length > 0
                ? accountText.sharedCount(shown.length, state !== "end")
                : state === "end" && accountText.sharedNone}
        </p>
        {shown.length > 0 && (
          <RowButton
            isDanger
            isBusy={turnedOff !== null}
            onClick={() => {
              if (turnedOff === null) isAsking.value = true;
            }}
          >
            {accountText.turnOffAll}
          </RowButton>
        )}
      </div>
      {shown.length > 0 && (
        <ul class="grid grid-cols-1 gap-4" aria-label={accountText.shared}>
          {shown.map((generation) => (
            <SharedImage key={generation.id} generation={generation} status={status} />
          ))}
        </ul>
      )}
      {error && (
        <p role="alert" class="text-sm text-danger">
          {errors.sentence(error.code)}
        </p>
      )}
      {state === "failed" && (
        <RowButton onClick={() => void shared.loadMore()}>{accountText.tryAgain}</RowButton>
      )}
      {state === "more" && shown.length > 0 && (
        <RowButton onClick={() => void shared.loadMore()}>{accountText.showMore}</RowButton>
      )}
      {isAsking.value && (
        <TurnOffDialog
          shared={shared}
          onClose={() => {
            isAsking.value = false;
          }}
          onDone={() => {
            isAsking.value = false;
            setTimeout(() => status.current?.focus());
          }}
        />
      )}
    </Section>
  );
}

type SharedImageProps = { generation: Generation; status: RefObject<HTMLElement | null> };

function SharedImage({ generation, status }: SharedImageProps) {
  const { id, prompt, thumbnailUrl, shareUrl } = generation;
  const shareLinks = usePart(shareLinksPart);
  const item = useRef<HTMLLIElement>(null);
  const isBusy = useSignal(false);

  async function turnOff() {
    if (isBusy.value) return;
    isBusy.value = true;
    // This row is removed with its focused button: the focus moves to a neighbor's.
    const neighbor = item.current?.nextElementSibling ?? item.current?.previousElementSibling;
    await shareLinks.revoke(id);
    isBusy.value = false;
    if (item.current?.isConnected) return;
    (neighbor?.querySelector<HTMLElement>("[data-turn-off]") ?? status.current)?.focus();
  }

  return (
    <li ref={item} class="flex flex-wrap items-center gap-3">
      <a
        href={imagePath(id)}
        class="size-16 flex-none overflow-hidden rounded-md bg-shade"
        aria-label={accountText.openShared(prompt)}
      >
        {thumbnailUrl !== null && (
          <img
            src={thumbnailUrl}
            alt=""
            class="size-full object-cover"
            width={64}
            height={64}
            loading="lazy"
          />
        )}
      </a>
      <div class="min-w-40 flex-1 text-sm">
        <p class="line-clamp-2 wrap-anywhere" dir="auto">
          {prompt}
        </p>
        {shareUrl !== null && (
          <a
            class="link block truncate py-1 font-normal"
            dir="ltr"
            href={shareUrl}
            target="_blank"
            rel="noreferrer"
          >
            {shareUrl.replace(/^https?:\/\//, "")}
          </a>
        )}
      </div>
      <div class="flex gap-2 max-sm:w-full max-sm:*:flex-1">
        {shareUrl !== null && <CopyLink url={shareUrl} />}
        <button
          type="button"
          class="button plain small touch:min-h-control"
          data-turn-off=""
          aria-disabled={isBusy.value}
          aria-label={accountText.turnOffOne(prompt)}
          onClick={() => void turnOff()}
        >
          {accountText.turnOff}
        </button>
      </div>
    </li>
  );
}

function CopyLink({ url }: { url: string }) {
  const result = useSignal<string | null>(null);
  return (
    <button
      type="button"
      class="button plain small touch:min-h-control"
      onClick={async () => {
        result.value = (await copyText(url)) ? accountText.copied : accountText.copyFailed;
        setTimeout(() => {
          result.value = null;
        }, COPIED_FOR_MS);
      }}
    >
      <span role="status">{result.value ?? accountText.copyLink}</span>
    </button>
  );
}

type TurnOffDialogProps = { shared: SharedImages; onClose: () => void; onDone: () => void };

/** Confirms that all links stop working. It stays open while that runs, and after an error. */
function TurnOffDialog({ shared, onClose, onDone }: TurnOffDialogProps) {
  const problem = useSignal<string | null>(null);
  const turnedOff = shared.turnedOff.value;
  const close = () => {
    if (turnedOff === null) onClose();
  };
  return (
    <Dialog label={accountText.turnOffTitle} class="modal" onClose={close}>
      <h2 class="text-lg font-semibold">{accountText.turnOffTitle}</h2>
      <p class="mt-3 text-sm">{accountText.turnOffWhat}</p>
      <p role="status" class="mt-2 text-sm text-muted">
        {turnedOff !== null && accountText.turningOff(turnedOff)}
      </p>
      <p role="alert" class="mt-2 text-sm text-danger">
        {problem.value}
      </p>
      <div class="mt-4 grid gap-2">
        <button
          type="button"
          class="button filled danger"
          aria-disabled={turnedOff !== null}
          onClick={async () => {
            if (turnedOff !== null) return;
            problem.value = null;
            const error = await shared.turnOffAll();
            if (error) problem.value = errors.sentence(error.code);
            else onDone();
          }}
        >
          {accountText.turnOffAll}
        </button>
        <button type="button" class="button plain" aria-disabled={turnedOff !== null} onClick={close}>
          {accountText.keepLinks}
        </button>
      </div>
    </Dialog>
  );
}
