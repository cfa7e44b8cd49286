/** The sign-in of a gateway in front of the studio, like Cloudflare Access, whose session ended while the page was open. */
import { effect } from "@preact/signals";
import { told } from "../text/errors.ts";
import type { Studio, Toast } from "./studio.ts";

/**
 * Offers to sign in again while the gateway redirects. Only a click navigates: the user may be typing. The draft and the
 * outbox are stored, and requests are sent again when the page is back.
 */
export function offerSignIn(
  { session, notify, dismiss }: Pick<Studio, "session" | "notify" | "dismiss">,
  navigate: () => void,
): () => void {
  let shown: Toast | null = null;
  return effect(() => {
    // A new object with each failed attempt: a message that was closed comes back with the next one.
    if (session.problem.value?.code !== "session_redirected") {
      if (shown) dismiss(shown);
      shown = null;
      return;
    }
    shown ??= notify(told.problem("session_redirected"), {
      label: told.signInAgain,
      run: navigate,
      expire: () => {
        shown = null;
      },
    });
  });
}
