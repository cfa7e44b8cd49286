import { effect, useSignal } from "@preact/signals";
import arrowUp from "lucide-static/icons/arrow-up.svg?raw";
import sliders from "lucide-static/icons/sliders-horizontal.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { afterNextPaint } from "../browser/after-next-paint.ts";
import { isComposing } from "../browser/composition.ts";
import { composerPart } from "../studio/generate/composer.ts";
import { connectionPart } from "../studio/session/connection.ts";
import { dialogsPart, type FormDialogName } from "../studio/dialogs.ts";
import { formAidsPart } from "../studio/generate/form-aids.ts";
import { sessionPart } from "../studio/session/session.ts";
import { commonText } from "../text/common.ts";
import { Icon } from "../ui/icon.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { useOptionalPart, usePart } from "../ui/parts.ts";
import { ModelPicker } from "./form/model-picker.tsx";
import { RatioIcon } from "./form/ratio-icon.tsx";

const NEXT_EXAMPLE_AFTER_MS = 7_000;

type Props = {
  /** Submits the form. */
  onGenerate: () => void;
  options: ComponentChildren;
  chips: ComponentChildren;
};

/** The form for a prompt. */
export function Composer({ onGenerate, options, chips }: Props) {
  const composer = usePart(composerPart);
  const { isOffline } = usePart(connectionPart);
  const aids = useOptionalPart(formAidsPart);
  const counter = aids?.counter.value;
  const notice = composer.notice.value;
  const count = composer.count.value;
  const generate = count > 1 ? commonText.generateCount(count) : commonText.generate;
  const line = `px-4 text-sm not-empty:py-1 max-md:text-center ${counter?.isOver ? "text-danger" : "text-muted"}`;
  return (
    <form
      class="rounded-xl border border-line bg-surface pb-2 shadow-float [anchor-name:--composer] focus-within:border-control in-data-collapsed:*:not-first:sr-only"
      aria-label={commonText.create}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onGenerate();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || isComposing(event)) return;
        event.preventDefault();
        if (!event.repeat) event.currentTarget.requestSubmit();
      }}
    >
      <div class="flex items-end gap-1 ps-4 pe-2 pt-2">
        <Prompt isTooLong={counter?.isOver} />
        <OptionsButton isPanelLoaded={Boolean(options)} />
        {options}
        <button
          type="submit"
          class="button filled max-sm:w-control max-sm:rounded-full max-sm:p-0"
          aria-label={generate}
          title={composer.enterSends.value ? commonText.enterSends : commonText.enterBreaks}
        >
          <span class="max-sm:hidden">{generate}</span>
          <span class="contents sm:hidden">
            <Icon svg={arrowUp} />
          </span>
        </button>
      </div>
      <ModelPicker chosen={composer.model} />
      <div class="flex flex-wrap items-center gap-1 px-2 pt-1">
        <Tool name="styles">{commonText.style}</Tool>
        <Tool name="presets">{commonText.presets}</Tool>
        {chips}
      </div>
      {counter && !notice && (
        <p class={line} aria-hidden="true">
          {counter.shown}
        </p>
      )}
      <p id="composer-notice" role="status" class={counter && !notice ? "sr-only" : line}>
        {notice ?? counter?.spoken ?? (isOffline.value ? commonText.offline : aids?.hint.value)}
      </p>
    </form>
  );
}

function Prompt({ isTooLong }: { isTooLong: boolean | undefined }) {
  const composer = usePart(composerPart);
  const { user } = usePart(sessionPart);
  const aids = useOptionalPart(formAidsPart);
  const { prompt, focus, selectAll, isSubmitted, isUntouched, enterSends } = composer;
  const area = useRef<HTMLTextAreaElement>(null);
  const example = useExample(prompt.value === "" && user.value !== null);
  const isOffered = prompt.value === "" && isUntouched.value;

  useLayoutEffect(() => {
    if (!focus.value) return;
    focus.value = false;
    whenInReach(() => area.current?.focus());
  }, [focus.value]);
  // After the click has been painted: moving the focus takes as long as rendering the new entry.
  useLayoutEffect(
    () =>
      effect(() => {
        if (!selectAll.value) return;
        selectAll.value = false;
        void afterNextPaint().then(() =>
          whenInReach(() => {
            if (!isSubmitted.peek()) return;
            // On a touch screen the focus would open the keyboard over the new image.
            if (matchMedia("(pointer: fine)").matches) area.current?.focus();
            if (document.activeElement === area.current) area.current?.select();
          }),
        );
      }),
    [],
  );

  return (
    <span
      class="autogrow relative grid min-w-0 flex-1 in-data-collapsed:mb-2 in-data-collapsed:max-h-9 in-data-collapsed:overflow-clip"
      data-text={prompt.value}
    >
      <textarea
        ref={area}
        name="prompt"
        rows={1}
        dir="auto"
        autocomplete="off"
        class="peer resize-none outline-none"
        aria-label={commonText.prompt}
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
            if (aids?.recall(direction, currentTarget.selectionStart)) event.preventDefault();
          }
        }}
      />
      {isOffered && (
        <span
          class="pointer-events-none absolute end-1 top-3 hidden mouse:peer-focus:peer-placeholder-shown:block"
          aria-hidden="true"
        >
          <Kbd>{commonText.tab}</Kbd>
        </span>
      )}
      {prompt.value !== "" && (
        <button
          type="button"
          class="button round small quiet absolute end-0 top-1"
          // Tab leads from the prompt to the options and Generate; with the keyboard a field is cleared by typing.
          tabIndex={-1}
          aria-label={commonText.clearPrompt}
          title={commonText.clearPrompt}
          onClick={() => composer.edit("")}
        >
          <Icon svg={x} />
        </button>
      )}
      <span id="prompt-keys" hidden>
        {isOffered ? commonText.takeExample : commonText.recall}
      </span>
    </span>
  );
}

/** Nothing outside an open dialog takes the focus, and a dialog that closes returns it to its opener. */
function whenInReach(act: () => void): void {
  const dialog = document.querySelector("dialog[open]");
  if (dialog) dialog.addEventListener("close", act, { once: true });
  else act();
}

/** The example in the empty field. It changes now and then, except with reduced motion. */
function useExample(isChanging: boolean): string {
  const index = useSignal(0);
  useEffect(() => {
    if (!isChanging || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const timer = setInterval(() => {
      index.value += 1;
    }, NEXT_EXAMPLE_AFTER_MS);
    return () => clearInterval(timer);
  }, [isChanging]);
  return commonText.placeholders[index.value % commonText.placeholders.length] ?? "";
}

/** Opens a dialog of the form. */
function Tool({ name, children }: { name: FormDialogName; children: string }) {
  const { form } = usePart(dialogsPart);
  return (
    <button
      type="button"
      class="button quiet small touch:min-h-control"
      aria-haspopup="dialog"
      onClick={() => {
        form.value = name;
      }}
    >
      {children}
    </button>
  );
}

/** Opens the options, and shows the chosen aspect ratio and whether other options are set. */
function OptionsButton({ isPanelLoaded }: { isPanelLoaded: boolean }) {
  const { options } = usePart(composerPart);
  const dialogs = usePart(dialogsPart);
  const { aspectRatio, seed, negativePrompt } = options.value;
  const hasOthers = seed !== undefined || negativePrompt !== undefined;
  return (
    <button
      type="button"
      class="button quiet relative min-w-control px-2"
      popovertarget="options"
      aria-label={aspectRatio || hasOthers ? commonText.optionsSet(aspectRatio) : commonText.options}
      title={commonText.options}
      onClick={() => {
        // If the panel is in the document, the browser opens it (`popovertarget`).
        if (!isPanelLoaded) dialogs.options.value = true;
      }}
    >
      <span class={aspectRatio ? "contents max-sm:hidden" : "contents"}>
        <Icon svg={sliders} />
      </span>
      {aspectRatio && (
        <span class="flex items-center gap-1 rounded-full bg-accent-soft ps-1 pe-2 text-accent">
          <RatioIcon ratio={aspectRatio} />
          {aspectRatio}
        </span>
      )}
      {hasOthers && <span class="size-2 rounded-full border border-accent bg-accent absolute end-1 top-2" />}
    </button>
  );
}
