import type { Signal } from "@preact/signals";
import type { ModelId } from "../../../worker/shared/models.ts";
import { commonText } from "../../text/common.ts";
import { offeredModels } from "../../text/models.ts";

/** More than these do not fit beside each other on a phone. */
const MOST_BUTTONS = 3;

/** Buttons for a few models, a menu for more. Hidden until hydration if the setting MODELS replaces the models of the build. */
export function ModelPicker({ chosen }: { chosen: Signal<ModelId> }) {
  const models = offeredModels.value;
  const isMenu = models.length > MOST_BUTTONS;
  return (
    <fieldset class="px-2 pt-2 wrap-anywhere in-data-models:invisible">
      <legend class="sr-only">{commonText.models}</legend>
      <div class="grid auto-cols-fr grid-flow-col gap-1.5">
        {isMenu ? (
          <select
            name="model"
            class="field"
            aria-label={commonText.models}
            value={chosen.value}
            onChange={(event) => {
              chosen.value = event.currentTarget.value;
            }}
          >
            {models.map(({ id, label, description }) => (
              <option key={id} value={id}>
                {`${label}: ${description}`}
              </option>
            ))}
          </select>
        ) : (
          models.map(({ id, label, description }) => (
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
              <span class="font-semibold">{label}</span>
              <span class="text-xs font-normal text-muted max-md:sr-only">{description}</span>
            </label>
          ))
        )}
      </div>
      {/* Three descriptions do not fit on a phone: only that of the chosen model. */}
      {!isMenu && (
        <p class="pt-1.5 text-center text-xs text-muted md:hidden" aria-hidden="true">
          {commonText.modelDescription(chosen.value)}
        </p>
      )}
    </fieldset>
  );
}
