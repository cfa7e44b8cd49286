/** The browser repeats an Enter that is held down: it would press again, or press what has the focus next. */

/** From now on a held Enter counts once. In a multi-line field it may repeat: it adds lines there. */
export function ignoreHeldEnter(): void {
  let pressedIn: EventTarget | null = null;
  addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter") return;
      if (!event.repeat) pressedIn = event.target;
      else if (event.target !== pressedIn || !(event.target instanceof HTMLTextAreaElement)) {
        event.preventDefault();
        event.stopPropagation();
      }
    },
    { capture: true },
  );
}
