import { useEffect, useRef } from "preact/hooks";
import arrowUp from "lucide-static/icons/arrow-up.svg?raw";
import { countCodePoints, MAX_PROMPT_LENGTH, normalizePrompt } from "../../worker/catalog.ts";
import type { Studio } from "../state/studio.ts";
import { text } from "../text/first.ts";
import { Icon } from "./icon.tsx";
import { ModelChips } from "./model-chips.tsx";
import { RatioPicker } from "./ratio-picker.tsx";

/** From here on the counter shows. */
const COUNT_FROM = MAX_PROMPT_LENGTH - 80;

/** The form that a prompt is written in. */
export function Composer({ studio }: { studio: Studio }) {
  const { composer, session, maker } = studio;
  const area = useRef<HTMLTextAreaElement>(null);
  const count = countCodePoints(normalizePrompt(composer.prompt.value));
  const left = MAX_PROMPT_LENGTH - count;
  const ratios = session.models.value.find(({ id }) => id === composer.model.value)?.options.aspectRatio;
  const notice = composer.notice.value;

  useEffect(() => {
    if (composer.focus.value > 0) area.current?.focus();
  }, [composer.focus.value]);

  return (
    <form
      class="composer"
      aria-label={text.create}
      onSubmit={(event) => {
        event.preventDefault();
        void maker.generate();
      }}
    >
      <div class="flex flex-wrap items-end gap-2 ps-4 pe-2 pt-2 max-sm:ps-3">
        <textarea
          ref={area}
          name="prompt"
          rows={1}
          autocomplete="off"
          class="prompt"
          aria-label={text.prompt}
          aria-describedby="composer-notice"
          aria-invalid={left < 0}
          placeholder={text.placeholder}
          enterkeyhint="go"
          value={composer.prompt.value}
          onInput={(event) => composer.write(event.currentTarget.value)}
          onKeyDown={(event) => {
            // While an input method composes, Enter takes its suggestion.
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }}
        />
        {ratios && <RatioPicker ratios={ratios} chosen={composer.aspectRatio} />}
        <button type="submit" class="button filled send" aria-label={text.generate}>
          <span class="max-sm:hidden">{text.generate}</span>
          <span class="sm:hidden">
            <Icon svg={arrowUp} />
          </span>
        </button>
      </div>
      <ModelChips models={session.models.value} chosen={composer.model} />
      <p id="composer-notice" role="status" class="notice">
        {left < 0 ? text.over(-left) : count >= COUNT_FROM ? text.left(left) : notice}
      </p>
    </form>
  );
}
