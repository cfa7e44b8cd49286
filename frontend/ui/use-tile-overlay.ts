/** Which tiles of a list show their overlay: under the mouse, with the keyboard focus, or after a long press. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

/** Shorter than the 500 ms after which iOS starts to drag a link. */
const LONG_PRESS_MS = 400;
/** In pixels: a finger that moves farther scrolls. */
const MAX_MOVE = 10;

const elementOf = (event: Event) => (event.target instanceof Element ? event.target : null);
/** `data-id` marks the list items that have an overlay. */
const tileIdOf = (event: Event) => elementOf(event)?.closest("li")?.dataset["id"] ?? null;

/** The handlers are for the list: it has one listener, because tiles come and go while the user scrolls. */
export function useTileOverlay(onLongPress?: (id: string) => void) {
  /** Under the mouse, or pressed long. */
  const pointedId = useSignal<string | null>(null);
  const focusedId = useSignal<string | null>(null);
  const press = useRef<{ x: number; y: number; timer: ReturnType<typeof setTimeout> } | null>(null);
  const isTouch = useRef(false);
  const mustIgnoreClick = useRef(false);

  const endPress = () => {
    clearTimeout(press.current?.timer);
    press.current = null;
  };
  useEffect(() => endPress, []);

  return {
    isShown: (id: string) => id === pointedId.value || id === focusedId.value,
    /** Hides the overlay that a long press has shown. */
    hidePressed() {
      if (isTouch.current) pointedId.value = null;
    },
    handlers: {
      onPointerOver(event: PointerEvent) {
        if (event.pointerType === "mouse") pointedId.value = tileIdOf(event);
      },
      onPointerLeave(event: PointerEvent) {
        if (event.pointerType === "mouse") pointedId.value = null;
      },
      onPointerDown(event: PointerEvent) {
        endPress();
        mustIgnoreClick.current = false;
        isTouch.current = event.pointerType === "touch";
        const id = tileIdOf(event);
        if (!isTouch.current || elementOf(event)?.closest("[data-overlay]")) return;
        pointedId.value = null;
        if (id === null) return;
        const timer = setTimeout(() => {
          mustIgnoreClick.current = true;
          pointedId.value = id;
          onLongPress?.(id);
        }, LONG_PRESS_MS);
        press.current = { x: event.clientX, y: event.clientY, timer };
      },
      onPointerMove({ clientX, clientY }: PointerEvent) {
        const { x, y } = press.current ?? { x: clientX, y: clientY };
        if (Math.hypot(clientX - x, clientY - y) > MAX_MOVE) endPress();
      },
      onPointerUp: endPress,
      onPointerCancel: endPress,
      /** The click that ends a long press. */
      onClickCapture(event: MouseEvent) {
        if (!mustIgnoreClick.current) return;
        mustIgnoreClick.current = false;
        event.preventDefault();
        event.stopPropagation();
      },
      /** On Android a long press opens the menu of a link. */
      onContextMenu(event: MouseEvent) {
        if (isTouch.current && tileIdOf(event) !== null) event.preventDefault();
      },
      onFocusIn(event: FocusEvent) {
        const isVisible = elementOf(event)?.matches(":focus-visible, [data-overlay] *");
        focusedId.value = isVisible ? tileIdOf(event) : null;
      },
      /** Not when the focus moves to the overlay's own buttons, or to a dialog, which returns it. */
      onFocusOut({ relatedTarget, currentTarget }: FocusEvent) {
        if (!(relatedTarget instanceof Element) || relatedTarget.closest("dialog")) return;
        if (!(currentTarget as Element).contains(relatedTarget)) focusedId.value = null;
      },
    },
  };
}
