import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { signOut } from "../../frontend/studio/sign-in.ts";
import {
  runToastTimers,
  SHOWN_FOR_MS,
  SHOWN_WITH_ACTION_MS as UNDO_MS,
} from "../../frontend/studio/toast-timers.ts";
import { createTrash, MAX_DELETED } from "../../frontend/studio/pending-deletions.ts";
import { no, ok, setUp } from "./support.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function open() {
  const { api, studio } = setUp();
  const dropped: string[] = [];
  studio.listen({ changed() {}, dropped: (id) => void dropped.push(id) });
  const trash = createTrash(studio);
  /** As while the pointer is on a message. */
  const isPaused = signal(false);
  runToastTimers(studio, isPaused);
  const messages = () => studio.toasts.value.map(({ text }) => text);
  const toast = () => messages().at(-1) ?? null;
  /** Presses the button of the message at this place, 0 for the oldest. */
  const press = (at: number) => {
    const action = studio.toasts.value.at(at)?.action;
    if (!action) throw new Error("The message has no button.");
    action.run();
  };
  return {
    api,
    studio,
    trash,
    dropped,
    isPaused,
    messages,
    toast,
    press,
    hidden: () => [...studio.hidden.value],
  };
}

describe("deleting", () => {
  test("hides the images at once and is sent when the time to undo is over", async () => {
    const { api, trash, hidden, dropped, toast } = open();
    trash.remove(["a", "b"]);
    expect(hidden()).toEqual(["a", "b"]);
    expect(toast()).toBe("2 pictures deleted.");
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
    expect(api.bulk).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(api.bulk.mock.calls).toEqual([[["a", "b"], "delete"]]);
    expect(dropped).toEqual(["a", "b"]);
    expect([hidden(), toast()]).toEqual([[], null]);
  });

  test("Undo shows the images again, and nothing is sent", async () => {
    const { api, trash, hidden, press } = open();
    trash.remove(["a"]);
    press(0);
    expect(hidden()).toEqual([]);
    await vi.advanceTimersByTimeAsync(2 * UNDO_MS);
    expect(api.bulk).not.toHaveBeenCalled();
  });

  test("each deletion keeps its own time and its own Undo", async () => {
    const { api, trash, hidden, messages, press } = open();
    trash.remove(["a", "b", "c", "d"]);
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
    trash.remove(["e"]);
    expect(messages()).toEqual(["4 pictures deleted.", "1 picture deleted."]);
    await vi.advanceTimersByTimeAsync(1);
    expect(api.bulk.mock.calls).toEqual([[["a", "b", "c", "d"], "delete"]]);
    expect([hidden(), messages()]).toEqual([["e"], ["1 picture deleted."]]);
    press(0);
    await vi.advanceTimersByTimeAsync(2 * UNDO_MS);
    expect([hidden(), api.bulk.mock.calls.length]).toEqual([[], 1]);
  });

  test("Ctrl+Z undoes the latest deletion, then the one before", () => {
    const { trash, hidden } = open();
    trash.remove(["a"]);
    trash.remove(["b"]);
    trash.undo();
    expect(hidden()).toEqual(["a"]);
    trash.undo();
    trash.undo();
    expect(hidden()).toEqual([]);
  });

  test("is not sent while its Undo is hidden behind later messages", async () => {
    const { api, studio, trash, messages, hidden } = open();
    trash.remove(["a"]);
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1_000);
    for (const text of ["one", "two", "three"]) studio.notify(text);
    await vi.advanceTimersByTimeAsync(SHOWN_FOR_MS - 1);
    expect(messages()).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(500);
    expect(messages(), "the others are over").toEqual(["1 picture deleted."]);
    expect(api.bulk).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect([api.bulk.mock.calls.length, hidden()]).toEqual([1, []]);
  });

  test("a pause stops the time of every message", async () => {
    const { api, studio, trash, isPaused, messages } = open();
    trash.remove(["a"]);
    studio.notify("something else");
    await vi.advanceTimersByTimeAsync(UNDO_MS / 2);
    isPaused.value = true;
    await vi.advanceTimersByTimeAsync(10 * UNDO_MS);
    expect(messages()).toHaveLength(2);
    isPaused.value = false;
    await vi.advanceTimersByTimeAsync(UNDO_MS / 2 - 1);
    expect(api.bulk).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(api.bulk).toHaveBeenCalledOnce();
  });

  test("is sent at once when the page is left, also while the time is stopped", () => {
    const { api, trash, isPaused, messages } = open();
    trash.remove(["a"]);
    trash.remove(["b"]);
    isPaused.value = true;
    void trash.flush("at once");
    expect(api.bulk.mock.calls).toEqual([[["a", "b"], "delete"]]);
    expect(messages()).toEqual([]);
  });

  test("goes out in hundreds, one after the other; all at once when the page is left", async () => {
    const ids = Array.from({ length: 230 }, (_, index) => `g${index}`);
    const steady = open();
    steady.trash.remove(ids);
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(steady.api.bulk.mock.calls.map(([chunk]) => chunk.length)).toEqual([100, 100, 30]);

    const leaving = open();
    leaving.trash.remove(ids);
    void leaving.trash.flush("at once");
    expect(leaving.api.bulk, "before anything could be answered").toHaveBeenCalledTimes(3);
  });

  test("what did not go through comes back, and it says why; what is gone already is gone", async () => {
    const { api, trash, hidden, dropped, toast } = open();
    api.bulk.mockResolvedValueOnce(ok({ done: ["a"], missing: ["b"], failed: ["c"] }));
    trash.remove(["a", "b", "c"]);
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(dropped).toEqual(["a", "b"]);
    expect(hidden()).toEqual([]);
    expect(toast()).toMatch(/^1 picture couldn't be deleted and came back\. .*storage/);
  });

  test("offline they all come back", async () => {
    const { api, trash, hidden, dropped, toast } = open();
    api.bulk.mockResolvedValueOnce(no("offline"));
    trash.remove(["a", "b"]);
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect([hidden(), dropped]).toEqual([[], []]);
    expect(toast()).toMatch(/^2 pictures couldn't be deleted and came back\. .*connection/);
  });

  test("is done before its owner has signed out", async () => {
    vi.useRealTimers();
    const { api, studio, trash } = open();
    trash.remove(["a"]);
    await signOut(studio);
    expect(api.bulk.mock.calls).toEqual([[["a"], "delete"]]);
    expect(api.bulk.mock.invocationCallOrder[0]).toBeLessThan(api.signOut.mock.invocationCallOrder[0] ?? 0);
  });

  test("where it is refused, nobody is signed out unawares; the next time they are", async () => {
    vi.useRealTimers();
    const { api, studio, trash, hidden, toast } = open();
    api.bulk.mockResolvedValueOnce(no("storage_unavailable"));
    trash.remove(["a"]);
    await signOut(studio);
    expect(api.signOut).not.toHaveBeenCalled();
    expect(hidden()).toEqual([]);
    expect(toast()).toMatch(/^1 picture couldn't be deleted and came back/);
    await signOut(studio);
    expect(api.signOut).toHaveBeenCalledOnce();
  });

  test("refuses more than a page that is left can still send, and keeps the pending ones", () => {
    const { api, trash, hidden, toast } = open();
    const ids = Array.from({ length: MAX_DELETED }, (_, index) => `g${index}`);
    expect(trash.remove([...ids, "a"])).toBe(false);
    expect(hidden()).toEqual([]);
    expect(trash.remove(["a"])).toBe(true);
    expect(trash.remove(ids)).toBe(false);
    expect(hidden()).toEqual(["a"]);
    expect(api.bulk).not.toHaveBeenCalled();
    expect(toast()).toBe("At most 1,000 can be deleted at a time.");
  });
});
