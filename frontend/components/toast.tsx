import { useEffect } from "preact/hooks";
import type { Studio } from "../state/studio.ts";

const SHOWN_FOR_MS = 6_000;

/** What was done or went wrong outside any card, for a moment. */
export function Toast({ studio }: { studio: Studio }) {
  const message = studio.toast.value;
  useEffect(() => {
    if (message === null) return;
    const timer = setTimeout(() => {
      studio.toast.value = null;
    }, SHOWN_FOR_MS);
    return () => clearTimeout(timer);
  }, [message]);
  return (
    <div role="status" class="toasts">
      {message !== null && <p class="toast">{message}</p>}
    </div>
  );
}
