import { cleanup, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { lazy } from "../../frontend/ui/lazy.tsx";

const reload = vi.fn();

beforeEach(() => {
  reload.mockReset();
  history.replaceState(null, "");
  vi.spyOn(location, "reload").mockImplementation(reload);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

test("a part is fetched once, when it is first shown", async () => {
  const load = vi.fn(async () => () => <p>Here it is</p>);
  const Part = lazy(load);
  expect(load).not.toHaveBeenCalled();
  render(<Part />);
  await screen.findByText("Here it is");
  render(<Part />);
  expect(load).toHaveBeenCalledOnce();
});

const gone = async () => {
  throw new TypeError("Failed to fetch dynamically imported module");
};

test("a part that a deploy removed reloads the page, once; then it says so", async () => {
  history.replaceState({ depth: 2 }, "");
  const Before = lazy<object>(gone);
  render(<Before />);
  await waitFor(() => expect(reload).toHaveBeenCalledOnce());
  expect(history.state, "the page's place in the history is kept").toMatchObject({ depth: 2 });

  const Present = lazy<object>(async () => () => <p>Here it is</p>);
  render(<Present />);
  await screen.findByText("Here it is");
  const After = lazy<object>(gone);
  render(<After />);
  await screen.findByText(/couldn't be loaded/);
  expect(reload, "though another part was there").toHaveBeenCalledOnce();
});

test("a reload that cannot help does not happen: without network, or for what nobody sees yet", async () => {
  const Ahead = lazy<object>(gone);
  await Ahead.preload();
  expect(reload).not.toHaveBeenCalled();

  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  render(<Ahead />);
  await screen.findByText(/couldn't be loaded/);
  expect(reload).not.toHaveBeenCalled();
});
