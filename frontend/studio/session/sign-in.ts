/** Signing in and out. */
import type { Api } from "../../api/client.ts";
import type { ApiError } from "../../api/result.ts";
import { setCacheOwner } from "../../browser/service-worker-client.ts";
import { flushOtherTabs } from "../../browser/sign-out-lock.ts";
import type { KeyValueStore } from "../../browser/storage.ts";
import { definePart } from "../../ui/parts.ts";
import type { Dialogs } from "../dialogs.ts";
import type { Toasts } from "../toasts.ts";
import type { PendingDeletions } from "../images/pending-deletions.ts";
import type { SessionState } from "./session.ts";
import { isDoneOrToast } from "../value-or-toast.ts";

export type SignInDependencies = {
  api: Pick<Api, "signInDev" | "signOut">;
  dialogs: Dialogs;
  toasts: Toasts;
  pendingDeletions: PendingDeletions;
  session: SessionState;
  store: KeyValueStore;
  tabStore: KeyValueStore;
  reload: () => void;
};

export function createSignIn(dependencies: SignInDependencies) {
  const { api, dialogs, pendingDeletions, session, store, tabStore, reload } = dependencies;
  return {
    /** With any address, on this computer only (`DEV_SIGN_IN`). Null after a success. */
    async signInDev(email: string): Promise<ApiError | null> {
      const result = await api.signInDev(email);
      if (!result.ok) return result.error;
      await session.load();
      dialogs.signIn.value = null;
      return null;
    },
    /** The dialog was closed: no Generate continues later. */
    cancel() {
      dialogs.signIn.value = null;
      tabStore.set("resume", null);
    },
    /** Signs out in this browser or in all, and clears the user's stored data. Does nothing if a pending deletion fails. */
    async signOut(everywhere = false): Promise<void> {
      if (!(await pendingDeletions.flush("at once"))) return;
      await flushOtherTabs();
      if (!isDoneOrToast(await api.signOut(everywhere), dependencies)) return;
      setCacheOwner("");
      store.clear();
      tabStore.clear();
      reload();
    },
  };
}

export type SignIn = ReturnType<typeof createSignIn>;
export const signInPart = definePart<SignIn>("sign-in");
