/** Why the session ended. The account page shows it after a reload, which clears the user's data from memory. */
export type SignOutReason = "deleted" | "suspended";

/** Kept in the history entry: a reload keeps it, and no link can claim it. */
export function reloadSignedOut(reason: SignOutReason): void {
  history.replaceState({ ...history.state, signOutReason: reason }, "", "/account");
  location.reload();
}

export function readSignOutReason(state: { signOutReason?: SignOutReason } | null): SignOutReason | null {
  return state?.signOutReason ?? null;
}
