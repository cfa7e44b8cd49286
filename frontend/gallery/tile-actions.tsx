import folderPlus from "lucide-static/icons/folder-plus.svg?raw";
import download from "lucide-static/icons/download.svg?raw";
import heart from "lucide-static/icons/heart.svg?raw";
import imagePlus from "lucide-static/icons/image-plus.svg?raw";
import share from "lucide-static/icons/share-2.svg?raw";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { pathOf, routerPart } from "../browser/router.ts";
import { dialogsPart } from "../studio/dialogs.ts";
import { composerPart } from "../studio/generate/composer.ts";
import { formReferencePart } from "../studio/generate/form-reference.ts";
import { chooseAsReference, modelWithReference } from "../studio/generate/reference-models.ts";
import { favoritesPart } from "../studio/images/favorites.ts";
import { sessionPart } from "../studio/session/session.ts";
import { actionsText } from "../text/actions.ts";
import { galleryText } from "../text/gallery.ts";
import { usePart } from "../ui/parts.ts";
import { TileAction, TileOverlay } from "../ui/tile-overlay.tsx";

/** The prompt of an image and what can be done with it, over its tile. */
export function TileActions({ generation, isTabbable }: { generation: Generation; isTabbable: boolean }) {
  const { id, prompt, favorite, outputUrl } = generation;
  const favorites = usePart(favoritesPart);
  const dialogs = usePart(dialogsPart);
  const composer = usePart(composerPart);
  const session = usePart(sessionPart);
  const reference = usePart(formReferencePart);
  const router = usePart(routerPart);
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
      {modelWithReference(composer, session) !== null && (
        <TileAction
          label={actionsText.reference}
          icon={imagePlus}
          tabIndex={tabIndex}
          onClick={() => {
            chooseAsReference(composer, session, reference, generation, 0);
            router.go(pathOf("create"));
          }}
        />
      )}
      <TileAction
        label={galleryText.download}
        icon={download}
        tabIndex={tabIndex}
        href={`${outputUrl}?download`}
      />
    </TileOverlay>
  );
}
