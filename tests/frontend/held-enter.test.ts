import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { ignoreHeldEnter } from "../../frontend/ui/ignore-held-enter.ts";

const listeners = new AbortController();
beforeAll(() => {
  const { addEventListener } = window;
  const spy = vi.spyOn(window, "addEventListener").mockImplementation((type, listener, options) => {
    addEventListener.call(window, type, listener as EventListener, {
      ...(options as AddEventListenerOptions),
      signal: listeners.signal,
    });
  });
  ignoreHeldEnter();
  spy.mockRestore();
});
afterAll(() => listeners.abort());
afterEach(() => document.body.replaceChildren());

/** Whether the element receives the key, and whether the browser may act on it. */
function press(element: HTMLElement, repeat: boolean) {
  const received = vi.fn();
  element.addEventListener("keydown", received, { once: true });
  const event = new KeyboardEvent("keydown", { key: "Enter", repeat, bubbles: true, cancelable: true });
  element.dispatchEvent(event);
  return received.mock.calls.length === 1 && !event.defaultPrevented;
}
function add(name: "button" | "textarea") {
  const element = document.createElement(name);
  document.body.append(element);
  return element;
}

test("a held Enter presses a button once", () => {
  const button = add("button");
  expect([press(button, false), press(button, true), press(button, false)]).toEqual([true, false, true]);
});

test("a held Enter does not press what has the focus next", () => {
  const [first, second, field] = [add("button"), add("button"), add("textarea")];
  press(first, false);
  expect([press(second, true), press(field, true)]).toEqual([false, false]);
});

test("a held Enter adds lines to the field where it was pressed", () => {
  const field = add("textarea");
  press(field, false);
  expect(press(field, true)).toBe(true);
});
