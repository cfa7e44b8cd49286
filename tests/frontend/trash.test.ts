import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { favoriteAll } from "../../frontend/state/favorites.ts";
import { signOut } from "../../frontend/state/sign-in.ts";
import { createTrash, MAX_DELETED, UNDO_MS } from "../../frontend/state/trash.ts";
import { generation, no, ok, setUp } from "./support.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function open() {
  const { api, studio } = setUp();
  const dropped: string[] = [];
  studio.listen({ changed() {}, dropped: (id) => void dropped.push(id) });
  const trash = createTrash(studio);
  const toast = () => {
    const { value } = studio.toast;
    return typeof value === "string" ? value : (value?.text ?? null);
  };
  const press = () => {
    const { value } = studio.toast;
    if (typeof value !== "object" || value === null) throw new Error("There is nothing to press.");
    value.action.run();
  };
  return { api, studio, trash, dropped, toast, press, hidden: () => [...studio.hidden.value] };
}

describe("deleting", () => {
  test("hides at once and asks for it when the time to undo is over", async () => {
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

  test("undo brings them back, and nothing was ever asked for", async () => {
    const { api, trash, hidden, press } = open();
    trash.remove(["a"]);
    press();
    expect(hidden()).toEqual([]);
    await vi.advanceTimersByTimeAsync(2 * UNDO_MS);
    expect(api.bulk).not.toHaveBeenCalled();
  });

  test("another deletion takes the one before along: both have the whole time, and come back together", async () => {
    const { api, trash, hidden, toast } = open();
    trash.remove(["a"]);
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
    trash.remove(["b"]);
    expect(toast()).toBe("2 pictures deleted.");
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
    expect(api.bulk).not.toHaveBeenCalled();
    trash.undo();
    await vi.advanceTimersByTimeAsync(2 * UNDO_MS);
    expect(api.bulk).not.toHaveBeenCalled();
    expect([hidden(), toast()]).toEqual([[], null]);
  });

  test("more than can be sent at a time sends what waited before", async () => {
    const { api, trash, toast } = open();
    const ids = Array.from({ length: MAX_DELETED }, (_, index) => `g${index}`);
    trash.remove(["a"]);
    expect(trash.remove(ids)).toBe(true);
    expect(api.bulk.mock.calls).toEqual([[["a"], "delete"]]);
    expect(toast()).toBe("1,000 pictures deleted.");
  });

  test("what else is said takes the way back away for no longer than it shows", async () => {
    const { api, studio, trash, toast, press, hidden } = open();
    trash.remove(["a"]);
    await vi.advanceTimersByTimeAsync(UNDO_MS / 2);
    studio.toast.value = "Something else.";
    await vi.advanceTimersByTimeAsync(1);
    studio.toast.value = null;
    expect(toast()).toBe("1 picture deleted.");
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
    expect(api.bulk).not.toHaveBeenCalled();
    press();
    expect([hidden(), toast()]).toEqual([[], null]);
    await vi.advanceTimersByTimeAsync(2 * UNDO_MS);
    expect(api.bulk).not.toHaveBeenCalled();
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

  test("no more at a time than a page that is left can still send", () => {
    const { trash, hidden, toast } = open();
    const ids = Array.from({ length: MAX_DELETED + 1 }, (_, index) => `g${index}`);
    expect(trash.remove(ids)).toBe(false);
    expect(hidden()).toEqual([]);
    expect(toast()).toBe("At most 1,000 can be deleted at a time.");
  });
});

describe("many favourites", () => {
  const pictures = [
    generation("a", { status: "succeeded" }),
    generation("b", { status: "succeeded", favorite: true }),
    generation("c", { status: "succeeded" }),
  ];
  function hearing() {
    const world = open();
    const heard = new Map<string, boolean>();
    world.studio.listen({ changed: ({ id, favorite }) => void heard.set(id, favorite), dropped() {} });
    return { ...world, heard };
  }

  test("show at once; only those that are not yet are asked for", async () => {
    const { api, studio, heard, toast } = hearing();
    const done = favoriteAll(studio, pictures, true);
    expect(Object.fromEntries(heard)).toEqual({ a: true, c: true });
    await done;
    expect(api.bulk.mock.calls).toEqual([[["a", "c"], "favorite"]]);
    expect(toast()).toBe("2 pictures added to your favourites.");
  });

  test("are taken back where they could not be kept", async () => {
    const { api, studio, heard, toast } = hearing();
    api.bulk.mockResolvedValueOnce(ok({ done: ["a"], missing: [], failed: ["c"] }));
    await favoriteAll(studio, pictures, true);
    expect(Object.fromEntries(heard)).toEqual({ a: true, c: false });
    expect(toast()).toMatch(/^1 picture couldn't be changed\./);
  });
});
