/**
 * Deletions that can still be undone. A deletion hides its images at once and is sent when its own time to undo is
 * over, or when the page is left. Undo before that shows the images again in their places.
 */
import { batch, computed, signal } from "@preact/signals";
import { pictureText } from "../text/gallery.ts";
import { problems } from "../text/errors.ts";
import { inBulk, type Pace } from "./bulk.ts";
import type { Studio, Toast } from "./studio.ts";

/** What a page that is being left can still send: browsers allow 64 KB for all such requests together. */
export const MAX_DELETED = 1_000;

export type TrashDependencies = Pick<
  Studio,
  "api" | "hidden" | "notify" | "dismiss" | "dropped" | "unfinished"
>;

/** One deletion, with its own Undo. */
type PendingDeletion = { ids: readonly string[]; toast: Toast };

export function createTrash({ api, hidden, notify, dismiss, dropped, unfinished }: TrashDependencies) {
  /** Oldest first. */
  const pending = signal<readonly PendingDeletion[]>([]);
  /** Requests under way. */
  const sending = signal(0);

  function show(ids: readonly string[]) {
    const next = new Set(hidden.value);
    for (const id of ids) next.delete(id);
    hidden.value = next;
  }

  /** Removes it from the list with its message; false if it is not there, so that nothing is sent twice. */
  function take(deletion: PendingDeletion): boolean {
    if (!pending.value.includes(deletion)) return false;
    pending.value = pending.value.filter((other) => other !== deletion);
    dismiss(deletion.toast);
    return true;
  }

  async function send(ids: readonly string[], pace: Pace): Promise<boolean> {
    sending.value += 1;
    const { done, failed, problem } = await inBulk(api, ids, "delete", pace);
    sending.value -= 1;
    for (const id of done) dropped(id);
    show(ids);
    if (failed.length > 0) {
      notify(pictureText.notDeleted(failed.length, problems[problem?.code ?? "storage_unavailable"]));
    }
    return failed.length === 0;
  }

  /** Sends all of them now; whether they all succeeded. */
  async function flush(pace: Pace = "steady"): Promise<boolean> {
    const all = pending.value;
    if (all.length === 0) return true;
    return batch(() => {
      for (const deletion of all) take(deletion);
      return send(
        all.flatMap(({ ids }) => ids),
        pace,
      );
    });
  }

  function undo(deletion = pending.value.at(-1)) {
    batch(() => {
      if (deletion && take(deletion)) show(deletion.ids);
    });
  }

  unfinished.finish = () => flush("at once");

  return {
    /** Images are hidden that the Worker still has. */
    busy: computed(() => pending.value.length > 0 || sending.value > 0),
    canUndo: computed(() => pending.value.length > 0),
    /** Hides the images; false if too many would be pending. */
    remove(ids: readonly string[]): boolean {
      const waiting = pending.value.reduce((sum, deletion) => sum + deletion.ids.length, 0);
      if (waiting + ids.length > MAX_DELETED) {
        notify(pictureText.tooManyToDelete(MAX_DELETED));
        return false;
      }
      batch(() => {
        const toast = notify(pictureText.deleted(ids.length), {
          label: pictureText.undo,
          run: () => undo(deletion),
          expire: () => batch(() => void (take(deletion) && send(deletion.ids, "steady"))),
        });
        const deletion: PendingDeletion = { ids, toast };
        pending.value = [...pending.value, deletion];
        hidden.value = new Set([...hidden.value, ...ids]);
      });
      return true;
    },
    /** Undoes the latest deletion, or the given one. */
    undo,
    flush,
  };
}

export type Trash = ReturnType<typeof createTrash>;
