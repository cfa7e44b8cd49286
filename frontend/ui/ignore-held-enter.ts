/** An Enter that is held down presses one thing: not again, and not what has the focus next. For `onKeyDown`. */
export function onlyOnce({ key, repeat }: KeyboardEvent): void {
  if (key !== "Enter" || repeat) return;
  const held = new AbortController();
  const options = { capture: true, signal: held.signal };
  addEventListener("keyup", () => held.abort(), options);
  addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter" || !event.repeat) return;
      event.preventDefault();
      event.stopPropagation();
    },
    options,
  );
}
