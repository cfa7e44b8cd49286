/** The sign-in of a gateway in front of the studio, like Cloudflare Access, whose session ended while the page was open. */
import { effect } from "@preact/signals";
import { errors } from "../../text/errors.ts";
import type { Toast, Toasts } from "../toasts.ts";
import type { SessionState } from "./session.ts";

/**
 * Offers to sign in again while the gateway redirects. Only a click navigates: the user may be typing. The draft and the
 * outbox are stored, and requests are sent again when the page is back.
 */
export function offerSignIn(
  { session, toasts }: { session: SessionState; toasts: Toasts },
  navigate: () => void,
): () => void {
  let shown: Toast | null = null;
  return effect(() => {
    // A new object with each failed attempt: a toast that was closed comes back with the next one.
    if (session.error.value?.code !== "session_redirected") {
      if (shown) toasts.dismiss(shown);
      shown = null;
      return;
    }
    shown ??= toasts.show(errors.sentence("session_redirected"), {
      label: errors.signInAgain,
      run: navigate,
      expire: () => {
        shown = null;
      },
    });
  });
}
