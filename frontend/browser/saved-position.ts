/** What a page needs to restore its scroll position after a reload, stored in the history entry. */

/** Saves it when the page is left, until the returned function is called. */
export function saveOnLeave(position: () => Record<string, unknown>): () => void {
  const save = () => history.replaceState({ ...history.state, ...position() }, "");
  addEventListener("pagehide", save);
  return () => removeEventListener("pagehide", save);
}

/** Reads it once: afterwards the router knows the position of each entry. */
export function takeSaved(name: string): unknown {
  const { [name]: saved, ...rest }: Record<string, unknown> = history.state ?? {};
  if (saved !== undefined) history.replaceState(rest, "");
  return saved;
}
