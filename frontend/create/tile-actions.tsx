import download from "lucide-static/icons/download.svg?raw";
import heart from "lucide-static/icons/heart.svg?raw";
import imagePlus from "lucide-static/icons/image-plus.svg?raw";
import pencil from "lucide-static/icons/pencil.svg?raw";
import again from "lucide-static/icons/refresh-cw.svg?raw";
import share from "lucide-static/icons/share-2.svg?raw";
import sparkles from "lucide-static/icons/sparkles.svg?raw";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { dialogsPart } from "../studio/dialogs.ts";
import { composerPart } from "../studio/generate/composer.ts";
import { formReferencePart } from "../studio/generate/form-reference.ts";
import { chooseAsReference, modelWithReference } from "../studio/generate/reference-models.ts";
import { HIGH_QUALITY_MODEL, hasHighQuality } from "../studio/generate/variations.ts";
import { favoritesPart } from "../studio/images/favorites.ts";
import { sessionPart } from "../studio/session/session.ts";
import { actionsText } from "../text/actions.ts";
import { commonText } from "../text/common.ts";
import { createText } from "../text/create.ts";
import { usePart } from "../ui/parts.ts";
import { TileAction, TileOverlay } from "../ui/tile-overlay.tsx";
import { useVariations } from "./use-variations.ts";

/** Over the tile of an image: its prompt and what can be done with it. `output`: which of the generation's images. */
export function TileActions({ generation, output = 0 }: { generation: Generation; output?: number }) {
  const dialogs = usePart(dialogsPart);
  const favorites = usePart(favoritesPart);
  const composer = usePart(composerPart);
  const session = usePart(sessionPart);
  const reference = usePart(formReferencePart);
  const variations = useVariations(generation);
  const { id, prompt, favorite, outputUrl, model } = generation;
  return (
    <TileOverlay prompt={prompt}>
      <TileAction
        label={createText.favorite}
        icon={heart}
        isPressed={favorite}
        onClick={() => void favorites.toggle(id)}
      />
      <TileAction
        label={createText.share}
        icon={share}
        onClick={() => {
          dialogs.share.value = { id, ...(output > 0 && { output }) };
        }}
      />
      <TileAction label={createText.edit} icon={pencil} onClick={() => variations.edit()} />
      <TileAction label={createText.again} icon={again} onClick={() => variations.again()} />
      {modelWithReference(composer, session) !== null && (
        <TileAction
          label={actionsText.reference}
          icon={imagePlus}
          onClick={() => chooseAsReference(composer, session, reference, generation, output)}
        />
      )}
      {hasHighQuality(model) && (
        <TileAction
          label={createText.inModel(commonText.model(HIGH_QUALITY_MODEL))}
          icon={sparkles}
          onClick={() => variations.generateWith(HIGH_QUALITY_MODEL)}
        />
      )}
      <TileAction label={createText.download} icon={download} href={`${outputUrl}?download`} />
    </TileOverlay>
  );
}
