import { act, cleanup, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { lazyModule } from "../../frontend/ui/lazy.tsx";

const reload = vi.fn();

beforeEach(() => {
  reload.mockReset();
  history.replaceState(null, "");
  vi.spyOn(location, "reload").mockImplementation(reload);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const Present = () => <p>Here it is</p>;
const available = vi.fn(async () => ({ Part: Present }));
const missing = async (): Promise<{ Part: typeof Present }> => {
  throw new TypeError("Failed to fetch dynamically imported module");
};
const lazyPart = (load: typeof missing) => lazyModule(load).component(({ Part }) => Part);

test("loads a module once, when a component of it is first rendered", async () => {
  const Part = lazyPart(available);
  expect(available).not.toHaveBeenCalled();
  render(<Part />);
  await screen.findByText("Here it is");
  render(<Part />);
  expect(available).toHaveBeenCalledOnce();
});

test("reloads the page once if a file is missing, and shows an error after that", async () => {
  history.replaceState({ depth: 2 }, "");
  const Before = lazyPart(missing);
  render(<Before />);
  await waitFor(() => expect(reload).toHaveBeenCalledOnce());
  expect(history.state, "the rest of the history entry is kept").toMatchObject({ depth: 2 });

  const Other = lazyPart(available);
  render(<Other />);
  await screen.findByText("Here it is");
  const After = lazyPart(missing);
  render(<After />);
  await waitFor(() => expect(screen.getAllByText(commonText.loadFailed)).toHaveLength(2));
  expect(reload, "although another part was loaded").toHaveBeenCalledOnce();
});

test("does not reload without network, or for a module that is not shown", async () => {
  vi.useFakeTimers();
  void lazyModule(missing).whenLoaded();
  await vi.advanceTimersByTimeAsync(0);
  expect(reload).not.toHaveBeenCalled();

  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  const Offline = lazyPart(missing);
  render(<Offline />);
  await act(async () => void (await vi.advanceTimersByTimeAsync(0)));
  expect(screen.getByText(commonText.loadFailed)).toBeTruthy();
  expect(reload).not.toHaveBeenCalled();
});

test("repeats a failed load, and renders the module then", async () => {
  vi.useFakeTimers();
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  const load = vi.fn(missing).mockRejectedValueOnce(new TypeError("Failed")).mockImplementation(available);
  const Part = lazyPart(load);
  render(<Part />);
  await act(async () => void (await vi.advanceTimersByTimeAsync(3_000)));
  expect(screen.getByText("Here it is")).toBeTruthy();
  expect(load).toHaveBeenCalledTimes(2);
});
