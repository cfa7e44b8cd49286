import type { Ref } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import download from "lucide-static/icons/download.svg?raw";
import heart from "lucide-static/icons/heart.svg?raw";
import heartOff from "lucide-static/icons/heart-off.svg?raw";
import trash from "lucide-static/icons/trash-2.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import { isComposing } from "../browser/composition.ts";
import { favoriteAll } from "../studio/favorites.ts";
import type { Gallery } from "../studio/image-lists.ts";
import type { List } from "../studio/image-list.ts";
import type { Studio } from "../studio/studio.ts";
import type { ZipProgress } from "./zip.ts";
import { pictureText } from "../text/gallery.ts";
import { goOn } from "../ui/focus.ts";
import { Icon } from "../ui/icon.tsx";
import { onlyOnce } from "../ui/ignore-held-enter.ts";
import { downloadZip, preloadZip } from "./zip-download.ts";

type Props = { studio: Studio; gallery: Gallery; list: List };

/** What can be done with all that is selected. */
export function SelectionBar({ studio, gallery, list }: Props) {
  const { selection } = list;
  const bar = useRef<HTMLDivElement>(null);
  const zip = gallery.zip.value;
  const selected = selection.selected.value;
  const pictures = selected.filter(({ status }) => status === "succeeded");
  const allFavorites = pictures.length > 0 && pictures.every(({ favorite }) => favorite);

  useEffect(preloadZip, []);
  // Whoever was in it goes on in the grid, once what was deleted has left it.
  useLayoutEffect(() => {
    const { current } = bar;
    return () => {
      if (current?.contains(document.activeElement)) goOn();
    };
  }, []);
  // Download and Cancel take each other's place, and the focus with it.
  const zipButton = useRef<HTMLButtonElement>(null);
  const wasInside = bar.current?.contains(document.activeElement);
  useLayoutEffect(() => {
    if (wasInside && !bar.current?.contains(document.activeElement)) zipButton.current?.focus();
  });
  useEffect(() => {
    const leave = (event: KeyboardEvent) => {
      // A dialog or a menu above it closes first.
      if (event.key !== "Escape" || event.defaultPrevented || isComposing(event)) return;
      if (document.querySelector("dialog[open], :popover-open")) return;
      selection.end();
    };
    addEventListener("keydown", leave);
    return () => removeEventListener("keydown", leave);
  }, [selection]);

  return (
    <div ref={bar} class="selection-bar" role="group" aria-label={pictureText.select} onKeyDown={onlyOnce}>
      {selection.active.value && (
        <button
          type="button"
          class="button round quiet"
          aria-label={pictureText.endSelection}
          title={pictureText.endSelection}
          onClick={selection.end}
        >
          <Icon svg={x} />
        </button>
      )}
      {zip ? (
        <Packing {...zip} button={zipButton} />
      ) : (
        <>
          <p role="status" class="selection-count">
            {selected.length > 0 ? pictureText.selected(selected.length) : pictureText.selectionHint}
          </p>
          <button
            type="button"
            class="button quiet small selection-all"
            aria-label={pictureText.selectAll(list.shown.value.length)}
            title={pictureText.selectAll(list.shown.value.length)}
            onClick={selection.all}
          >
            {pictureText.all}
          </button>
          <Action
            icon={allFavorites ? heartOff : heart}
            name={allFavorites ? pictureText.unfavorite : pictureText.favorite}
            disabled={pictures.length === 0}
            onClick={() => void favoriteAll(studio, pictures, !allFavorites)}
          />
          <Action
            button={zipButton}
            icon={download}
            name={pictureText.download}
            disabled={pictures.length === 0}
            onClick={() => void downloadZip(studio, gallery, pictures)}
          />
          <Action
            icon={trash}
            name={pictureText.delete}
            disabled={selected.length === 0}
            onClick={() => {
              if (gallery.trash.remove(selected.map(({ id }) => id))) selection.end();
            }}
          />
        </>
      )}
    </div>
  );
}

type ActionProps = {
  icon: string;
  name: string;
  disabled: boolean;
  onClick: () => void;
  button?: Ref<HTMLButtonElement>;
};

function Action({ icon, name, disabled, onClick, button = null }: ActionProps) {
  return (
    <button
      ref={button}
      type="button"
      class="button round quiet"
      aria-label={name}
      title={name}
      aria-disabled={disabled}
      onClick={() => !disabled && onClick()}
    >
      <Icon svg={icon} />
    </button>
  );
}

type PackingProps = ZipProgress & { button: Ref<HTMLButtonElement> };

function Packing({ done, of, cancel, button }: PackingProps) {
  const words = pictureText.packing(done, of);
  return (
    <>
      <p class="selection-count">
        {words}
        <progress class="progress" max={of} value={done} aria-label={words} />
      </p>
      {/* It comes where Download was: the second click of a double click on that is not meant for it. */}
      <button
        ref={button}
        type="button"
        class="button quiet small"
        onClick={(event) => event.detail < 2 && cancel()}
      >
        {pictureText.cancel}
      </button>
    </>
  );
}
