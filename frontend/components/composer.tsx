import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import arrowUp from "lucide-static/icons/arrow-up.svg?raw";
import sliders from "lucide-static/icons/sliders-horizontal.svg?raw";
import { countCodePoints, MAX_PROMPT_LENGTH, normalizePrompt } from "../../worker/catalog.ts";
import type { Studio } from "../state/studio.ts";
import { text } from "../text/first.ts";
import { Icon } from "./icon.tsx";
import { lazy } from "./lazy.tsx";
import { ModelChips } from "./model-chips.tsx";

const OptionsPanel = lazy(() => import("./options-panel.tsx").then((part) => part.OptionsPanel));

/** From here on the counter shows. */
const COUNT_FROM = MAX_PROMPT_LENGTH - 80;
const EXAMPLE_EVERY_MS = 7_000;

/** The form that a prompt is written in. */
export function Composer({ studio }: { studio: Studio }) {
  const { composer, maker } = studio;
  const count = countCodePoints(normalizePrompt(composer.prompt.value));
  const left = MAX_PROMPT_LENGTH - count;
  const notice =
    composer.notice.value ?? (studio.offline.value ? text.offline : studio.backstage.value?.day.value);
  return (
    <form
      class="composer"
      aria-label={text.create}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void maker.generate();
      }}
    >
      <div class="flex items-end gap-1 ps-4 pe-2 pt-2 max-sm:ps-3">
        <Prompt studio={studio} isTooLong={left < 0} />
        <OptionsButton studio={studio} />
        <button type="submit" class="button filled send" aria-label={text.generate}>
          <span class="max-sm:hidden">{text.generate}</span>
          <span class="contents sm:hidden">
            <Icon svg={arrowUp} />
          </span>
        </button>
      </div>
      <ModelChips chosen={composer.model} />
      <p id="composer-notice" role="status" class="notice">
        {left < 0 ? text.over(-left) : count >= COUNT_FROM ? text.left(left) : notice}
      </p>
    </form>
  );
}

function Prompt({ studio, isTooLong }: { studio: Studio; isTooLong: boolean }) {
  const { composer } = studio;
  const { prompt, focus } = composer;
  const area = useRef<HTMLTextAreaElement>(null);
  const example = useExample(prompt.value === "" && studio.recent.value !== "waiting");
  /** Escape says: not the example. Then Tab goes on as everywhere. */
  const declined = useRef(false);

  useEffect(() => {
    if (!focus.value) return;
    focus.value = false;
    area.current?.focus();
  }, [focus.value]);

  function take(event: KeyboardEvent, words: string | null | undefined) {
    if (words == null) return;
    event.preventDefault();
    composer.write(words);
  }

  return (
    <span class="grow-with" data-text={prompt.value}>
      <textarea
        ref={area}
        name="prompt"
        rows={1}
        dir="auto"
        autocomplete="off"
        class="prompt"
        aria-label={text.prompt}
        aria-describedby="composer-notice prompt-keys"
        aria-invalid={isTooLong}
        placeholder={example}
        enterkeyhint="go"
        value={prompt.value}
        onInput={(event) => composer.write(event.currentTarget.value)}
        onBlur={() => {
          declined.current = false;
        }}
        onKeyDown={(event) => {
          // While an input method composes, the keys are its own.
          if (event.isComposing || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
          const { key, currentTarget } = event;
          if (key === "Enter") {
            event.preventDefault();
            // Held down since the focus was elsewhere, or for longer than one picture's worth.
            if (!event.repeat) currentTarget.form?.requestSubmit();
          } else if (key === "Escape") declined.current = true;
          else if (key === "Tab" && prompt.value === "" && !declined.current) take(event, example);
          else if (key === "ArrowUp" || key === "ArrowDown") {
            const direction = key === "ArrowUp" ? "earlier" : "later";
            take(event, studio.backstage.value?.history.leaf(direction, prompt.value));
          }
        }}
      />
      <kbd class="tab-hint" aria-hidden="true">
        {text.tab}
      </kbd>
      <span id="prompt-keys" hidden>
        {text.takeExample}
      </span>
    </span>
  );
}

/** The example in the empty field: another one now and then, unless motion is unwelcome. */
function useExample(isShown: boolean): string {
  const index = useSignal(0);
  useEffect(() => {
    if (!isShown || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const timer = setInterval(() => {
      index.value += 1;
    }, EXAMPLE_EVERY_MS);
    return () => clearInterval(timer);
  }, [isShown]);
  return text.placeholders[index.value % text.placeholders.length] ?? "";
}

/** One quiet button for all that is not the prompt; it shows when something is set. */
function OptionsButton({ studio }: { studio: Studio }) {
  const isWanted = useSignal(false);
  const isAskedFor = studio.options.value;
  useEffect(() => {
    if (isAskedFor) isWanted.value = true;
  }, [isAskedFor]);
  const { options } = studio.composer;
  const isSet = Object.keys(options.value).length > 0;
  const { aspectRatio } = options.value;
  return (
    <>
      <button
        type="button"
        class="button quiet options-button"
        popovertarget="options"
        aria-label={isSet ? text.optionsSet(aspectRatio) : text.options}
        title={text.options}
        onClick={() => {
          isWanted.value = true;
        }}
      >
        <Icon svg={sliders} />
        {aspectRatio && <span class="max-sm:hidden">{aspectRatio}</span>}
        {isSet && <span class="mark" />}
      </button>
      {(isWanted.value || isAskedFor) && <OptionsPanel studio={studio} />}
    </>
  );
}
