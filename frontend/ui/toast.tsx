import type { Studio } from "../studio/studio.ts";
import { lazy } from "./lazy.tsx";

const ToastList = lazy(() => import("./toast-list.tsx").then((part) => part.ToastList));
export const preloadToast = ToastList.preload;

/** In the page from the start: screen readers announce only what is added to an existing live region. */
export function Toast({ studio }: { studio: Studio }) {
  return (
    <div role="status" aria-atomic="false" class="toasts">
      {studio.toasts.value.length > 0 && <ToastList studio={studio} />}
    </div>
  );
}
