import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
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
  const button = useRef<HTMLButtonElement>(null);
  /** Where someone was before they came here; there they go on. */
  const from = useRef<EventTarget | null>(null);
  useLayoutEffect(
    () => () => {
      if (button.current !== document.activeElement || !(from.current instanceof HTMLElement)) return;
      from.current.focus({ preventScroll: true });
    },
    [],
  );
  if (typeof toast === "string") return <p class="toast">{toast}</p>;
  const { text, action } = toast;
  return (
    <p class="toast">
      {text}
      <button
        ref={button}
        type="button"
        class="toast-action"
        onFocusIn={({ relatedTarget }) => {
          from.current = relatedTarget;
        }}
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
