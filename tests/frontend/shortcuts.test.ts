import { describe, expect, test, vi } from "vitest";
import { createShortcuts, type Press } from "../../frontend/studio/shortcuts.ts";
import { memoryStore } from "./support.ts";

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

  test("run for one key, and for two keys in a row", () => {
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
    ["while the user types", key("/"), true],
    ["with Ctrl", key("/", { ctrlKey: true }), false],
    ["with Meta", key("/", { metaKey: true }), false],
    ["while an input method composes", key("/", { isComposing: true }), false],
    ["that confirms a conversion in Safari", key("/", { keyCode: 229 }), false],
    ["that was handled already", key("/", { defaultPrevented: true }), false],
  ])("do not run %s", (_, press, busy) => {
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
  ])("run with the layout %s", (_, press) => {
    const { actions, shortcuts } = listening();
    shortcuts.press(press, false);
    expect(shortcuts.press(press, false)).toBe(true);
    expect(actions["g g"]).toHaveBeenCalledOnce();
  });

  test("do not run for a key at the same place of another Latin layout", () => {
    const { actions, shortcuts } = listening();
    expect(shortcuts.press(key("ß", { code: "Slash" }), false)).toBe(false);
    expect(actions["/"]).not.toHaveBeenCalled();
  });

  test("stay turned off after a reload", () => {
    const { shortcuts, store, actions } = listening();
    shortcuts.setEnabled(false);
    expect(shortcuts.press(key("/"), false)).toBe(false);
    expect(createShortcuts({ store, now: () => 0, actions }).isEnabled.value).toBe(false);
  });
});
