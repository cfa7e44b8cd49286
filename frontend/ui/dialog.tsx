import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

type Props = {
  label: string;
  class: string;
  onClose: () => void;
  /** It fills the window and shows toasts itself: it does not count as open over the page. */
  isFullscreen?: boolean;
  children: ComponentChildren;
};

/** A native modal dialog: Escape and a click beside it call `onClose`; afterwards its opener has the focus again. */
export function Dialog({ label, class: name, onClose, isFullscreen = false, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isMounted = useRef(false);
  // Before the browser paints: it opens in the frame that renders it.
  useLayoutEffect(() => {
    const element = dialog.current;
    const opener = document.activeElement;
    isMounted.current = true;
    element?.showModal();
    markModalOpen();
    return () => {
      isMounted.current = false;
      element?.close();
      markModalOpen();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={name}
      aria-label={label}
      data-fullscreen={isFullscreen ? "" : undefined}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={() => {
        // Chromium closes a dialog itself when Escape is repeated. If the owner keeps it, it is opened again.
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

/** An attribute instead of `:root:has(dialog)`, which would invalidate styles on every DOM change. */
function markModalOpen(): void {
  const isOpen = document.querySelector("dialog[open]:not([data-fullscreen])") !== null;
  document.documentElement.toggleAttribute("data-modal-open", isOpen);
}

/** A click on the dialog's own padding is inside its box; one on the backdrop is outside. */
function isOutside(event: { clientX: number; clientY: number; currentTarget: HTMLElement }): boolean {
  const { left, right, top, bottom } = event.currentTarget.getBoundingClientRect();
  const { clientX: x, clientY: y } = event;
  return x < left || x > right || y < top || y > bottom;
}
