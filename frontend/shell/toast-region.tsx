import type { ComponentChildren } from "preact";

/** In the page from the start: screen readers announce only what is added to an existing live region. */
export function ToastRegion({ children }: { children: ComponentChildren }) {
  return (
    <div role="status" aria-atomic="false" class="toasts">
      {children}
    </div>
  );
}
