import type { Signal } from "@preact/signals";
import { MODELS, type ModelId } from "../../worker/shared/models.ts";
import { commonText } from "../text/common.ts";

export function ModelPicker({ chosen }: { chosen: Signal<ModelId> }) {
  return (
    <fieldset class="grid grid-cols-3 gap-1.5 px-2 pt-2 wrap-anywhere">
      <legend class="sr-only">{commonText.models}</legend>
      {MODELS.map(({ id }) => (
        <label
          key={id}
          class="choice min-h-control px-1 py-2 text-center text-sm md:justify-start md:px-3 md:text-start"
        >
          <input
            type="radio"
            name="model"
            class="sr-only"
            value={id}
            checked={chosen.value === id}
            onChange={() => {
              chosen.value = id;
            }}
          />
          <span class="font-semibold">{commonText.model(id)}</span>
          <span class="text-xs font-normal text-muted max-md:sr-only">{commonText.modelDescription(id)}</span>
        </label>
      ))}
      {/* Three descriptions do not fit on a phone: only that of the chosen model. */}
      <p class="col-span-full text-center text-xs text-muted md:hidden" aria-hidden="true">
        {commonText.modelDescription(chosen.value)}
      </p>
    </fieldset>
  );
}
