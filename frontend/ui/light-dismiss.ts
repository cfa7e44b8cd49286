/**
 * Closes a popover on a tap outside. Safari on iOS before 18.3 does not do that
 * (https://github.com/mdn/browser-compat-data/issues/22927).
 */
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

export function useLightDismiss(popover: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    let startedOutside = false;
    const isOutside = ({ target }: Event) => {
      const element = popover.current;
      if (!element?.matches(":popover-open") || !(target instanceof Element)) return false;
      // Its button toggles the popover with the click that follows.
      return !element.contains(target) && !target.closest(`[popovertarget="${element.id}"]`);
    };
    const onDown = (event: PointerEvent) => {
      startedOutside = isOutside(event);
    };
    // A scroll ends with pointercancel instead, and a drag that starts inside is not a tap outside.
    const onUp = (event: PointerEvent) => {
      if (startedOutside && isOutside(event)) popover.current?.hidePopover();
      startedOutside = false;
    };
    document.addEventListener("pointerdown", onDown);
    document.addEventListener("pointerup", onUp);
    return () => {
      document.removeEventListener("pointerdown", onDown);
      document.removeEventListener("pointerup", onUp);
    };
  }, [popover]);
}
