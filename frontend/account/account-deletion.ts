/**
 * Deletes the user's account, from the question to the confirmation.
 *
 * While the outcome is unknown, nothing queued is sent in this user's name. After success this browser keeps nothing of
 * theirs. A request without an answer can be repeated.
 */
import { batch, signal } from "@preact/signals";
import type { Session, User } from "../../worker/contract.ts";
import type { Trouble, TroubleCode } from "../api/result.ts";
import type { Studio } from "../studio/studio.ts";

/** Answers that nothing was done behind. After any other it may have been. */
const REFUSALS: ReadonlySet<TroubleCode> = new Set(["unauthenticated", "forbidden_origin", "suspended"]);
export const isUncertain = ({ code }: Trouble) => !REFUSALS.has(code);

export type DeletionDependencies = {
  studio: Studio;
  /** Removes what is kept outside the studio's own stores. */
  forgetElsewhere: () => Promise<void>;
  /** Both leave nothing of the user in memory. */
  sayGoodbye: () => void;
  restart: () => void;
};

export function createDeletion({ studio, forgetElsewhere, sayGoodbye, restart }: DeletionDependencies) {
  const { session, api, store, tabStore } = studio;
  /** Whose account is asked about; null while the question is not open. */
  const asking = signal<User | null>(null);
  const isSending = signal(false);
  /** Why it was not done, or may not have been. */
  const problem = signal<Trouble | null>(null);
  /** Who was here until it was sent. */
  let before: Session | null = null;
  let mayBeDone = false;

  async function finish() {
    await forgetElsewhere();
    // Also what signing out leaves to whoever is next.
    store.set("theme", null);
    store.forget();
    tabStore.forget();
    sayGoodbye();
  }

  return {
    asking,
    isSending,
    problem,
    open() {
      asking.value = session.user.value;
    },
    async send() {
      if (isSending.value) return;
      batch(() => {
        isSending.value = true;
        problem.value = null;
        before ??= session.session.peek();
        // Unknown user: the socket closes, and neither the queue nor another tab's sign-out interferes.
        session.pause(true);
        session.session.value = null;
      });
      const result = await api.deleteAccount();
      if (result.ok || (mayBeDone && result.problem.code === "unauthenticated")) return finish();
      mayBeDone ||= isUncertain(result.problem);
      batch(() => {
        isSending.value = false;
        problem.value = result.problem;
      });
    },
    /** Closes the dialog; a user who is still signed in continues. */
    async close() {
      if (isSending.value) return;
      batch(() => {
        asking.value = null;
        problem.value = null;
        if (before) session.session.value = before;
      });
      if (before === null) return;
      before = null;
      session.pause(false);
      await session.load();
      if (session.user.value !== null) return;
      if (mayBeDone) await finish();
      else restart();
    },
  };
}

export type Deletion = ReturnType<typeof createDeletion>;
