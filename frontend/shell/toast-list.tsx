import { useComputed, useSignal } from "@preact/signals";
import x from "lucide-static/icons/x.svg?raw";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { type Toast, toastsPart } from "../studio/toasts.ts";
import { createText } from "../text/create.ts";
import { findFallback } from "../ui/focus.ts";
import { Icon } from "../ui/icon.tsx";
import { usePart } from "../ui/parts.ts";

/**
 * The latest toasts. Their time stops while one has the focus or the pointer, in a hidden tab, and behind a dialog
 * or menu (WCAG 2.2.1).
 */
export function ToastList() {
  const toasts = usePart(toastsPart);
  const list = useRef<HTMLDivElement>(null);
  const isHovered = useSignal(false);
  const isFocused = useSignal(false);
  const isCovered = useSignal(areToastsCovered());
  const isPaused = useComputed(() => isHovered.value || isFocused.value || isCovered.value);
  const visible = toasts.visible();

  useEffect(() => {
    const update = () => {
      isCovered.value = areToastsCovered();
    };
    update();
    document.addEventListener("visibilitychange", update);
    // It does not bubble.
    document.addEventListener("toggle", update, true);
    const observer = new MutationObserver(update);
    observer.observe(document.documentElement, { attributeFilter: ["data-modal-open"] });
    const stop = toasts.runTimers(isPaused);
    return () => {
      document.removeEventListener("visibilitychange", update);
      document.removeEventListener("toggle", update, true);
      observer.disconnect();
      stop();
    };
  }, []);
  // A toast that is removed fires neither a pointer nor a focus event.
  useLayoutEffect(() => {
    isHovered.value = false;
    isFocused.value = list.current?.contains(document.activeElement) ?? false;
  }, [visible.length]);
  // The page has this much padding at its end, so that its last buttons can be scrolled above the toasts.
  useLayoutEffect(() => {
    const { style } = document.documentElement;
    style.setProperty("--toasts", `${list.current?.offsetHeight ?? 0}px`);
    return () => style.removeProperty("--toasts");
  }, [visible.length]);

  return (
    <div
      ref={list}
      class="grid justify-items-center gap-2"
      data-toast-list=""
      onPointerOver={({ pointerType }) => {
        isHovered.value = pointerType === "mouse";
      }}
      onPointerLeave={() => {
        isHovered.value = false;
      }}
      onFocusIn={() => {
        isFocused.value = true;
      }}
      onFocusOut={({ relatedTarget }) => {
        isFocused.value = relatedTarget instanceof Node && list.current?.contains(relatedTarget) === true;
      }}
    >
      {visible.map((toast) => (
        <ToastItem key={toast.key} toast={toast} />
      ))}
    </div>
  );
}

const areToastsCovered = () =>
  document.hidden ||
  document.documentElement.hasAttribute("data-modal-open") ||
  document.querySelector(":popover-open") !== null;

function ToastItem({ toast }: { toast: Toast }) {
  const { dismiss, expire } = usePart(toastsPart);
  const element = useRef<HTMLDivElement>(null);
  /** What had the focus before this toast: it gets the focus back while it is in the page. */
  const previous = useRef<EventTarget | null>(null);
  useLayoutEffect(
    () => () => {
      if (!element.current?.contains(document.activeElement)) return;
      const { current: before } = previous;
      const isThere = before instanceof HTMLElement && before.isConnected;
      (isThere ? before : findFallback(element.current))?.focus({ preventScroll: true });
    },
    [],
  );
  const { text, action } = toast;
  return (
    <div
      ref={element}
      class="pointer-events-auto flex animate-rise items-center gap-2 rounded-md border border-transparent bg-ink py-1.5 ps-4 pe-2 text-sm wrap-anywhere text-canvas shadow-pop"
      onFocusIn={({ relatedTarget }) => {
        const isInside = relatedTarget instanceof Element && relatedTarget.closest("[data-toast-list]");
        if (!isInside) previous.current = relatedTarget;
      }}
    >
      <p>{text}</p>
      {action && (
        <button
          type="button"
          class="min-h-8 px-2 font-semibold underline focus-visible:outline-current"
          data-focus-fallback="2"
          onClick={() => {
            dismiss(toast);
            action.run();
          }}
        >
          {action.label}
        </button>
      )}
      <button
        type="button"
        class="grid size-8 flex-none place-content-center focus-visible:outline-current"
        aria-label={createText.dismiss}
        title={createText.dismiss}
        onClick={() => expire(toast)}
      >
        <Icon svg={x} />
      </button>
    </div>
  );
}
