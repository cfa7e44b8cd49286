import { act, cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { ToastList } from "../../frontend/ui/toast-list.tsx";
import { SHOWN_WITH_ACTION_MS } from "../../frontend/studio/toast-timers.ts";
import { setUp } from "./support.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** A list with one message that has a button. */
async function open() {
  const { studio } = setUp();
  const run = vi.fn();
  const expire = vi.fn();
  studio.notify("1 picture deleted.", { label: "Undo", run, expire });
  render(<ToastList studio={studio} />);
  await pass(0);
  return { studio, run, expire };
}
const pass = (milliseconds: number) =>
  act(async () => void (await vi.advanceTimersByTimeAsync(milliseconds)));
const undo = () => screen.getByRole("button", { name: "Undo" });

test("a message leaves after its time", async () => {
  const { studio, expire } = await open();
  await pass(SHOWN_WITH_ACTION_MS);
  expect(expire).toHaveBeenCalledOnce();
  expect(studio.toasts.value).toEqual([]);
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
    end: () => fireEvent.pointerLeave(undo().closest(".toast-list") as Element, { pointerType: "mouse" }),
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
    start: () => document.documentElement.setAttribute("data-dimmed", ""),
    end: () => document.documentElement.removeAttribute("data-dimmed"),
  },
])("the time of the messages stops while $what", async ({ start, end }) => {
  const { expire } = await open();
  await pass(SHOWN_WITH_ACTION_MS / 2);
  await act(start);
  await pass(5 * SHOWN_WITH_ACTION_MS);
  expect(expire).not.toHaveBeenCalled();
  await act(end);
  await pass(SHOWN_WITH_ACTION_MS);
  expect(expire).toHaveBeenCalledOnce();
});

test("the latest three are visible; those before them wait", async () => {
  const { studio } = await open();
  for (const text of ["one", "two", "three"]) studio.notify(text);
  await pass(0);
  expect(screen.queryByText("1 picture deleted.")).toBeNull();
  await pass(SHOWN_WITH_ACTION_MS / 2 + 1_500);
  expect(undo()).toBeTruthy();
});

test("a repeated message is shown once", async () => {
  const { studio } = await open();
  for (const text of ["offline", "offline"]) studio.notify(text);
  await pass(0);
  expect(screen.getAllByText("offline")).toHaveLength(1);
});

test("closing a message ends its time at once; its button does not", async () => {
  const first = await open();
  fireEvent.click(screen.getByRole("button", { name: "Dismiss" }));
  expect([first.expire.mock.calls.length, first.run.mock.calls.length]).toEqual([1, 0]);
  cleanup();
  const second = await open();
  fireEvent.click(undo());
  expect([second.expire.mock.calls.length, second.run.mock.calls.length]).toEqual([0, 1]);
});
