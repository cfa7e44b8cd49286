/** Which tiles show their overlay: under the mouse, with the keyboard focus, or after a long press, which also selects. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Selection } from "../studio/images/selection.ts";

/** Shorter than the 500 ms after which iOS starts to drag a link. */
const LONG_PRESS_MS = 400;
/** In pixels: a finger that moves farther scrolls. */
const MAX_MOVE = 10;

const elementOf = (event: Event) => (event.target instanceof Element ? event.target : null);
const tileIdOf = (event: Event) => elementOf(event)?.closest("li")?.dataset["id"] ?? null;

export function useTileOverlay(selection: Selection) {
  /** Under the mouse, or pressed long. */
  const pointedId = useSignal<string | null>(null);
  const focusedId = useSignal<string | null>(null);
  const press = useRef<{ x: number; y: number; timer: ReturnType<typeof setTimeout> } | null>(null);
  const isTouch = useRef(false);
  const mustIgnoreClick = useRef(false);
  const isSelecting = selection.isActive.value;

  const endPress = () => {
    clearTimeout(press.current?.timer);
    press.current = null;
  };
  useEffect(() => endPress, []);
  useEffect(() => {
    if (!isSelecting && isTouch.current) pointedId.value = null;
  }, [isSelecting]);

  return {
    isShown: (id: string) => id === pointedId.value || id === focusedId.value,
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
          if (!selection.ids.peek().has(id)) selection.toggle(id);
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
        if (isTouch.current) event.preventDefault();
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
