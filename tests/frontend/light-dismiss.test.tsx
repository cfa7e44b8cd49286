/** A tap outside closes a popover in browsers without light dismiss, like happy-dom. */
import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { useRef } from "preact/hooks";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useLightDismiss } from "../../frontend/ui/light-dismiss.ts";

function Example() {
  const popover = useRef<HTMLDivElement>(null);
  useLightDismiss(popover);
  return (
    <>
      <button type="button" popovertarget="example">
        Open
      </button>
      <div ref={popover} id="example" popover="auto">
        <p>Inside</p>
      </div>
      <p>Outside</p>
    </>
  );
}

let isOpen = true;
const hide = vi.fn(() => {
  isOpen = false;
});

beforeEach(() => {
  isOpen = true;
  hide.mockClear();
  render(<Example />);
  const popover = document.getElementById("example");
  if (!popover) throw new Error("no popover");
  // happy-dom has neither popovers nor :popover-open.
  vi.spyOn(popover, "matches").mockImplementation(
    (selector: string) => selector === ":popover-open" && isOpen,
  );
  popover.hidePopover = hide;
});
afterEach(cleanup);

const press = (words: string) => fireEvent.pointerDown(screen.getByText(words));
const release = (words: string) => fireEvent.pointerUp(screen.getByText(words));

test("a tap outside closes the popover", () => {
  press("Outside");
  release("Outside");
  expect(hide).toHaveBeenCalledOnce();
});

test("a closed popover stays closed", () => {
  isOpen = false;
  press("Outside");
  release("Outside");
  expect(hide).not.toHaveBeenCalled();
});

test.each([
  ["a tap inside", "Inside", "Inside"],
  ["a drag from inside to outside", "Inside", "Outside"],
  ["a tap on its button, whose click closes it", "Open", "Open"],
])("%s leaves the popover open", (_, from, to) => {
  press(from);
  release(to);
  expect(hide).not.toHaveBeenCalled();
});

test("a scroll, which cancels the pointer, leaves the popover open", () => {
  press("Outside");
  fireEvent.pointerCancel(screen.getByText("Outside"));
  press("Inside");
  release("Outside");
  expect(hide).not.toHaveBeenCalled();
});
