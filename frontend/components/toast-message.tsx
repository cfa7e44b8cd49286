import { useEffect } from "preact/hooks";
import type { Studio, Toast } from "../state/studio.ts";

const SHOWN_FOR_MS = 6_000;
/** Long enough to read the sentence and to get to its button by keyboard. */
const SHOWN_WITH_ACTION_MS = 12_000;

/** What was done or went wrong outside any card, for a moment. */
export function ToastMessage({ studio, toast }: { studio: Studio; toast: Toast }) {
  useEffect(() => {
    const timer = setTimeout(
      () => {
        studio.toast.value = null;
      },
      typeof toast === "string" ? SHOWN_FOR_MS : SHOWN_WITH_ACTION_MS,
    );
    return () => clearTimeout(timer);
  }, [toast]);
  if (typeof toast === "string") return <p class="toast">{toast}</p>;
  const { text, action } = toast;
  return (
    <p class="toast">
      {text}
      <button
        type="button"
        class="toast-action"
        onClick={() => {
          studio.toast.value = null;
          action.run();
        }}
      >
        {action.label}
      </button>
    </p>
  );
}
