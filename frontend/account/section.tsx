/** A section of the account page, and a row in it. */
import type { ComponentChildren, RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

type SectionProps = { title: string; isTitleHidden?: boolean; children: ComponentChildren };

/** `isTitleHidden`: the title is for screen readers only. */
export function Section({ title, isTitleHidden = false, children }: SectionProps) {
  return (
    <section
      class="grid grid-cols-1 gap-4 rounded-xl border border-line bg-surface p-4 md:p-6"
      tabIndex={-1}
      aria-label={isTitleHidden ? title : undefined}
    >
      {!isTitleHidden && <h2 class="font-semibold">{title}</h2>}
      {children}
    </section>
  );
}

/** After a dialog removed the row of its opener, the section has the focus instead of nothing. */
export function useFocusedSection(content: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const section = content.current?.closest("section");
    return () =>
      void setTimeout(() => {
        if (document.activeElement === document.body) section?.focus();
      });
  }, []);
}

/** What a button does, and the button. */
export function Row({ what, children }: { what: string; children: ComponentChildren }) {
  return (
    <div class="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 border-line not-first-of-type:border-t not-first-of-type:pt-4">
      <p class="min-w-64 flex-1 text-sm text-muted">{what}</p>
      {children}
    </div>
  );
}

/** On a phone it has the row's width; long words in other languages take two lines. */
export function RowButton({ isDanger, isBusy, onClick, children }: RowButtonProps) {
  return (
    <button
      type="button"
      class={`button plain min-w-0 py-2 whitespace-normal max-sm:w-full ${isDanger ? "danger" : ""}`}
      aria-disabled={isBusy}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

type RowButtonProps = {
  isDanger?: boolean;
  isBusy?: boolean;
  onClick: () => void;
  children: ComponentChildren;
};
