import { useComputed } from "@preact/signals";
import type { TargetedCompositionEvent, TargetedInputEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import dices from "lucide-static/icons/dices.svg?raw";
import lock from "lucide-static/icons/lock.svg?raw";
import lockOpen from "lucide-static/icons/lock-open.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import { type AspectRatio, countCodePoints, MAX_PROMPT_LENGTH, MAX_SEED } from "../../worker/catalog.ts";
import { type Composer, seedOf } from "../studio/composer.ts";
import { isComposing } from "../browser/composition.ts";
import { setOptions } from "../studio/remix.ts";
import type { Studio } from "../studio/studio.ts";
import { text } from "../text/common.ts";
import { making } from "../text/create.ts";
import { Icon } from "../ui/icon.tsx";
import { useLightDismiss } from "../ui/light-dismiss.ts";
import { onlyOnce } from "../ui/ignore-held-enter.ts";

/** Fetched with the first click on its button, and so opens itself once; from then on the button does, and its key. */
export function OptionsPanel({ studio }: { studio: Studio }) {
  const { composer } = studio;
  const panel = useRef<HTMLDivElement>(null);
  const isNew = useRef(true);
  const isAskedFor = studio.options.value;
  useLightDismiss(panel);
  useEffect(() => {
    if (!isNew.current && !isAskedFor) return;
    isNew.current = false;
    studio.options.value = false;
    // By its key: from the button, where the focus returns to, on to what the panel begins with.
    if (isAskedFor) focusButton();
    panel.current?.showPopover();
    if (isAskedFor) panel.current?.querySelector<HTMLElement>(":checked, #seed, #without")?.focus();
  }, [isAskedFor]);
  const takes = composer.takes.value;
  const { aspectRatio: ratios, seed, negativePrompt } = takes ?? {};
  const isSet = useComputed(() => Object.keys(composer.options.value).length > 0);
  return (
    <div
      ref={panel}
      id="options"
      popover="auto"
      class="pop options"
      role="group"
      aria-label={text.options}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || isComposing(event)) return;
        // With Ctrl or Cmd it sends the form.
        if (event.ctrlKey || event.metaKey) return panel.current?.hidePopover();
        if (!(event.target instanceof HTMLInputElement)) return;
        // Enter alone would send the form too; in an option it only closes the panel.
        event.preventDefault();
        if (event.repeat) return;
        onlyOnce(event);
        panel.current?.hidePopover();
        focusButton();
      }}
    >
      {ratios && <Shapes composer={composer} ratios={ratios} />}
      {seed && <Seed composer={composer} />}
      {negativePrompt && <Without composer={composer} />}
      {!ratios && !seed && !negativePrompt && (
        <p class="text-sm text-muted">{takes ? making.noOptions : making.optionsUnknown}</p>
      )}
      <button
        type="button"
        class="button plain small justify-self-end"
        onClick={() => {
          panel.current?.hidePopover();
          focusButton();
        }}
      >
        {making.done}
      </button>
      {isSet.value && (
        <button
          type="button"
          class="button plain small justify-self-start"
          onClick={() => {
            // The button goes with what is set.
            panel.current?.querySelector<HTMLElement>("input, textarea")?.focus();
            setOptions(composer, {});
          }}
        >
          {making.reset}
        </button>
      )}
    </div>
  );
}

const focusButton = () => document.querySelector<HTMLElement>(".options-button")?.focus();

function Shapes({ composer, ratios }: { composer: Composer; ratios: AspectRatio[] }) {
  const chosen = composer.options.value.aspectRatio ?? null;
  return (
    <fieldset>
      <legend class="option-name">{text.ratio}</legend>
      <div class="shapes">
        {[null, ...ratios].map((ratio) => (
          <label key={ratio} class="shape-choice">
            <input
              type="radio"
              name="ratio"
              class="sr-only"
              checked={ratio === chosen}
              onChange={() => {
                composer.aspectRatio.value = ratio;
              }}
            />
            <span class="shape" data-ratio={ratio ?? "auto"} aria-hidden="true" />
            {ratio ?? making.ratioAuto}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

const drawSeed = () =>
  crypto.getRandomValues(new Uint32Array(1)).map((word) => word % (MAX_SEED + 1))[0] ?? 0;

/** Locked, every picture starts from the same noise; open, each has its own. */
function Seed({ composer }: { composer: Composer }) {
  const { seed } = composer;
  const isLocked = seed.value !== null;
  return (
    <div>
      <label class="option-name" for="seed">
        {making.seed}
      </label>
      <div class="flex gap-1">
        <input
          id="seed"
          class="field tabular-nums"
          inputmode="numeric"
          enterkeyhint="done"
          autocomplete="off"
          placeholder={making.seedRandom}
          value={seed.value ?? ""}
          {...onText((field) => {
            // An input method may enter full-width digits, which NFKC turns into ASCII.
            seed.value = seedOf(field.value.normalize("NFKC").replace(/\D/g, ""));
            field.value = String(seed.value ?? "");
          })}
        />
        <button
          type="button"
          class="button round quiet"
          aria-label={making.seedLock}
          title={making.seedLock}
          aria-pressed={isLocked}
          onClick={() => {
            seed.value = isLocked ? null : drawSeed();
          }}
        >
          <Icon svg={isLocked ? lock : lockOpen} />
        </button>
        <button
          type="button"
          class="button round quiet"
          aria-label={making.seedDraw}
          title={making.seedDraw}
          onClick={() => {
            seed.value = drawSeed();
          }}
        >
          <Icon svg={dices} />
        </button>
      </div>
    </div>
  );
}

function Without({ composer }: { composer: Composer }) {
  const words = composer.without;
  const count = countCodePoints(words.value);
  return (
    <div>
      <label class="option-name" for="without">
        {making.without}
        {count > 0 && <span class="font-normal text-muted">{making.count(count)}</span>}
      </label>
      <textarea
        id="without"
        class="field py-2"
        rows={2}
        dir="auto"
        placeholder={making.withoutExample}
        value={words.value}
        {...onText((area) => {
          keepWithin(area);
          words.value = area.value;
        })}
      />
    </div>
  );
}

/** Input whose handler may change the field: during composition that would end the conversion, so it waits. */
const onText = <Field extends HTMLInputElement | HTMLTextAreaElement>(apply: (field: Field) => void) => ({
  onInput: ({ isComposing, currentTarget }: TargetedInputEvent<Field>) => {
    if (!isComposing) apply(currentTarget);
  },
  onCompositionEnd: ({ currentTarget }: TargetedCompositionEvent<Field>) => apply(currentTarget),
});

/** Shows that a seed is locked, and unlocks it. */
export function SeedChip({ composer }: { composer: Composer }) {
  const seed = String(composer.seed.value ?? "");
  return (
    <p class="px-4 pt-2">
      <button
        type="button"
        class="button plain small"
        aria-label={making.seedRemove(seed)}
        title={making.seedRemove(seed)}
        onKeyDown={onlyOnce}
        onClick={() => {
          composer.seed.value = null;
          composer.focus.value = true;
        }}
      >
        <bdi>{making.seedLocked(seed)}</bdi>
        <Icon svg={x} />
      </button>
    </p>
  );
}

/** Cuts what was typed or pasted to the length that fits; the text before it and the caret stay. */
function keepWithin(area: HTMLTextAreaElement): void {
  const { value, selectionEnd: caret } = area;
  const excess = countCodePoints(value) - MAX_PROMPT_LENGTH;
  if (excess <= 0) return;
  // What came in ends at the caret.
  const kept = Array.from(value.slice(0, caret)).slice(0, -excess).join("");
  area.value = kept + value.slice(caret);
  area.setSelectionRange(kept.length, kept.length);
}
