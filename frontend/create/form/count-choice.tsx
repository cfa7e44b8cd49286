import { composerPart } from "../../studio/generate/composer.ts";
import { batchText } from "../../text/batch.ts";
import { number } from "../../text/format.ts";
import { usePart } from "../../ui/parts.ts";

const COUNTS = [1, 2, 4];

/** How many images a Generate makes. */
export function CountChoice() {
  const { count } = usePart(composerPart);
  return (
    <fieldset class="ms-auto flex items-center gap-0.5 text-sm">
      <legend class="sr-only">{batchText.images}</legend>
      <span class="pe-1 text-muted max-sm:hidden" aria-hidden="true">
        {batchText.images}
      </span>
      {COUNTS.map((value) => (
        <label key={value} class="choice size-9 touch:size-11" title={batchText.countLabel(value)}>
          <input
            type="radio"
            name="count"
            class="sr-only"
            aria-label={batchText.countLabel(value)}
            checked={count.value === value}
            onChange={() => {
              count.value = value;
            }}
          />
          {number(value)}
        </label>
      ))}
    </fieldset>
  );
}
