import type { Studio } from "../state/studio.ts";
import { lazy } from "./lazy.tsx";

const ToastMessage = lazy(() => import("./toast-message.tsx").then((part) => part.ToastMessage));
export const preloadToast = ToastMessage.preload;

/** The place for it is there from the start: only then is what appears in it read out. */
export function Toast({ studio }: { studio: Studio }) {
  const toast = studio.toast.value;
  return (
    <div role="status" class="toasts">
      {toast !== null && <ToastMessage studio={studio} toast={toast} />}
    </div>
  );
}
