import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import x from "lucide-static/icons/x.svg?raw";
import type { Studio, Toast } from "../studio/studio.ts";
import { expire, runToastTimers, visibleToasts } from "../studio/toast-timers.ts";
import { making } from "../text/create.ts";
import { Icon } from "./icon.tsx";
import { onlyOnce } from "./ignore-held-enter.ts";

/** Where the focus goes in the gallery: to its grid, or to what an empty gallery shows. */
const GALLERY_FOCUS = '.gallery-grid a[tabindex="0"], .invitation :is(a, button)';

/**
 * The latest messages. Their time does not run while one has the focus or the pointer, in a hidden tab, or behind a
 * dialog (WCAG 2.2.1).
 */
export function ToastList({ studio }: { studio: Studio }) {
  const list = useRef<HTMLDivElement>(null);
  const isHovered = useSignal(false);
  const isFocused = useSignal(false);
  const isCovered = useSignal(isOutOfReach());
  const isPaused = useComputed(() => isHovered.value || isFocused.value || isCovered.value);
  const toasts = visibleToasts(studio);

  useEffect(() => {
    const look = () => {
      isCovered.value = isOutOfReach();
    };
    look();
    document.addEventListener("visibilitychange", look);
    // It does not bubble.
    document.addEventListener("toggle", look, true);
    const observer = new MutationObserver(look);
    observer.observe(document.documentElement, { attributeFilter: ["data-dimmed"] });
    const stop = runToastTimers(studio, isPaused);
    return () => {
      document.removeEventListener("visibilitychange", look);
      document.removeEventListener("toggle", look, true);
      observer.disconnect();
      stop();
    };
  }, []);
  // A message that is removed fires neither a pointer nor a focus event.
  useLayoutEffect(() => {
    isHovered.value = false;
    isFocused.value = list.current?.contains(document.activeElement) ?? false;
  }, [toasts.length]);
  // The page leaves this much room at its end, so that its last buttons can be scrolled above the messages.
  useLayoutEffect(() => {
    const { style } = document.documentElement;
    style.setProperty("--toasts", `${list.current?.offsetHeight ?? 0}px`);
    return () => style.removeProperty("--toasts");
  }, [toasts.length]);

  return (
    <div
      ref={list}
      class="toast-list"
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
      {toasts.map((toast) => (
        <ToastMessage key={toast.key} studio={studio} toast={toast} />
      ))}
    </div>
  );
}

/** The tab is hidden, or a dialog or a menu may cover the messages. */
const isOutOfReach = () =>
  document.hidden ||
  document.documentElement.hasAttribute("data-dimmed") ||
  document.querySelector(":popover-open") !== null;

function ToastMessage({ studio, toast }: { studio: Studio; toast: Toast }) {
  const message = useRef<HTMLDivElement>(null);
  /** What had the focus before this message: it gets it back, or the gallery, if it is gone. */
  const from = useRef<EventTarget | null>(null);
  useLayoutEffect(
    () => () => {
      if (!message.current?.contains(document.activeElement)) return;
      const before = from.current instanceof HTMLElement && from.current.isConnected ? from.current : null;
      const next = before ?? document.querySelector<HTMLElement>(GALLERY_FOCUS);
      next?.focus({ preventScroll: true });
    },
    [],
  );
  const { text, action } = toast;
  return (
    <div
      ref={message}
      class="toast"
      onKeyDown={onlyOnce}
      onFocusIn={({ relatedTarget }) => {
        const isInside = relatedTarget instanceof Element && relatedTarget.closest(".toast-list");
        if (!isInside) from.current = relatedTarget;
      }}
    >
      <p>{text}</p>
      {action && (
        <button
          type="button"
          class="toast-action"
          onClick={() => {
            studio.dismiss(toast);
            action.run();
          }}
        >
          {action.label}
        </button>
      )}
      <button
        type="button"
        class="toast-close"
        aria-label={making.dismiss}
        title={making.dismiss}
        onClick={() => expire(studio, toast)}
      >
        <Icon svg={x} />
      </button>
    </div>
  );
}
