// What the studio does besides: earlier prompts, keys, and telling whoever looks elsewhere.
import { describe, expect, test, vi } from "vitest";
import { createHistory } from "../../frontend/state/history.ts";
import { createNotifier, type Permission } from "../../frontend/state/notifier.ts";
import { createShortcuts, type Press } from "../../frontend/state/shortcuts.ts";
import { generation, memoryStore } from "./support.ts";

describe("earlier prompts", () => {
  test("are leafed through from the empty field and back, and left alone while something is written", () => {
    const history = createHistory(memoryStore(), () => "u1");
    for (const prompt of ["one", "two", "one", "three"]) history.add(prompt);
    expect(history.leaf("later", "")).toBeNull();
    expect(history.leaf("earlier", "")).toBe("three");
    expect(history.leaf("earlier", "three")).toBe("one");
    expect(history.leaf("earlier", "one")).toBe("two");
    expect(history.leaf("earlier", "two"), "there is nothing before").toBeNull();
    expect(history.leaf("later", "two")).toBe("one");
    expect(history.leaf("earlier", "one, changed")).toBeNull();
    expect(history.leaf("earlier", "")).toBe("three");
    expect(history.leaf("later", "three")).toBe("");
  });

  test("are each user's own, at most 50, and nobody's when nobody is here", () => {
    const store = memoryStore({ "history.u1": "{" });
    let user: string | null = "u1";
    const history = createHistory(store, () => user);
    for (let count = 0; count < 60; count += 1) history.add(`prompt ${count}`);
    expect(JSON.parse(store.get("history.u1") ?? "")).toHaveLength(50);
    user = "u2";
    expect(history.leaf("earlier", "")).toBeNull();
    user = null;
    history.add("a secret");
    expect([...store.kept.values()].join()).not.toContain("a secret");
  });
});

describe("shortcuts", () => {
  const key = (name: string, more: Partial<Press> = {}): Press => ({
    key: name,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    isComposing: false,
    defaultPrevented: false,
    ...more,
  });

  function listening() {
    const actions = { "/": vi.fn(), "g g": vi.fn(), "g c": vi.fn() };
    const clock = { now: 0 };
    const store = memoryStore();
    return { actions, clock, store, shortcuts: createShortcuts({ store, now: () => clock.now, actions }) };
  }

  test("a key, and two in a row", () => {
    const { actions, clock, shortcuts } = listening();
    expect(shortcuts.press(key("/"), false)).toBe(true);
    expect(shortcuts.press(key("g"), false)).toBe(false);
    expect(shortcuts.press(key("G"), false)).toBe(true);
    shortcuts.press(key("g"), false);
    clock.now += 1_001;
    expect(shortcuts.press(key("c"), false), "too late").toBe(false);
    expect(Object.values(actions).map((action) => action.mock.calls.length)).toEqual([1, 1, 0]);
  });

  test.each([
    ["while someone types", key("/"), true],
    ["with Ctrl", key("/", { ctrlKey: true }), false],
    ["with Meta", key("/", { metaKey: true }), false],
    ["while an input method composes", key("/", { isComposing: true }), false],
    ["that something else has taken", key("/", { defaultPrevented: true }), false],
  ])("none %s", (_, press, busy) => {
    const { actions, shortcuts } = listening();
    expect(shortcuts.press(press, busy)).toBe(false);
    expect(actions["/"]).not.toHaveBeenCalled();
  });

  test("can be turned off, and stay so", () => {
    const { shortcuts, store, actions } = listening();
    shortcuts.turn(false);
    expect(shortcuts.press(key("/"), false)).toBe(false);
    expect(createShortcuts({ store, now: () => 0, actions }).on.value).toBe(false);
  });
});

describe("whoever looks elsewhere", () => {
  function telling(answer: Permission, hidden = true) {
    const notify = vi.fn(async () => {});
    const askPermission = vi.fn(async () => answer);
    const store = memoryStore();
    const parts = { store, isHidden: () => hidden, permission: () => answer, askPermission, notify };
    return { notify, askPermission, store, notifier: createNotifier(parts) };
  }
  const ready = generation("g1", { status: "succeeded" });

  test("sees how many are ready until the tab is in front again", () => {
    const { notifier, notify } = telling("granted");
    notifier.ended(ready);
    notifier.ended(generation("g2", { status: "failed" }));
    notifier.ended(ready);
    expect(notifier.unseen.value).toBe(2);
    expect(notify, "nobody asked for it").not.toHaveBeenCalled();
    notifier.seen();
    expect(notifier.unseen.value).toBe(0);
  });

  test("is told nothing twice while looking", () => {
    const { notifier } = telling("granted", false);
    notifier.ended(ready);
    expect(notifier.unseen.value).toBe(0);
  });

  test("is notified once that is wanted and allowed", async () => {
    const { notifier, notify, askPermission, store } = telling("granted");
    expect(askPermission).not.toHaveBeenCalled();
    await notifier.want(true);
    notifier.ended(ready);
    expect(notify).toHaveBeenCalledExactlyOnceWith(ready);
    expect(store.get("notify")).toBe("1");
    await notifier.want(false);
    notifier.ended(ready);
    expect(notify).toHaveBeenCalledOnce();
  });

  test("a browser that blocks it is named as the reason", async () => {
    const { notifier, store } = telling("denied");
    await notifier.want(true);
    expect([notifier.wanted.value, notifier.blocked.value, store.get("notify")]).toEqual([false, true, null]);
  });
});
