import imagePlus from "lucide-static/icons/image-plus.svg?raw";
import sparkles from "lucide-static/icons/sparkles.svg?raw";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { composerPart } from "../studio/generate/composer.ts";
import { formReferencePart } from "../studio/generate/form-reference.ts";
import { chooseAsReference, modelWithReference, upscaler } from "../studio/generate/reference-models.ts";
import { sessionPart } from "../studio/session/session.ts";
import { actionsText } from "../text/actions.ts";
import { Icon } from "../ui/icon.tsx";
import { usePart } from "../ui/parts.ts";
import { useVariations } from "./use-variations.ts";

type Props = { generation: Generation; isPending: boolean };

/** What other models can make from the latest image. While it is in flight the space is kept, so that nothing moves. */
export function ResultTools({ generation, isPending }: Props) {
  const composer = usePart(composerPart);
  const session = usePart(sessionPart);
  const reference = usePart(formReferencePart);
  const { upscale } = useVariations(generation);
  const larger = upscaler(session);
  const canBeReference = modelWithReference(composer, session) !== null;
  if (!larger && !canBeReference) return null;
  return (
    <div class={`flex flex-wrap gap-2 ${isPending ? "invisible" : ""}`}>
      {canBeReference && (
        <button
          type="button"
          class="button quiet small touch:min-h-control"
          onClick={() => chooseAsReference(composer, session, reference, generation, 0)}
        >
          <Icon svg={imagePlus} />
          {actionsText.reference}
        </button>
      )}
      {larger && (
        <button type="button" class="button quiet small touch:min-h-control" onClick={() => upscale(larger)}>
          <Icon svg={sparkles} />
          {actionsText.upscale}
        </button>
      )}
    </div>
  );
}
