/** How many characters of the prompt are left, shown near the limit and spoken by screen readers at thresholds only. */
import { computed } from "@preact/signals";
import { countCodePoints, normalizePrompt } from "../../../worker/shared/prompt.ts";
import { withStyle } from "../../../worker/shared/styles.ts";
import { createText } from "../../text/create.ts";
import type { Composer } from "./composer.ts";
import type { Count } from "./form-aids.ts";

/** Characters left. The count shows from the first value down; screen readers hear it at these values only (-1: too long). */
const THRESHOLDS = [80, 50, 20, 10, -1];

/** The count of the prompt in the form; null while the limit is far. */
export function createCounter({ prompt, style, maxPromptLength }: Composer) {
  let lastPassed = 0;
  let spoken = "";
  return computed((): Count | null => {
    const left =
      maxPromptLength.value -
      countCodePoints(withStyle(normalizePrompt(prompt.value), style.value ?? undefined));
    const passed = THRESHOLDS.filter((threshold) => left <= threshold).length;
    const shown = left < 0 ? createText.over(-left) : createText.left(left);
    if (passed !== lastPassed) spoken = shown;
    lastPassed = passed;
    return passed > 0 ? { shown, spoken, isOver: left < 0 } : null;
  });
}
