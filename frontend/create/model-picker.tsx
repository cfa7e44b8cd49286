import type { Signal } from "@preact/signals";
import { MODELS, type ModelId } from "../../worker/catalog.ts";
import { text } from "../text/common.ts";

export function ModelChips({ chosen }: { chosen: Signal<ModelId> }) {
  return (
    <fieldset class="chips">
      <legend class="sr-only">{text.models}</legend>
      {MODELS.map(({ id }) => (
        <label key={id} class="chip">
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
          <span class="font-semibold">{text.model(id)}</span>
          <span class="description">{text.modelWhat(id)}</span>
        </label>
      ))}
      {/* Where three descriptions do not fit, the chosen one stands alone. */}
      <p class="chosen-description" aria-hidden="true">
        {text.modelWhat(chosen.value)}
      </p>
    </fieldset>
  );
}
