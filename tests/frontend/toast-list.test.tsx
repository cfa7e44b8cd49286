import { act, cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { ToastList } from "../../frontend/shell/toast-list.tsx";
import { PartsProvider } from "../../frontend/ui/parts.ts";
import { setUp } from "./support.ts";

const SHOWN_WITH_ACTION_MS = 10_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** A list with one toast that has a button. */
async function open() {
  const { toasts, parts } = setUp();
  const run = vi.fn();
  const expire = vi.fn();
  toasts.show("1 image deleted.", { label: "Undo", run, expire });
  render(
    <PartsProvider value={parts}>
      <ToastList />
    </PartsProvider>,
  );
  await pass(0);
  return { toasts, run, expire };
}
const pass = (milliseconds: number) =>
  act(async () => void (await vi.advanceTimersByTimeAsync(milliseconds)));
const undo = () => screen.getByRole("button", { name: "Undo" });

test("a toast disappears after its time", async () => {
  const { toasts, expire } = await open();
  await pass(SHOWN_WITH_ACTION_MS);
  expect(expire).toHaveBeenCalledOnce();
  expect(toasts.all.value).toEqual([]);
});

test.each([
  {
    what: "one has the focus",
    start: () => undo().focus(),
    end: () => undo().blur(),
  },
  {
    what: "the pointer is on one",
    start: () => fireEvent.pointerOver(undo(), { pointerType: "mouse" }),
    end: () =>
      fireEvent.pointerLeave(undo().closest("[data-toast-list]") as Element, { pointerType: "mouse" }),
  },
  {
    what: "the tab is hidden",
    start() {
      const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
      onTestFinished(() => hidden.mockRestore());
      fireEvent(document, new Event("visibilitychange"));
    },
    end() {
      vi.spyOn(document, "hidden", "get").mockReturnValue(false);
      fireEvent(document, new Event("visibilitychange"));
    },
  },
  {
    what: "a dialog is open",
    start: () => document.documentElement.setAttribute("data-modal-open", ""),
    end: () => document.documentElement.removeAttribute("data-modal-open"),
  },
])("pauses the time of the toasts while $what", async ({ start, end }) => {
  const { expire } = await open();
  await pass(SHOWN_WITH_ACTION_MS / 2);
  await act(start);
  await pass(5 * SHOWN_WITH_ACTION_MS);
  expect(expire).not.toHaveBeenCalled();
  await act(end);
  await pass(SHOWN_WITH_ACTION_MS);
  expect(expire).toHaveBeenCalledOnce();
});

test("shows the latest three toasts; earlier ones wait with their time", async () => {
  const { toasts } = await open();
  for (const text of ["one", "two", "three"]) toasts.show(text);
  await pass(0);
  expect(screen.queryByText("1 image deleted.")).toBeNull();
  await pass(SHOWN_WITH_ACTION_MS / 2 + 1_500);
  expect(undo()).toBeTruthy();
});

test("shows a repeated toast once", async () => {
  const { toasts } = await open();
  for (const text of ["offline", "offline"]) toasts.show(text);
  await pass(0);
  expect(screen.getAllByText("offline")).toHaveLength(1);
});

test("closing a toast expires it; pressing its button does not", async () => {
  const first = await open();
  fireEvent.click(screen.getByRole("button", { name: "Dismiss" }));
  expect([first.expire.mock.calls.length, first.run.mock.calls.length]).toEqual([1, 0]);
  cleanup();
  const second = await open();
  fireEvent.click(undo());
  expect([second.expire.mock.calls.length, second.run.mock.calls.length]).toEqual([0, 1]);
});
