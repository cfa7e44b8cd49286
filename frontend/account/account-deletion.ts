/**
 * Deletes the user's account, from the question to the confirmation.
 *
 * While the outcome is unknown, nothing queued is sent in this user's name. After success this browser keeps none of
 * the user's data. A request without a response can be repeated.
 */
import { batch, signal } from "@preact/signals";
import type { Session, User } from "../../worker/api/schemas/session.ts";
import type { Api } from "../api/client.ts";
import type { ApiError, ErrorCode } from "../api/result.ts";
import type { KeyValueStore } from "../browser/storage.ts";
import type { SessionState } from "../studio/session/session.ts";

/** After these responses the Worker certainly did nothing. After any other error it may have deleted the account. */
const REJECTIONS: ReadonlySet<ErrorCode> = new Set(["unauthenticated", "forbidden_origin", "suspended"]);
export const isUncertain = ({ code }: ApiError) => !REJECTIONS.has(code);

export type AccountDeletionDependencies = {
  api: Pick<Api, "deleteAccount">;
  session: SessionState;
  store: KeyValueStore;
  tabStore: KeyValueStore;
  /** Removes what the browser stores outside both stores. */
  clearBrowserData: () => Promise<void>;
  /** Reloads to the page that confirms the deletion. */
  showDeletedPage: () => void;
  reload: () => void;
};

export function createAccountDeletion(dependencies: AccountDeletionDependencies) {
  const { api, session, store, tabStore, clearBrowserData, showDeletedPage, reload } = dependencies;
  /** Whose account the dialog is about; null while it is closed. */
  const user = signal<User | null>(null);
  const isSending = signal(false);
  /** Why the account was not deleted, or may not have been. */
  const error = signal<ApiError | null>(null);
  /** The session before the request was sent. */
  let before: Session | null = null;
  let mayBeDone = false;

  async function finish() {
    await clearBrowserData();
    // The next user of this browser starts with the system's theme.
    store.set("theme", null);
    store.clear();
    tabStore.clear();
    showDeletedPage();
  }

  return {
    user,
    isSending,
    error,
    open() {
      user.value = session.user.value;
    },
    async send() {
      if (isSending.value) return;
      batch(() => {
        isSending.value = true;
        error.value = null;
        before ??= session.session.peek();
        // Without a user the socket closes, and neither the queue nor another tab's sign-out interferes.
        session.pause(true);
        session.session.value = null;
      });
      const result = await api.deleteAccount();
      if (result.ok || (mayBeDone && result.error.code === "unauthenticated")) return finish();
      mayBeDone ||= isUncertain(result.error);
      batch(() => {
        isSending.value = false;
        error.value = result.error;
      });
    },
    /** Closes the dialog; a user who is still signed in continues. */
    async close() {
      if (isSending.value) return;
      batch(() => {
        user.value = null;
        error.value = null;
        if (before) session.session.value = before;
      });
      if (before === null) return;
      before = null;
      session.pause(false);
      await session.load();
      if (session.user.value !== null) return;
      if (mayBeDone) await finish();
      else reload();
    },
  };
}

export type AccountDeletion = ReturnType<typeof createAccountDeletion>;
