import type { Ref } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import columns from "lucide-static/icons/columns-2.svg?raw";
import folderMinus from "lucide-static/icons/folder-minus.svg?raw";
import folderPlus from "lucide-static/icons/folder-plus.svg?raw";
import download from "lucide-static/icons/download.svg?raw";
import heart from "lucide-static/icons/heart.svg?raw";
import heartOff from "lucide-static/icons/heart-off.svg?raw";
import trash from "lucide-static/icons/trash-2.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import { isComposing } from "../browser/composition.ts";
import { hasCommand, isTextField, keyOf } from "../browser/keys.ts";
import { storePart } from "../browser/storage.ts";
import { dialogsPart } from "../studio/dialogs.ts";
import { favoritesPart } from "../studio/images/favorites.ts";
import type { ImageList } from "../studio/images/image-list.ts";
import { toastsPart } from "../studio/toasts.ts";
import { pendingDeletionsPart } from "../studio/images/pending-deletions.ts";
import { collectionsText } from "../text/collections.ts";
import { galleryText } from "../text/gallery.ts";
import { focusFallback } from "../ui/focus.ts";
import { Icon } from "../ui/icon.tsx";
import { usePart } from "../ui/parts.ts";
import { useCollections } from "./collections/use-collections.ts";
import { downloadZip, preloadZip, type ZipProgress, zipProgress } from "./zip-download.ts";

/** On a phone the full width at the bottom edge; else a floating bar. */
const BAR =
  "fixed inset-x-0 bottom-0 z-selection flex flex-wrap items-center gap-1 border-t border-line bg-raised px-gutter pt-2 pb-safe shadow-pop animate-rise sm:bottom-safe-bottom sm:mx-auto sm:w-fit sm:rounded-full sm:border sm:p-1.5";
const STATUS = "grid gap-1 sm:min-w-28 text-sm font-semibold nums max-sm:flex-1";

/** How many images can be compared. */
const MIN_COMPARED = 2;
const MAX_COMPARED = 4;

/** The actions on the selected images, and the progress of a zip download. */
export function SelectionBar({ list }: { list: ImageList }) {
  const { selection } = list;
  const dialogs = usePart(dialogsPart);
  const favorites = usePart(favoritesPart);
  const toasts = usePart(toastsPart);
  const pendingDeletions = usePart(pendingDeletionsPart);
  const store = usePart(storePart);
  const collections = useCollections();
  const shownCollection = list.filters.collection;
  const bar = useRef<HTMLDivElement>(null);
  const zip = zipProgress.value;
  const selected = selection.selected.value;
  const images = selected.filter(({ status }) => status === "succeeded");
  const areAllFavorites = images.length > 0 && images.every(({ favorite }) => favorite);

  useEffect(preloadZip, []);
  // Toasts are above the bar, which has two rows on a phone.
  useLayoutEffect(() => {
    const { style } = document.documentElement;
    style.setProperty("--selection-bar", `${bar.current?.offsetHeight ?? 0}px`);
    return () => style.removeProperty("--selection-bar");
  }, [zip === null]);
  // If the focus was in the bar, it moves to the grid after deleted images have left that.
  useLayoutEffect(() => {
    const { current } = bar;
    return () => {
      if (current?.contains(document.activeElement)) focusFallback();
    };
  }, []);
  // Download and Cancel replace each other, and take over the focus.
  const zipButton = useRef<HTMLButtonElement>(null);
  const hadFocus = bar.current?.contains(document.activeElement);
  useLayoutEffect(() => {
    if (hadFocus && !bar.current?.contains(document.activeElement)) zipButton.current?.focus();
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isAll = hasCommand(event) && keyOf(event) === "a" && !isTextField(event.target);
      if (!(isAll || event.key === "Escape") || event.defaultPrevented || isComposing(event)) return;
      // Escape closes an open dialog or menu first.
      if (document.querySelector("dialog[open], :popover-open")) return;
      if (!isAll) return selection.end();
      // Else the browser would select the text of the page, with the focus still on the button that began this.
      if (!selection.isActive.peek()) return;
      event.preventDefault();
      selection.all();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [selection]);

  return (
    <div ref={bar} class={BAR} role="group" aria-label={galleryText.select}>
      {selection.isActive.value && (
        <button
          type="button"
          class="button round quiet"
          aria-label={galleryText.endSelection}
          title={galleryText.endSelection}
          onClick={selection.end}
        >
          <Icon svg={x} />
        </button>
      )}
      {zip ? (
        <ZipStatus {...zip} button={zipButton} />
      ) : (
        <>
          <p role="status" class={STATUS}>
            {selected.length > 0 ? galleryText.selected(selected.length) : galleryText.selectionHint}
          </p>
          <button
            type="button"
            class="button quiet small"
            aria-label={galleryText.selectAll(list.shown.value.length)}
            title={galleryText.selectAll(list.shown.value.length)}
            onClick={selection.all}
          >
            {galleryText.all}
          </button>
          <div class="flex gap-1 max-sm:basis-full max-sm:justify-between">
            {images.length >= MIN_COMPARED && images.length <= MAX_COMPARED && (
              <Action
                icon={columns}
                name={galleryText.compare}
                isDisabled={false}
                onClick={() => {
                  dialogs.compare.value = images.map(({ id }) => id);
                }}
              />
            )}
            <Action
              icon={areAllFavorites ? heartOff : heart}
              name={areAllFavorites ? galleryText.unfavorite : galleryText.favorite}
              isDisabled={images.length === 0}
              onClick={() =>
                void favorites.setAll(
                  images.map(({ id }) => id),
                  !areAllFavorites,
                )
              }
            />
            <Action
              icon={folderPlus}
              name={galleryText.collect}
              isDisabled={images.length === 0}
              onClick={() => {
                dialogs.collect.value = images.map(({ id }) => id);
              }}
            />
            {shownCollection !== null && (
              <Action
                icon={folderMinus}
                name={collectionsText.take}
                isDisabled={selected.length === 0}
                onClick={() =>
                  void collections.take(
                    shownCollection,
                    selected.map(({ id }) => id),
                  )
                }
              />
            )}
            <Action
              button={zipButton}
              icon={download}
              name={galleryText.download}
              isDisabled={images.length === 0}
              onClick={() => void downloadZip(toasts, store, images)}
            />
            <Action
              icon={trash}
              name={galleryText.delete}
              isDisabled={selected.length === 0}
              onClick={() => {
                if (pendingDeletions.add(selected.map(({ id }) => id))) selection.end();
              }}
            />
          </div>
        </>
      )}
    </div>
  );
}

type ActionProps = {
  icon: string;
  name: string;
  isDisabled: boolean;
  onClick: () => void;
  button?: Ref<HTMLButtonElement>;
};

function Action({ icon, name, isDisabled, onClick, button = null }: ActionProps) {
  return (
    <button
      ref={button}
      type="button"
      class="button round quiet"
      aria-label={name}
      title={name}
      aria-disabled={isDisabled}
      onClick={() => !isDisabled && onClick()}
    >
      <Icon svg={icon} />
    </button>
  );
}

type ZipStatusProps = ZipProgress & { button: Ref<HTMLButtonElement> };

function ZipStatus({ done, of, cancel, button }: ZipStatusProps) {
  const label = galleryText.zipProgress(done, of);
  return (
    <>
      <p class={STATUS}>
        {label}
        <progress class="progress" max={of} value={done} aria-label={label} />
      </p>
      {/* It replaces Download: the second click of a double click on that must not cancel. */}
      <button
        ref={button}
        type="button"
        class="button quiet small"
        onClick={(event) => event.detail < 2 && cancel()}
      >
        {galleryText.cancel}
      </button>
    </>
  );
}
