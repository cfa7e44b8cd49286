/** The options panel by keyboard, with the real components. */
import { act, cleanup, configure, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { createText } from "../../frontend/text/create.ts";
import { MAX_PROMPT_LENGTH } from "../../worker/shared/prompt.ts";
import { openApp } from "./render-app.tsx";
import { setUp } from "./support.ts";

// The first import of a chunk compiles it.
configure({ asyncUtilTimeout: 5_000 });
afterEach(cleanup);
beforeEach(() => {
  history.replaceState(null, "", "/");
});

const open = (stored: Record<string, string> = {}) => openApp(setUp({ stored }), "a red kite");
const button = () => screen.getByRole("button", { name: new RegExp(`^${commonText.options}`) });
const hasFocus = (wanted: () => HTMLElement) =>
  waitFor(() => expect(document.activeElement === wanted(), document.activeElement?.outerHTML).toBe(true));

test("opened by key it takes the focus, and Escape returns it to the button", async () => {
  const { dialogs } = await open({ ratio: "16:9" });
  const before: (Element | null)[] = [];
  const show = vi
    .spyOn(HTMLElement.prototype, "showPopover")
    .mockImplementation(() => void before.push(document.activeElement));
  await act(() => {
    dialogs.options.value = true;
  });
  await hasFocus(() => screen.getByRole("radio", { name: "16:9" }));
  expect(before, "Escape returns to it").toEqual([button()]);
  show.mockRestore();
});

test("opened by its button it leaves the focus there", async () => {
  await open();
  button().focus();
  fireEvent.click(button());
  await screen.findByRole("textbox", { name: createText.seed });
  expect(document.activeElement).toBe(button());
});

test.each([
  ["textbox", createText.seed],
  ["radio", "16:9"],
])("Enter in a field sends nothing, and returns to the button: %s", async (role, name) => {
  await open();
  fireEvent.click(button());
  const field = await screen.findByRole(role, { name });
  const hide = vi.spyOn(HTMLElement.prototype, "hidePopover");
  field.focus();
  expect(fireEvent.keyDown(field, { key: "Enter", repeat: true }), "held").toBe(false);
  expect(document.activeElement).toBe(field);
  expect(fireEvent.keyDown(field, { key: "Enter" }), "would send the form").toBe(false);
  expect(document.activeElement).toBe(button());
  expect(hide).toHaveBeenCalledOnce();
  expect(fireEvent.keyDown(button(), { key: "Enter", repeat: true }), "still held").toBe(false);
  fireEvent.keyUp(button(), { key: "Enter" });
  hide.mockRestore();
});

test("text over the limit is cut where it is inserted", async () => {
  const { composer } = await open({ model: "truefusion-edge" });
  fireEvent.click(button());
  const field = await screen.findByRole<HTMLTextAreaElement>("textbox", { name: createText.exclude });
  /** Puts `words` there at the caret, as typing and pasting do. */
  const put = (words: string, start: number, end = start) => {
    const { value } = field;
    field.value = value.slice(0, start) + words + value.slice(end);
    field.setSelectionRange(start + words.length, start + words.length);
    fireEvent.input(field);
    return [composer.negativePrompt.value, field.value, field.selectionStart];
  };
  const full = `${"🦊".repeat(MAX_PROMPT_LENGTH - 1)}z`;
  expect(put(full, 0)).toEqual([full, full, full.length]);
  expect(put("a", 0)).toEqual([full, full, 0]);
  expect(put("a", 4), "in the middle").toEqual([full, full, 4]);
  const pasted = `ab${full.slice(4)}`;
  expect(put("abc", 0, 4), "replacing two of them").toEqual([pasted, pasted, 2]);
  expect(put("🦉".repeat(MAX_PROMPT_LENGTH + 1), 0, pasted.length)[0]).toBe("🦉".repeat(MAX_PROMPT_LENGTH));
});
