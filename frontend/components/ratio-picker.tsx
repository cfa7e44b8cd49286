import { type Signal, useSignal } from "@preact/signals";
import type { AspectRatio } from "../../worker/catalog.ts";
import { text } from "../text/first.ts";

type Props = { ratios: AspectRatio[]; chosen: Signal<AspectRatio | null> };

/** One quiet button that shows the chosen shape; the shapes open inside the form. */
export function RatioPicker({ ratios, chosen }: Props) {
  const open = useSignal(false);
  const current = chosen.value !== null && ratios.includes(chosen.value) ? chosen.value : null;
  return (
    <>
      <button
        type="button"
        class="button quiet ratio-button"
        aria-expanded={open.value}
        aria-label={text.ratioName(current ?? text.ratioAuto)}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        <Shape ratio={current} />
        <span class="max-sm:hidden">{current ?? text.ratioAuto}</span>
      </button>
      {open.value && (
        <fieldset class="shapes">
          <legend class="sr-only">{text.ratio}</legend>
          {[null, ...ratios].map((ratio) => (
            <label key={ratio} class="shape-choice">
              <input
                type="radio"
                name="ratio"
                class="sr-only"
                checked={ratio === current}
                onChange={() => {
                  chosen.value = ratio;
                }}
              />
              <Shape ratio={ratio} />
              {ratio ?? text.ratioAuto}
            </label>
          ))}
        </fieldset>
      )}
    </>
  );
}

function Shape({ ratio }: { ratio: AspectRatio | null }) {
  return <span class="shape" data-ratio={ratio ?? "auto"} aria-hidden="true" />;
}
