import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import arrowUp from "lucide-static/icons/arrow-up.svg?raw";
import sliders from "lucide-static/icons/sliders-horizontal.svg?raw";
import { isComposing } from "../browser/composition.ts";
import type { Studio } from "../studio/studio.ts";
import { text } from "../text/common.ts";
import { Icon } from "../ui/icon.tsx";
import { lazy } from "../ui/lazy.tsx";
import { ModelChips } from "./model-picker.tsx";

const OptionsPanel = lazy(() => import("./options-panel.tsx").then((part) => part.OptionsPanel));
const SeedChip = lazy(() => import("./options-panel.tsx").then((part) => part.SeedChip));

const EXAMPLE_EVERY_MS = 7_000;

/** The form that a prompt is written in. */
export function Composer({ studio }: { studio: Studio }) {
  const { composer, maker } = studio;
  const backstage = studio.backstage.value;
  const counter = backstage?.counter.value;
  const notice = composer.notice.value;
  return (
    <form
      class="composer"
      aria-label={text.create}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void maker.generate();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || isComposing(event)) return;
        event.preventDefault();
        if (!event.repeat) event.currentTarget.requestSubmit();
      }}
    >
      <div class="flex items-end gap-1 ps-4 pe-2 pt-2 max-sm:ps-3">
        <Prompt studio={studio} isTooLong={counter?.isOver} />
        <OptionsButton studio={studio} />
        <button type="submit" class="button filled send" aria-label={text.generate}>
          <span class="max-sm:hidden">{text.generate}</span>
          <span class="contents sm:hidden">
            <Icon svg={arrowUp} />
          </span>
        </button>
      </div>
      <ModelChips chosen={composer.model} />
      {composer.options.value.seed !== undefined && <SeedChip composer={composer} />}
      {counter && !notice && (
        <p class="notice" aria-hidden="true">
          {counter.shown}
        </p>
      )}
      <p id="composer-notice" role="status" class={counter && !notice ? "sr-only" : "notice"}>
        {notice ?? counter?.spoken ?? (studio.offline.value ? text.offline : backstage?.hint.value)}
      </p>
    </form>
  );
}

function Prompt({ studio, isTooLong }: { studio: Studio; isTooLong: boolean | undefined }) {
  const { composer } = studio;
  const { prompt, focus, isUntouched, enterSends } = composer;
  const area = useRef<HTMLTextAreaElement>(null);
  const example = useExample(prompt.value === "" && studio.recent.value !== "waiting");
  const isOffered = prompt.value === "" && isUntouched.value;

  useLayoutEffect(() => {
    if (!focus.value) return;
    focus.value = false;
    const place = () => area.current?.focus();
    // Outside an open dialog nothing takes the focus, and as it closes it gives the focus back to its opener.
    const dialog = document.querySelector("dialog[open]");
    if (dialog) dialog.addEventListener("close", place, { once: true });
    else place();
  }, [focus.value]);

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
        enterkeyhint={enterSends.value ? "send" : "enter"}
        value={prompt.value}
        onInput={(event) => composer.write(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (isComposing(event) || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
          const { key, currentTarget } = event;
          if (key === "Enter" && enterSends.value) {
            event.preventDefault();
            // A held key sends once.
            if (!event.repeat) currentTarget.form?.requestSubmit();
          } else if (key === "Escape") isUntouched.value = false;
          else if (key === "Tab" && isOffered) {
            event.preventDefault();
            composer.write(example);
          } else if (key === "ArrowUp" || key === "ArrowDown") {
            const direction = key === "ArrowUp" ? "earlier" : "later";
            const { history } = studio.backstage.value ?? {};
            if (history?.recall(direction, composer, currentTarget.selectionStart)) event.preventDefault();
          }
        }}
      />
      {isOffered && (
        <kbd class="tab-hint" aria-hidden="true">
          {text.tab}
        </kbd>
      )}
      <span id="prompt-keys" hidden>
        {isOffered ? text.takeExample : text.recall}
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
