import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

type Props = { label: string; class: string; onClose: () => void; children: ComponentChildren };

/** A native modal dialog: Escape and a click beside it ask the owner to close it; focus returns to where it was. */
export function Dialog({ label, class: name, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isMounted = useRef(false);
  // Before the browser paints: it opens in the frame that it is rendered for.
  useLayoutEffect(() => {
    const element = dialog.current;
    const opener = document.activeElement;
    isMounted.current = true;
    element?.showModal();
    sayDimmed();
    return () => {
      isMounted.current = false;
      element?.close();
      sayDimmed();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={name}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={() => {
        // Chromium closes a dialog itself when Escape is repeated. An owner that refuses to close it is still there.
        if (!isMounted.current) return;
        onClose();
        setTimeout(() => {
          if (isMounted.current && !dialog.current?.open) dialog.current?.showModal();
        });
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget && isOutside(event)) onClose();
      }}
    >
      {children}
    </dialog>
  );
}

/** Said to the stylesheet: to ask the page whether a dialog is in it (`:has()`) costs with every change of the page. */
function sayDimmed(): void {
  document.documentElement.toggleAttribute("data-dimmed", document.querySelector(".sheet[open]") !== null);
}

/** Its own padding is the dialog too; only the backdrop is outside its box. */
function isOutside(event: { clientX: number; clientY: number; currentTarget: HTMLElement }): boolean {
  const { left, right, top, bottom } = event.currentTarget.getBoundingClientRect();
  const { clientX: x, clientY: y } = event;
  return x < left || x > right || y < top || y > bottom;
}
