import { composerPart } from "../../studio/generate/composer.ts";
import { createText } from "../../text/create.ts";
import { stylesText } from "../../text/styles.ts";
import { usePart } from "../../ui/parts.ts";
import { Chip } from "./chip.tsx";
import { CountChoice } from "./count-choice.tsx";
import { ReferenceTools } from "./reference-tools.tsx";
import { Sample } from "./styles-dialog.tsx";

/** What the next image has beside prompt, model and options, which a click removes; and how many images. */
export function FormChips() {
  const { options, seed, style } = usePart(composerPart);
  const given = options.value;
  return (
    <>
      <ReferenceTools />
      {given.style && (
        <Chip
          label={stylesText.remove(stylesText.label(given.style))}
          onRemove={() => {
            style.value = null;
          }}
        >
          <Sample id={given.style} className="-ms-1.5 size-6 rounded-xs" />
          {/* On a phone the sample is enough, so that the row has one line. */}
          <span class="max-sm:hidden">{stylesText.label(given.style)}</span>
        </Chip>
      )}
      {given.seed !== undefined && (
        <Chip
          label={createText.seedRemove(String(given.seed))}
          onRemove={() => {
            seed.value = null;
          }}
        >
          <bdi>{createText.seedLocked(String(given.seed))}</bdi>
        </Chip>
      )}
      <CountChoice />
    </>
  );
}
