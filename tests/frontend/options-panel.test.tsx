/** The options by keyboard, on the real components. */
import { cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { App } from "../../frontend/app.tsx";
import { createRouter } from "../../frontend/browser/router.ts";
import { text } from "../../frontend/text/common.ts";
import { making } from "../../frontend/text/create.ts";
import { MAX_PROMPT_LENGTH } from "../../worker/catalog.ts";
import { begin, setUp } from "./support.ts";

// The first import of a lazy part compiles it; that is no part of what is tested here.
configure({ asyncUtilTimeout: 5_000 });
beforeAll(async () => {
  await import("../../frontend/create/options-panel.tsx");
}, 60_000);
afterEach(cleanup);
// Not in happy-dom; what is in a popover is in the document all the same.
HTMLElement.prototype.showPopover ??= () => {};
HTMLElement.prototype.hidePopover ??= () => {};
beforeEach(() => {
  history.replaceState(null, "", "/");
});

async function open(kept: Record<string, string> = {}) {
  const world = setUp({ kept });
  render(<App studio={world.studio} router={createRouter(window)} />);
  await begin(world.studio, "a red kite");
  return world;
}
const button = () => screen.getByRole("button", { name: new RegExp(`^${text.options}`) });
const has = (wanted: () => HTMLElement) =>
  waitFor(() => expect(document.activeElement === wanted(), document.activeElement?.outerHTML).toBe(true));

test("asked for by key they have the focus, and came from their button", async () => {
  const { studio } = await open({ ratio: "16:9" });
  const before: (Element | null)[] = [];
  const show = vi
    .spyOn(HTMLElement.prototype, "showPopover")
    .mockImplementation(() => void before.push(document.activeElement));
  studio.options.value = true;
  await has(() => screen.getByRole("radio", { name: "16:9" }));
  expect(before, "there Escape leads back").toEqual([button()]);
  show.mockRestore();
});

test("opened by their button they leave the focus to it", async () => {
  await open();
  button().focus();
  fireEvent.click(button());
  await screen.findByRole("textbox", { name: making.seed });
  expect(document.activeElement).toBe(button());
});

test.each([
  ["textbox", making.seed],
  ["radio", "16:9"],
])("Enter in a field sends nothing, and leads back to the button: %s", async (role, name) => {
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

test("what should not be in the picture loses nothing at its end, and takes what fits", async () => {
  const { studio } = await open({ model: "truefusion-edge" });
  fireEvent.click(button());
  const field = await screen.findByRole<HTMLTextAreaElement>("textbox", { name: /^Without/ });
  /** Puts `words` there at the caret, as typing and pasting do. */
  const put = (words: string, start: number, end = start) => {
    const { value } = field;
    field.value = value.slice(0, start) + words + value.slice(end);
    field.setSelectionRange(start + words.length, start + words.length);
    fireEvent.input(field);
    return [studio.composer.without.value, field.value, field.selectionStart];
  };
  const full = `${"🦊".repeat(MAX_PROMPT_LENGTH - 1)}z`;
  expect(put(full, 0)).toEqual([full, full, full.length]);
  expect(put("a", 0)).toEqual([full, full, 0]);
  expect(put("a", 4), "in the middle").toEqual([full, full, 4]);
  const pasted = `ab${full.slice(4)}`;
  expect(put("abc", 0, 4), "over two of them").toEqual([pasted, pasted, 2]);
  expect(put("🦉".repeat(MAX_PROMPT_LENGTH + 1), 0, pasted.length)[0]).toBe("🦉".repeat(MAX_PROMPT_LENGTH));
});
