import type { ComponentChildren, RefObject } from "preact";
import { useLightDismiss } from "../ui/light-dismiss.ts";

type Props = {
  /** Its button has this id as `popovertarget`. */
  id: string;
  menu: RefObject<HTMLDivElement | null>;
  onToggle?: (isOpen: boolean) => void;
  children: ComponentChildren;
};

/** A menu of the gallery's toolbar. On a phone a sheet at the bottom edge; else below its button. */
export function ToolbarMenu({ id, menu, onToggle, children }: Props) {
  useLightDismiss(menu);
  return (
    <div
      ref={menu}
      id={id}
      popover="auto"
      class="popover sheet sm:end-gutter sm:top-[calc(var(--button-bottom)+0.5rem)] sm:max-h-[calc(100dvh-var(--button-bottom)-1rem)] sm:w-80"
      onBeforeToggle={({ newState }) => {
        const button = document.querySelector(`[popovertarget="${id}"]`)?.getBoundingClientRect();
        menu.current?.style.setProperty("--button-bottom", `${button?.bottom ?? 0}px`);
        onToggle?.(newState === "open");
      }}
    >
      {children}
    </div>
  );
}
