import type { ComponentChildren } from "preact";

/** A key of the keyboard. */
export function Kbd({ children }: { children: ComponentChildren }) {
  return (
    <kbd class="inline-block min-w-6 rounded-xs border border-line bg-canvas px-1.5 text-center font-sans text-xs text-muted">
      {children}
    </kbd>
  );
}
