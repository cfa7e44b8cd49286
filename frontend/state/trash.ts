/**
 * Deleting with a way back. What is deleted hides at once and is asked for when the time to undo is over, or when
 * the page is left. Until then nothing has happened: undo only shows again what was hidden, in its place.
 */
import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { pictureText } from "../text/pictures.ts";
import { problems } from "../text/told.ts";
import { inBulk, type Pace } from "./bulk.ts";
import type { Studio, Toast } from "./studio.ts";

/** Long enough to read the sentence and to reach the button by keyboard. */
export const UNDO_MS = 10_000;
/** What a page that is being left can still send: browsers allow 64 KB for all such requests together. */
export const MAX_DELETED = 1_000;

export type TrashDependencies = Pick<Studio, "api" | "hidden" | "toast" | "dropped" | "unfinished">;

export function createTrash({ api, hidden, toast, dropped, unfinished }: TrashDependencies) {
  /** Hidden, and not asked for yet. */
  const waiting = signal<readonly string[]>([]);
  /** How many requests for them are under way. */
  const flushing = signal(0);
  /** What is said about them, with the way back. */
  let offer: Toast | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function show(ids: readonly string[]) {
    const next = new Set(hidden.value);
    for (const id of ids) next.delete(id);
    hidden.value = next;
  }

  /** Takes what waits, so that nothing is sent twice. */
  function take(): readonly string[] {
    clearTimeout(timer);
    const ids = waiting.value;
    waiting.value = [];
    return ids;
  }

  function offerUndo() {
    clearTimeout(timer);
    const count = waiting.value.length;
    offer = { text: pictureText.deleted(count), action: { label: pictureText.undo, run: undo } };
    toast.value = offer;
    timer = setTimeout(() => void flush(), UNDO_MS);
  }

  // What else was said in between took its place; the way back, and the time for it, come again.
  effect(() => {
    if (toast.value === null && waiting.value.length > 0) untracked(offerUndo);
  });

  /** Whether all of them are gone. */
  async function flush(pace: Pace = "steady"): Promise<boolean> {
    if (waiting.value.length === 0) return true;
    const ids = batch(() => {
      flushing.value += 1;
      return take();
    });
    if (toast.value === offer) toast.value = null;
    const { done, failed, problem } = await inBulk(api, ids, "delete", pace);
    flushing.value -= 1;
    for (const id of done) dropped(id);
    show(ids);
    if (failed.length > 0) {
      toast.value = pictureText.notDeleted(failed.length, problems[problem?.code ?? "storage_unavailable"]);
    }
    return failed.length === 0;
  }

  function undo() {
    show(take());
    if (toast.value === offer) toast.value = null;
  }

  unfinished.finish = () => flush("at once");

  return {
    waiting,
    /** Something is deleted on this screen and not at the Worker yet. */
    busy: computed(() => waiting.value.length > 0 || flushing.value > 0),
    /** Hides them, with those that wait already; false where they are too many to delete at a time. */
    remove(ids: readonly string[]): boolean {
      if (ids.length > MAX_DELETED) {
        toast.value = pictureText.tooManyToDelete(MAX_DELETED);
        return false;
      }
      if (waiting.value.length + ids.length > MAX_DELETED) void flush();
      batch(() => {
        waiting.value = [...new Set([...waiting.value, ...ids])];
        hidden.value = new Set([...hidden.value, ...ids]);
        offerUndo();
      });
      return true;
    },
    undo,
    flush,
  };
}

export type Trash = ReturnType<typeof createTrash>;
