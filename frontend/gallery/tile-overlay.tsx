import download from "lucide-static/icons/download.svg?raw";
import heart from "lucide-static/icons/heart.svg?raw";
import share from "lucide-static/icons/share-2.svg?raw";
import type { Generation } from "../../worker/api/schemas.ts";
import { dialogsPart } from "../studio/dialogs.ts";
import { favoritesPart } from "../studio/images/favorites.ts";
import { galleryText } from "../text/gallery.ts";
import { Icon } from "../ui/icon.tsx";
import { usePart } from "../ui/parts.ts";

/** Over an image: its prompt and what can be done with it. A small tile has no room for the buttons. */
export function TileOverlay({ generation, isTabbable }: { generation: Generation; isTabbable: boolean }) {
  const { id, prompt, favorite, outputUrl } = generation;
  const favorites = usePart(favoritesPart);
  const dialogs = usePart(dialogsPart);
  const tabIndex = isTabbable ? 0 : -1;
  return (
    <div class="pointer-events-none absolute inset-0 flex flex-col justify-end [container-type:size]">
      <div class="grid gap-2 fade-scrim p-2 pt-12 text-on-image">
        <p class="line-clamp-2 text-sm wrap-anywhere" dir="auto" data-prompt>
          {prompt}
        </p>
        <div class="pointer-events-auto hidden flex-wrap justify-end gap-1.5 roomy:flex" data-overlay>
          <button
            type="button"
            class="button round glass small"
            tabIndex={tabIndex}
            aria-label={galleryText.favorite}
            title={galleryText.favorite}
            aria-pressed={favorite}
            onClick={() => void favorites.toggle(id)}
          >
            <Icon svg={heart} />
          </button>
          <button
            type="button"
            class="button round glass small"
            tabIndex={tabIndex}
            aria-label={galleryText.share}
            title={galleryText.share}
            onClick={() => {
              dialogs.share.value = { id };
            }}
          >
            <Icon svg={share} />
          </button>
          <a
            class="button round glass small"
            tabIndex={tabIndex}
            href={`${outputUrl}?download`}
            download
            aria-label={galleryText.download}
            title={galleryText.download}
          >
            <Icon svg={download} />
          </a>
        </div>
      </div>
    </div>
  );
}
