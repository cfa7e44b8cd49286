import { effect, signal } from "@preact/signals";
import { commonText } from "../../text/common.ts";
import { definePart } from "../../ui/parts.ts";
import type { Composer } from "../generate/composer.ts";
import type { SessionState } from "./session.ts";

/** The state of the connection to the Worker. */
export function createConnection() {
  return {
    /** The browser says that there is no network. */
    isOffline: signal(false),
    /** The socket is open: pushes arrive. Without it the studio polls. */
    isConnected: signal(false),
    /** Counts how often the tab came to the front or the network came back: reasons to retry at once. */
    wakeUps: signal(0),
  };
}

export type Connection = ReturnType<typeof createConnection>;
export const connectionPart = definePart<Connection>("connection");

export type UnreachableDependencies = { composer: Composer; connection: Connection; session: SessionState };

/** Says under the form that the Worker cannot be reached, until it responds. While the browser is offline, the form says that. */
export function showUnreachable({ composer, connection, session }: UnreachableDependencies): () => void {
  return effect(() => {
    if (session.error.value && !connection.isOffline.peek()) composer.notice.value = commonText.unreachable;
    else if (session.session.value && composer.notice.peek() === commonText.unreachable)
      composer.notice.value = null;
  });
}
