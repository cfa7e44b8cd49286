import folderPlus from "lucide-static/icons/folder-plus.svg?raw";
import download from "lucide-static/icons/download.svg?raw";
import heart from "lucide-static/icons/heart.svg?raw";
import share from "lucide-static/icons/share-2.svg?raw";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { dialogsPart } from "../studio/dialogs.ts";
import { favoritesPart } from "../studio/images/favorites.ts";
import { galleryText } from "../text/gallery.ts";
import { usePart } from "../ui/parts.ts";
import { TileAction, TileOverlay } from "../ui/tile-overlay.tsx";

/** The prompt of an image and what can be done with it, over its tile. */
export function TileActions({ generation, isTabbable }: { generation: Generation; isTabbable: boolean }) {
  const { id, prompt, favorite, outputUrl } = generation;
  const favorites = usePart(favoritesPart);
  const dialogs = usePart(dialogsPart);
  const tabIndex = isTabbable ? 0 : -1;
  return (
    <TileOverlay prompt={prompt}>
      <TileAction
        label={galleryText.favorite}
        icon={heart}
        tabIndex={tabIndex}
        isPressed={favorite}
        onClick={() => void favorites.toggle(id)}
      />
      <TileAction
        label={galleryText.share}
        icon={share}
        tabIndex={tabIndex}
        onClick={() => {
          dialogs.share.value = { id };
        }}
      />
      <TileAction
        label={galleryText.collect}
        icon={folderPlus}
        tabIndex={tabIndex}
        onClick={() => {
          dialogs.collect.value = [id];
        }}
      />
      <TileAction
        label={galleryText.download}
        icon={download}
        tabIndex={tabIndex}
        href={`${outputUrl}?download`}
      />
    </TileOverlay>
  );
}
