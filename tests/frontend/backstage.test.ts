// What the studio does besides: earlier prompts, keys, and telling whoever looks elsewhere.
import { describe, expect, test, vi } from "vitest";
import { createHistory } from "../../frontend/studio/prompt-history.ts";
import { createNotifier, type Permission } from "../../frontend/studio/notifications.ts";
import { createShortcuts, type Press } from "../../frontend/studio/shortcuts.ts";
import type { GenerateBody } from "../../worker/contract.ts";
import { generation, memoryStore, setUp } from "./support.ts";

describe("earlier prompts", () => {
  const sent = (prompt: string, more: Partial<GenerateBody> = {}): GenerateBody => ({
    prompt,
    model: "truefusion-pro",
    ...more,
  });

  test("are recalled from the empty field and back, and do not replace what the user is writing", () => {
    const { composer } = setUp().studio;
    const history = createHistory(memoryStore(), () => "u1");
    for (const prompt of ["one", "two", "one", "three"]) history.add(sent(prompt));
    const recall = (direction: "earlier" | "later") => {
      const isRecalled = history.recall(direction, composer);
      return isRecalled ? composer.prompt.value : null;
    };
    expect(recall("later")).toBeNull();
    expect(recall("earlier")).toBe("three");
    expect(recall("earlier")).toBe("one");
    expect(recall("earlier")).toBe("two");
    expect(recall("earlier"), "there is nothing before").toBeNull();
    expect(recall("later")).toBe("one");
    composer.write("one, changed");
    expect(recall("earlier")).toBeNull();
    composer.write("");
    expect(recall("earlier")).toBe("three");
    expect(recall("later")).toBe("");
  });

  test("come with their model and options, without their seed, and give the form's own settings back", () => {
    const { composer } = setUp().studio;
    const history = createHistory(memoryStore(), () => "u1");
    history.add(sent("a draft", { model: "truefusion-edge", negativePrompt: "blur" }));
    history.add(sent("a kite", { aspectRatio: "16:9", seed: 7 }));
    composer.aspectRatio.value = "1:1";
    const settings = () => [composer.model.value, composer.aspectRatio.value, composer.without.value];
    history.recall("earlier", composer);
    expect([...settings(), composer.seed.value]).toEqual(["truefusion-pro", "16:9", "", null]);
    history.recall("earlier", composer);
    expect(settings()).toEqual(["truefusion-edge", null, "blur"]);
    history.recall("later", composer);
    history.recall("later", composer);
    expect(settings()).toEqual(["truefusion-pro", "1:1", ""]);
  });

  test("that an earlier version stored as text alone leave the settings as they are", () => {
    const { composer } = setUp().studio;
    const history = createHistory(memoryStore({ "history.u1": '["a kite", 7, {"prompt": 7}]' }), () => "u1");
    composer.model.value = "truefusion-edge";
    expect(history.recall("earlier", composer)).toBe(true);
    expect([composer.prompt.value, composer.model.value]).toEqual(["a kite", "truefusion-edge"]);
    expect(history.recall("earlier", composer)).toBe(false);
  });

  test("of several lines let the caret move between the lines first", () => {
    const { composer } = setUp().studio;
    const history = createHistory(memoryStore(), () => "u1");
    for (const prompt of ["one", "two\nlines", "three"]) history.add(sent(prompt));
    for (let count = 0; count < 2; count += 1) history.recall("earlier", composer);
    expect(history.recall("earlier", composer, 7), "from the second line").toBe(false);
    expect(history.recall("later", composer, 1), "from the first line").toBe(false);
    expect(history.recall("earlier", composer, 1)).toBe(true);
    expect(composer.prompt.value).toBe("one");
  });

  test("are each user's own, at most 50, and nobody's when nobody is here", () => {
    const store = memoryStore({ "history.u1": "{" });
    let user: string | null = "u1";
    const history = createHistory(store, () => user);
    for (let count = 0; count < 60; count += 1) history.add(sent(`prompt ${count}`));
    expect(JSON.parse(store.get("history.u1") ?? "")).toHaveLength(50);
    user = "u2";
    expect(history.recall("earlier", setUp().studio.composer)).toBe(false);
    user = null;
    history.add(sent("a secret"));
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
    ["that confirms a conversion in Safari", key("/", { keyCode: 229 }), false],
    ["that something else has taken", key("/", { defaultPrevented: true }), false],
  ])("none %s", (_, press, busy) => {
    const { actions, shortcuts } = listening();
    expect(shortcuts.press(press, busy)).toBe(false);
    expect(actions["/"]).not.toHaveBeenCalled();
  });

  test.each([
    ["Cyrillic", key("п", { code: "KeyG" })],
    ["Greek", key("γ", { code: "KeyG" })],
    ["Hebrew", key("ע", { code: "KeyG" })],
    ["AZERTY, by its name and not its place", key("g", { code: "KeyX" })],
    ["Caps Lock", key("G", { code: "KeyG" })],
  ])("work with the layout %s", (_, press) => {
    const { actions, shortcuts } = listening();
    shortcuts.press(press, false);
    expect(shortcuts.press(press, false)).toBe(true);
    expect(actions["g g"]).toHaveBeenCalledOnce();
  });

  test("a letter of a Latin layout is not another one by its place", () => {
    const { actions, shortcuts } = listening();
    expect(shortcuts.press(key("ß", { code: "Slash" }), false)).toBe(false);
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
