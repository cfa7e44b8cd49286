import { cleanup, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { lazy } from "../../frontend/components/lazy.tsx";

const reload = vi.fn();

beforeEach(() => {
  reload.mockReset();
  sessionStorage.clear();
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

test("a part that a deploy removed reloads the page, once; then it says so", async () => {
  const gone = async () => {
    throw new TypeError("Failed to fetch dynamically imported module");
  };
  const Before = lazy<object>(gone);
  render(<Before />);
  await waitFor(() => expect(reload).toHaveBeenCalledOnce());

  const After = lazy<object>(gone);
  render(<After />);
  await screen.findByText(/couldn't be loaded/);
  expect(reload).toHaveBeenCalledOnce();
});
