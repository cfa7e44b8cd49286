/** Leaves nothing of the user in memory, and says why they are nobody any more: on the account page, until it is left. */
export type Farewell = "deleted" | "suspended";

/** The page's place in the history holds it: a reload keeps it, and no link can claim it. */
export function restartWith(farewell: Farewell): void {
  history.replaceState({ ...history.state, farewell }, "", "/account");
  location.reload();
}

export function farewellOf(state: { farewell?: Farewell } | null): Farewell | null {
  return state?.farewell ?? null;
}
