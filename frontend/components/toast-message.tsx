import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Studio, Toast } from "../state/studio.ts";
import { onlyOnce } from "./only-once.ts";

const SHOWN_FOR_MS = 6_000;
/** Long enough to read the sentence and to get to its button by keyboard. */
const SHOWN_WITH_ACTION_MS = 12_000;
/** Where one is in the gallery: in its grid, or at what stands in that one's place. */
const PLACE = '.gallery-grid a[tabindex="0"], .invitation :is(a, button)';

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
  /** Where someone was before they came here; there they go on, or in the gallery, where that has gone. */
  const from = useRef<EventTarget | null>(null);
  useLayoutEffect(
    () => () => {
      if (button.current !== document.activeElement) return;
      const before = from.current instanceof HTMLElement && from.current.isConnected ? from.current : null;
      const place = before ?? document.querySelector<HTMLElement>(PLACE);
      place?.focus({ preventScroll: true });
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
        onKeyDown={onlyOnce}
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
