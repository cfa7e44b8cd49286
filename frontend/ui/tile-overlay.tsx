import type { ComponentChildren } from "preact";
import { Icon } from "./icon.tsx";

type OverlayProps = {
  prompt: string;
  /** `TileAction`s and links. */
  children: ComponentChildren;
};

/** Over an image in a list: its prompt and what can be done with it. A small tile has no room for the buttons. */
export function TileOverlay({ prompt, children }: OverlayProps) {
  return (
    <div class="pointer-events-none absolute inset-0 flex flex-col justify-end [container-type:size]">
      <div class="grid gap-2 fade-scrim p-2 pt-12 text-on-image">
        <p class="line-clamp-2 text-sm wrap-anywhere" dir="auto" data-prompt>
          {prompt}
        </p>
        <div class="pointer-events-auto hidden flex-wrap justify-end gap-1.5 roomy:flex" data-overlay>
          {children}
        </div>
      </div>
    </div>
  );
}

type ActionProps = {
  label: string;
  icon: string;
  isPressed?: boolean;
  /** -1 where the arrow keys move between tiles, except in the current one. */
  tabIndex?: number;
} & ({ onClick: () => void; href?: never } | { href: string; onClick?: never });

/** A button, or with `href` a download link. */
export function TileAction({ label, icon, isPressed, tabIndex = 0, href, onClick }: ActionProps) {
  const shared = { class: "button round glass small", tabIndex, "aria-label": label, title: label };
  if (href !== undefined) {
    return (
      <a {...shared} href={href} download>
        <Icon svg={icon} />
      </a>
    );
  }
  return (
    <button {...shared} type="button" aria-pressed={isPressed} onClick={onClick}>
      <Icon svg={icon} />
    </button>
  );
}
