/**
 * Deletions that can still be undone. A deletion hides its images at once. It is sent after its toast was visible for
 * 10 s (`toasts.ts`; the toast list runs the timers), or when the page closes. Until then Undo shows the images again
 * in their places. What is being sent is stored in this tab: after a reload the Worker may read its list before it has
 * deleted all of them, and a deletion in several requests may have been sent in part.
 */
import { batch, computed, signal } from "@preact/signals";
import type { Api } from "../../api/client.ts";
import type { KeyValueStore } from "../../browser/storage.ts";
import { errorSentences } from "../../text/errors.ts";
import { actionsText } from "../../text/actions.ts";
import { definePart } from "../../ui/parts.ts";
import { inBulk, type Pace } from "./bulk.ts";
import type { Generations } from "./generations.ts";
import type { SessionState } from "../session/session.ts";
import type { Toast, Toasts } from "../toasts.ts";

/** What a page that is being left can still send: browsers allow 64 KB for all such requests together. */
export const MAX_PENDING = 1_000;

/** Stored ids are sent again after a reload, which is soon. Later the first requests have ended in one way or another. */
const SEND_AGAIN_WITHIN_MS = 60_000;
const STORED_KEY = "deleting";

type Stored = { user: string; at: number; ids: string[] };

type PendingDeletion = { ids: readonly string[]; toast: Toast };

export type PendingDeletionsDependencies = {
  api: Pick<Api, "bulk">;
  generations: Generations;
  session: Pick<SessionState, "user">;
  tabStore: KeyValueStore;
  toasts: Toasts;
  now: () => number;
};

export function createPendingDeletions(dependencies: PendingDeletionsDependencies) {
  const { api, generations, session, tabStore, toasts, now } = dependencies;
  /** Oldest first. */
  const pending = signal<readonly PendingDeletion[]>([]);
  /** Requests under way. */
  const sending = signal(0);
  /** Ids in these requests. */
  const sent = new Set<string>();

  function store() {
    const user = session.user.peek()?.id;
    const stored = user !== undefined && sent.size > 0 && { user, at: now(), ids: [...sent] };
    tabStore.set(STORED_KEY, stored ? JSON.stringify(stored satisfies Stored) : null);
  }

  function hide(ids: readonly string[]) {
    generations.hidden.value = new Set([...generations.hidden.peek(), ...ids]);
  }

  function unhide(ids: readonly string[]) {
    const hidden = new Set(generations.hidden.peek());
    for (const id of ids) hidden.delete(id);
    generations.hidden.value = hidden;
  }

  /** Removes it from the list with its toast; false if it is not there, so that nothing is sent twice. */
  function take(deletion: PendingDeletion): boolean {
    if (!pending.peek().includes(deletion)) return false;
    pending.value = pending.peek().filter((other) => other !== deletion);
    toasts.dismiss(deletion.toast);
    return true;
  }

  async function send(ids: readonly string[], pace: Pace): Promise<boolean> {
    sending.value += 1;
    for (const id of ids) sent.add(id);
    store();
    const { done, failed, error } = await inBulk(api, ids, "delete", pace);
    for (const id of ids) sent.delete(id);
    store();
    batch(() => {
      sending.value -= 1;
      for (const id of done) generations.delete(id);
      unhide(ids);
    });
    if (failed.length > 0) {
      toasts.show(
        actionsText.notDeleted(failed.length, errorSentences[error?.code ?? "storage_unavailable"]),
      );
    }
    return failed.length === 0;
  }

  /** Sends all of them now; whether they all succeeded. */
  async function flush(pace: Pace = "steady"): Promise<boolean> {
    const all = pending.peek();
    if (all.length === 0) return true;
    return batch(() => {
      for (const deletion of all) take(deletion);
      return send(
        all.flatMap(({ ids }) => ids),
        pace,
      );
    });
  }

  function undo(deletion = pending.peek().at(-1)) {
    batch(() => {
      if (deletion && take(deletion)) unhide(deletion.ids);
    });
  }

  /** Sends again what an earlier page in this tab was sending. The Worker says which of it was deleted already. */
  session.user.subscribe((user) => {
    if (!user) return;
    const stored = parse(tabStore.get(STORED_KEY));
    tabStore.set(STORED_KEY, null);
    if (stored?.user !== user.id || now() - stored.at > SEND_AGAIN_WITHIN_MS) return;
    batch(() => {
      hide(stored.ids);
      void send(stored.ids, "steady");
    });
  });

  return {
    canUndo: computed(() => pending.value.length > 0),
    /** Images are hidden that the Worker still has. */
    isBusy: computed(() => pending.value.length > 0 || sending.value > 0),
    /** Hides the images; false if too many would be pending. */
    add(ids: readonly string[]): boolean {
      const waiting = pending.peek().reduce((sum, deletion) => sum + deletion.ids.length, 0);
      if (waiting + ids.length > MAX_PENDING) {
        toasts.show(actionsText.tooManyToDelete(MAX_PENDING));
        return false;
      }
      batch(() => {
        const toast = toasts.show(actionsText.deleted(ids.length), {
          label: actionsText.undo,
          run: () => undo(deletion),
          expire: () => batch(() => void (take(deletion) && send(deletion.ids, "steady"))),
        });
        const deletion: PendingDeletion = { ids, toast };
        pending.value = [...pending.peek(), deletion];
        hide(ids);
      });
      return true;
    },
    /** Undoes the latest deletion, or the given one. */
    undo,
    flush,
  };
}

/** What an earlier version or a person wrote may be anything. */
function parse(text: string | null): Stored | null {
  try {
    const value = JSON.parse(text ?? "null") as Stored | null;
    const isValid = typeof value?.at === "number" && Array.isArray(value.ids);
    return isValid ? { ...value, ids: value.ids.slice(0, MAX_PENDING) } : null;
  } catch {
    return null;
  }
}

export type PendingDeletions = ReturnType<typeof createPendingDeletions>;
export const pendingDeletionsPart = definePart<PendingDeletions>("pending deletions");
