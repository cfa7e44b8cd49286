/**
 * Deletions that can still be undone. A deletion hides its images at once. It is sent after its toast was visible for
 * 10 s (`toasts.ts`; the toast list runs the timers), or when the page closes. Until then Undo shows the images again
 * in their places.
 */
import { batch, computed, signal } from "@preact/signals";
import type { Api } from "../../api/client.ts";
import { errorSentences } from "../../text/errors.ts";
import { actionsText } from "../../text/actions.ts";
import { definePart } from "../../ui/parts.ts";
import { inBulk, type Pace } from "./bulk.ts";
import type { Generations } from "./generations.ts";
import type { Toast, Toasts } from "../toasts.ts";

/** What a page that is being left can still send: browsers allow 64 KB for all such requests together. */
export const MAX_PENDING = 1_000;

type PendingDeletion = { ids: readonly string[]; toast: Toast };

export type PendingDeletionsDependencies = {
  api: Pick<Api, "bulk">;
  generations: Generations;
  toasts: Toasts;
};

export function createPendingDeletions({ api, generations, toasts }: PendingDeletionsDependencies) {
  /** Oldest first. */
  const pending = signal<readonly PendingDeletion[]>([]);
  /** Requests under way. */
  const sending = signal(0);

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
    const { done, failed, error } = await inBulk(api, ids, "delete", pace);
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
        generations.hidden.value = new Set([...generations.hidden.peek(), ...ids]);
      });
      return true;
    },
    /** Undoes the latest deletion, or the given one. */
    undo,
    flush,
  };
}

export type PendingDeletions = ReturnType<typeof createPendingDeletions>;
export const pendingDeletionsPart = definePart<PendingDeletions>("pending deletions");
