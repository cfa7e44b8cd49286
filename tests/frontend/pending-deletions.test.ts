import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MAX_PENDING } from "../../frontend/studio/images/pending-deletions.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { failure, fakeApi, image, NOW, ok, setUp, signedIn } from "./support.ts";

/** How long toasts are visible, without and with a button. */
const SHOWN_FOR_MS = 6_000;
const UNDO_MS = 10_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function open() {
  const world = setUp();
  const { generations, toasts, texts } = world;
  for (const id of ["a", "b", "c", "d", "e"]) generations.upsert(image(id));
  const deleted: string[] = [];
  generations.subscribe((change) => {
    if (change.type === "deleted") deleted.push(change.id);
  });
  /** As while the pointer is on a toast. */
  const isPaused = signal(false);
  toasts.runTimers(isPaused);
  return {
    ...world,
    deleted,
    isPaused,
    toast: () => texts().at(-1) ?? null,
    /** Presses the button of the toast at this place, 0 for the oldest. */
    press(at: number) {
      const action = toasts.all.value.at(at)?.action;
      if (!action) throw new Error("The toast has no button.");
      action.run();
    },
    hidden: () => [...generations.hidden.value],
  };
}

describe("a deletion", () => {
  test("hides the images at once and is sent when the time to undo is over", async () => {
    const { api, pendingDeletions, deleted, toast, hidden } = open();
    pendingDeletions.add(["a", "b"]);
    expect(hidden()).toEqual(["a", "b"]);
    expect(toast()).toBe(galleryText.deleted(2));
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
    expect(api.bulk).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(api.bulk.mock.calls).toEqual([[["a", "b"], "delete"]]);
    expect(deleted).toEqual(["a", "b"]);
    expect([hidden(), toast()]).toEqual([[], null]);
  });

  test("is undone: shows the images again, and nothing is sent", async () => {
    const { api, pendingDeletions, press, hidden } = open();
    pendingDeletions.add(["a"]);
    press(0);
    expect(hidden()).toEqual([]);
    await vi.advanceTimersByTimeAsync(2 * UNDO_MS);
    expect(api.bulk).not.toHaveBeenCalled();
  });

  test("has its own time and its own Undo", async () => {
    const { api, pendingDeletions, texts, press, hidden } = open();
    pendingDeletions.add(["a", "b", "c", "d"]);
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
    pendingDeletions.add(["e"]);
    expect(texts()).toEqual([galleryText.deleted(4), galleryText.deleted(1)]);
    await vi.advanceTimersByTimeAsync(1);
    expect(api.bulk.mock.calls).toEqual([[["a", "b", "c", "d"], "delete"]]);
    expect([hidden(), texts()]).toEqual([["e"], [galleryText.deleted(1)]]);
    press(0);
    await vi.advanceTimersByTimeAsync(2 * UNDO_MS);
    expect([hidden(), api.bulk.mock.calls.length]).toEqual([[], 1]);
  });

  test("is undone by Ctrl+Z, the latest first", () => {
    const { pendingDeletions, hidden } = open();
    pendingDeletions.add(["a"]);
    pendingDeletions.add(["b"]);
    pendingDeletions.undo();
    expect(hidden()).toEqual(["a"]);
    pendingDeletions.undo();
    pendingDeletions.undo();
    expect(hidden()).toEqual([]);
  });

  test("is not sent while its Undo is hidden behind later toasts", async () => {
    const { api, toasts, pendingDeletions, texts, hidden } = open();
    pendingDeletions.add(["a"]);
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1_000);
    for (const text of ["one", "two", "three"]) toasts.show(text);
    await vi.advanceTimersByTimeAsync(SHOWN_FOR_MS - 1);
    expect(texts()).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(500);
    expect(texts(), "the time of the others is over").toEqual([galleryText.deleted(1)]);
    expect(api.bulk).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect([api.bulk.mock.calls.length, hidden()]).toEqual([1, []]);
  });

  test("does not lose time while the toasts are paused", async () => {
    const { api, toasts, pendingDeletions, texts, isPaused } = open();
    pendingDeletions.add(["a"]);
    toasts.show("something else");
    await vi.advanceTimersByTimeAsync(UNDO_MS / 2);
    isPaused.value = true;
    await vi.advanceTimersByTimeAsync(10 * UNDO_MS);
    expect(texts()).toHaveLength(2);
    isPaused.value = false;
    await vi.advanceTimersByTimeAsync(UNDO_MS / 2 - 1);
    expect(api.bulk).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(api.bulk).toHaveBeenCalledOnce();
  });

  test("is sent at once when the page is left, also while the toasts are paused", () => {
    const { api, pendingDeletions, texts, isPaused } = open();
    pendingDeletions.add(["a"]);
    pendingDeletions.add(["b"]);
    isPaused.value = true;
    void pendingDeletions.flush("at once");
    expect(api.bulk.mock.calls).toEqual([[["a", "b"], "delete"]]);
    expect(texts()).toEqual([]);
  });

  test("is sent in chunks of 100, one after the other, or all at once when the page is left", async () => {
    const ids = Array.from({ length: 230 }, (_, index) => `g${index}`);
    const steady = open();
    steady.pendingDeletions.add(ids);
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(steady.api.bulk.mock.calls.map(([chunk]) => chunk.length)).toEqual([100, 100, 30]);

    const leaving = open();
    leaving.pendingDeletions.add(ids);
    void leaving.pendingDeletions.flush("at once");
    expect(leaving.api.bulk, "before any response").toHaveBeenCalledTimes(3);
  });

  test("that fails in part shows the failed images again, and says why", async () => {
    const { api, pendingDeletions, deleted, toast, hidden } = open();
    api.bulk.mockResolvedValueOnce(ok({ done: ["a"], missing: ["b"], failed: ["c"] }));
    pendingDeletions.add(["a", "b", "c"]);
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(deleted).toEqual(["a", "b"]);
    expect(hidden()).toEqual([]);
    expect(toast()).toMatch(/^1 image couldn't be deleted\. .*storage/);
  });

  test("that fails shows all images again, and says why", async () => {
    const { api, pendingDeletions, deleted, toast, hidden } = open();
    api.bulk.mockResolvedValueOnce(failure("network_error"));
    pendingDeletions.add(["a", "b"]);
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect([hidden(), deleted]).toEqual([[], []]);
    expect(toast()).toMatch(/^2 images couldn't be deleted\. .*connection/);
  });

  test("is sent before the user is signed out", async () => {
    vi.useRealTimers();
    const { api, pendingDeletions, signIn } = open();
    pendingDeletions.add(["a"]);
    await signIn.signOut();
    expect(api.bulk.mock.calls).toEqual([[["a"], "delete"]]);
    expect(api.bulk.mock.invocationCallOrder[0]).toBeLessThan(api.signOut.mock.invocationCallOrder[0] ?? 0);
  });

  test("that fails prevents the sign-out; the next sign-out works", async () => {
    vi.useRealTimers();
    const { api, pendingDeletions, signIn, toast, hidden } = open();
    api.bulk.mockResolvedValueOnce(failure("storage_unavailable"));
    pendingDeletions.add(["a"]);
    await signIn.signOut();
    expect(api.signOut).not.toHaveBeenCalled();
    expect(hidden()).toEqual([]);
    expect(toast()).toMatch(/^1 image couldn't be deleted/);
    await signIn.signOut();
    expect(api.signOut).toHaveBeenCalledOnce();
  });

  test("of more than a page that is left can send is rejected, and the pending ones stay", () => {
    const { api, pendingDeletions, toast, hidden } = open();
    const ids = Array.from({ length: MAX_PENDING }, (_, index) => `g${index}`);
    expect(pendingDeletions.add([...ids, "a"])).toBe(false);
    expect(hidden()).toEqual([]);
    expect(pendingDeletions.add(["a"])).toBe(true);
    expect(pendingDeletions.add(ids)).toBe(false);
    expect(hidden()).toEqual(["a"]);
    expect(api.bulk).not.toHaveBeenCalled();
    expect(toast()).toBe(galleryText.tooManyToDelete(MAX_PENDING));
  });
});

describe("after a reload, images that were being deleted", () => {
  const stored = (changes: object = {}) =>
    JSON.stringify({ user: "u1", at: NOW - 1_000, ids: ["a", "b"], ...changes });

  /** The page before, which was left while its request was running. */
  function leave() {
    const { api, pendingDeletions, session, tabStore } = open();
    session.session.value = signedIn();
    api.bulk.mockReturnValue(new Promise(() => {}));
    pendingDeletions.add(["a", "b"]);
    void pendingDeletions.flush("at once");
    return tabStore.get("deleting") ?? "";
  }

  async function arrive(deleting: string, api = fakeApi()) {
    api.list.mockResolvedValue(ok({ items: [image("c"), image("b"), image("a")], nextCursor: null }));
    const world = setUp({ storedInTab: { deleting }, api });
    await world.begin();
    const shown = () =>
      world.entries().flatMap(({ id }) => (id && !world.generations.hidden.value.has(id) ? [id] : []));
    return { ...world, shown };
  }

  test("stay hidden, and are deleted again, which also sends what was not sent", async () => {
    const api = fakeApi();
    const response = Promise.withResolvers<Awaited<ReturnType<typeof api.bulk>>>();
    api.bulk.mockReturnValue(response.promise);
    const { shown, tabStore } = await arrive(leave(), api);
    expect(api.bulk.mock.calls).toEqual([[["a", "b"], "delete"]]);
    expect(shown()).toEqual(["c"]);
    expect(tabStore.get("deleting"), "until there is a response").not.toBeNull();
    response.resolve(ok({ done: ["b"], missing: ["a"], failed: [] }));
    await vi.advanceTimersByTimeAsync(0);
    expect(shown()).toEqual(["c"]);
    expect(tabStore.get("deleting")).toBeNull();
  });

  test("are shown again if the Worker could not delete them", async () => {
    const api = fakeApi();
    api.bulk.mockResolvedValue(ok({ done: ["b"], missing: [], failed: ["a"] }));
    const { shown, texts } = await arrive(leave(), api);
    await vi.advanceTimersByTimeAsync(0);
    expect(shown()).toEqual(["c", "a"]);
    expect(texts()[0]).toMatch(/^1 image couldn't be deleted/);
  });

  test.each([
    ["of another user", stored({ user: "u2" })],
    ["of a minute ago", stored({ at: NOW - 61_000 })],
    ["that cannot be read", "{"],
    ["without ids", stored({ ids: null })],
  ])("%s are not", async (_, deleting) => {
    const { api, shown, tabStore } = await arrive(deleting);
    expect(api.bulk).not.toHaveBeenCalled();
    expect(shown()).toEqual(["c", "b", "a"]);
    expect(tabStore.get("deleting")).toBeNull();
  });

  test("are not more than a page that is left can send", async () => {
    const ids = Array.from({ length: 2 * MAX_PENDING }, (_, index) => `g${index}`);
    const { api } = await arrive(stored({ ids }));
    await vi.advanceTimersByTimeAsync(0);
    expect(api.bulk.mock.calls.flatMap(([chunk]) => chunk).length).toBe(MAX_PENDING);
  });
});
