/**
 * On a phone the form lies over the images, at the bottom of the window. While the user scrolls down it shows only its
 * first line. The other lines stay in the tab order and for screen readers (`in-data-collapsed:` in the markup).
 */

/** Where the form is at the bottom: below `md`, and in a `tall` window. */
const AT_BOTTOM = "(width < 48rem) and (height >= 32rem)";
/** In pixels: how far the user scrolls in one direction before the form changes. */
const MIN_SCROLL = 24;
const DURATION_MS = 160;

const findDock = () => document.querySelector<HTMLElement>("[data-dock]");

function setCollapsed(dock: HTMLElement | null, isCollapsed: boolean): void {
  const form = dock?.querySelector("form");
  if (!dock || !form || dock.hasAttribute("data-collapsed") === isCollapsed) return;
  const before = form.offsetHeight;
  dock.toggleAttribute("data-collapsed", isCollapsed);
  const less = before - form.offsetHeight;
  // The same height in the page as before: else its end, and what is visible there, would move.
  dock.style.marginBlockStart = isCollapsed ? `${less}px` : "";
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  form.animate([{ transform: `translateY(${-less}px)` }, {}], { duration: DURATION_MS, easing: "ease-out" });
}

/** In use: it has the keyboard focus, or its options or its queue are open. */
const isInUse = (dock: HTMLElement) =>
  dock.querySelector(":focus-visible, :popover-open, [aria-expanded=true]") !== null;

/** Without what iOS scrolls beyond the ends of the page and back. */
function scrollTop(): number {
  const last = document.documentElement.scrollHeight - innerHeight;
  return Math.max(0, Math.min(scrollY, last));
}

export function collapseFormOnScroll(): void {
  const atBottom = matchMedia(AT_BOTTOM);
  /** Where the user last scrolled the other way. */
  let turn = scrollTop();

  function onScroll() {
    const dock = findDock();
    const top = scrollTop();
    if (!dock || !atBottom.matches) {
      turn = top;
    } else if (dock.hasAttribute("data-collapsed")) {
      turn = Math.max(turn, top);
      if (turn - top >= MIN_SCROLL) setCollapsed(dock, false);
    } else {
      turn = Math.min(turn, top);
      if (top - turn >= MIN_SCROLL && !isInUse(dock)) setCollapsed(dock, true);
    }
  }

  function expand() {
    turn = scrollTop();
    setCollapsed(findDock(), false);
  }
  /** Not on pointerdown, nor when a button gets the focus by it: it would move away before the click. */
  const onUse = ({ type, target }: Event) => {
    if (!(target instanceof Element) || !target.closest("[data-dock]")) return;
    if (type === "click" || target.matches(":focus-visible")) expand();
  };

  addEventListener("scroll", onScroll, { passive: true });
  atBottom.addEventListener("change", expand);
  addEventListener("focusin", onUse);
  addEventListener("click", onUse);
}
