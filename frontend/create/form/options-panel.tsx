import { useComputed } from "@preact/signals";
import dices from "lucide-static/icons/dices.svg?raw";
import lock from "lucide-static/icons/lock.svg?raw";
import lockOpen from "lucide-static/icons/lock-open.svg?raw";
import type { ComponentChildren, TargetedCompositionEvent, TargetedInputEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type AspectRatio, MAX_SEED } from "../../../worker/shared/models.ts";
import { countCodePoints, MAX_PROMPT_LENGTH } from "../../../worker/shared/prompt.ts";
import { isComposing } from "../../browser/composition.ts";
import { composerPart, seedOf } from "../../studio/generate/composer.ts";
import { dialogsPart } from "../../studio/dialogs.ts";
import { optionsOf } from "../../studio/images/generation.ts";
import { commonText } from "../../text/common.ts";
import { createText } from "../../text/create.ts";
import { Icon } from "../../ui/icon.tsx";
import { useLightDismiss } from "../../ui/light-dismiss.ts";
import { usePart } from "../../ui/parts.ts";
import { RatioIcon } from "./ratio-icon.tsx";

/** Everything about an image but its prompt and model. Its button opens it, or `dialogs.options`. */
export function OptionsPanel() {
  const composer = usePart(composerPart);
  const dialogs = usePart(dialogsPart);
  const panel = useRef<HTMLDivElement>(null);
  const mustOpen = dialogs.options.value;
  useLightDismiss(panel);
  useEffect(() => {
    if (!mustOpen) return;
    dialogs.options.value = false;
    // The panel returns the focus to what had it when it opened.
    focusButton();
    panel.current?.showPopover();
    panel.current?.querySelector<HTMLElement>(":checked, #seed, #exclude")?.focus();
  }, [mustOpen]);
  const close = () => {
    panel.current?.hidePopover();
    focusButton();
  };
  const supported = composer.supported.value;
  const { aspectRatio: ratios, seed, negativePrompt } = supported ?? {};
  const isSet = useComputed(() => {
    const { style: _, ...own } = composer.options.value;
    return Object.keys(own).length > 0;
  });
  return (
    <div
      ref={panel}
      id="options"
      popover="auto"
      class="popover options-panel"
      role="group"
      aria-label={commonText.options}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || isComposing(event)) return;
        // With Ctrl or Cmd it sends the form.
        if (event.ctrlKey || event.metaKey) return panel.current?.hidePopover();
        if (!(event.target instanceof HTMLInputElement)) return;
        // Enter alone would send the form too; in an option it only closes the panel.
        event.preventDefault();
        if (!event.repeat) close();
      }}
    >
      {ratios && <AspectRatios ratios={ratios} />}
      {seed && <Seed />}
      {negativePrompt && <Exclude />}
      {!ratios && !seed && !negativePrompt && (
        <p class="text-sm text-muted">{supported ? createText.noOptions : createText.optionsUnknown}</p>
      )}
      <div class="flex justify-between gap-2">
        {isSet.value && (
          <button
            type="button"
            class="button plain small"
            onClick={() => {
              // This button disappears.
              panel.current?.querySelector<HTMLElement>("input, textarea")?.focus();
              composer.setOptions(optionsOf({ style: composer.style.peek() }));
            }}
          >
            {createText.reset}
          </button>
        )}
        <button type="button" class="button plain small ms-auto" onClick={close}>
          {createText.done}
        </button>
      </div>
    </div>
  );
}

const focusButton = () => document.querySelector<HTMLElement>('[popovertarget="options"]')?.focus();

const NAME = "mb-2 flex justify-between text-sm font-semibold";

function AspectRatios({ ratios }: { ratios: AspectRatio[] }) {
  const { aspectRatio, options } = usePart(composerPart);
  const chosen = options.value.aspectRatio ?? null;
  return (
    <fieldset>
      <legend class={NAME}>{commonText.ratio}</legend>
      <div class="grid grid-cols-4 gap-1">
        {[null, ...ratios].map((ratio) => (
          <label key={ratio} class="choice justify-items-center gap-1 py-1.5 text-xs">
            <input
              type="radio"
              name="ratio"
              class="sr-only"
              checked={ratio === chosen}
              onChange={() => {
                aspectRatio.value = ratio;
              }}
            />
            <RatioIcon ratio={ratio} />
            {ratio ?? createText.ratioAuto}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

const randomSeed = () =>
  crypto.getRandomValues(new Uint32Array(1)).map((word) => word % (MAX_SEED + 1))[0] ?? 0;

/** A locked seed is used for every image; otherwise each image has its own. */
function Seed() {
  const { seed } = usePart(composerPart);
  const isLocked = seed.value !== null;
  return (
    <div>
      <label class={NAME} for="seed">
        {createText.seed}
      </label>
      <div class="flex gap-1">
        <input
          id="seed"
          class="field nums"
          inputmode="numeric"
          enterkeyhint="done"
          autocomplete="off"
          placeholder={createText.seedRandom}
          value={seed.value ?? ""}
          {...onText((field) => {
            // An input method may enter full-width digits, which NFKC turns into ASCII.
            seed.value = seedOf(field.value.normalize("NFKC").replace(/\D/g, ""));
            field.value = String(seed.value ?? "");
          })}
        />
        <SeedButton
          label={createText.seedLock}
          isPressed={isLocked}
          onClick={() => {
            seed.value = isLocked ? null : randomSeed();
          }}
        >
          <Icon svg={isLocked ? lock : lockOpen} />
        </SeedButton>
        <SeedButton
          label={createText.seedDraw}
          onClick={() => {
            seed.value = randomSeed();
          }}
        >
          <Icon svg={dices} />
        </SeedButton>
      </div>
    </div>
  );
}

type SeedButtonProps = {
  label: string;
  isPressed?: boolean;
  onClick: () => void;
  children: ComponentChildren;
};

function SeedButton({ label, isPressed, onClick, children }: SeedButtonProps) {
  return (
    <button
      type="button"
      class="button round quiet"
      aria-label={label}
      title={label}
      aria-pressed={isPressed}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

function Exclude() {
  const { negativePrompt } = usePart(composerPart);
  const count = countCodePoints(negativePrompt.value);
  return (
    <div>
      <label class={NAME} for="exclude">
        {createText.exclude}
        {count > 0 && <span class="font-normal text-muted">{createText.count(count)}</span>}
      </label>
      <textarea
        id="exclude"
        class="field py-2"
        rows={2}
        dir="auto"
        placeholder={createText.excludeExample}
        value={negativePrompt.value}
        {...onText((area) => {
          limitLength(area);
          negativePrompt.value = area.value;
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

/** Cuts typed or pasted text to the length that fits; the text before it and the caret stay. */
function limitLength(area: HTMLTextAreaElement): void {
  const { value, selectionEnd: caret } = area;
  const excess = countCodePoints(value) - MAX_PROMPT_LENGTH;
  if (excess <= 0) return;
  // The new text ends at the caret.
  const kept = Array.from(value.slice(0, caret)).slice(0, -excess).join("");
  area.value = kept + value.slice(caret);
  area.setSelectionRange(kept.length, kept.length);
}
