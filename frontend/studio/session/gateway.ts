/** The sign-in of a gateway in front of the studio, like Cloudflare Access, whose session ended while the page was open. */
import { effect } from "@preact/signals";
import { errors } from "../../text/errors.ts";
import type { Message, Messages } from "../messages.ts";
import type { SessionState } from "./session.ts";

/**
 * Offers to sign in again while the gateway redirects. Only a click navigates: the user may be typing. The draft and the
 * outbox are stored, and requests are sent again when the page is back.
 */
export function offerSignIn(
  { session, messages }: { session: SessionState; messages: Messages },
  navigate: () => void,
): () => void {
  let shown: Message | null = null;
  return effect(() => {
    // A new object with each failed attempt: a message that was closed comes back with the next one.
    if (session.error.value?.code !== "session_redirected") {
      if (shown) messages.dismiss(shown);
      shown = null;
      return;
    }
    shown ??= messages.show(errors.sentence("session_redirected"), {
      label: errors.signInAgain,
      run: navigate,
      expire: () => {
        shown = null;
      },
    });
  });
}
