/** The rendered feed: the latest result, the tiles, the failures, and where the focus goes. */
import { act, cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { Feed } from "../../frontend/create/feed.tsx";
import { formToolsModule } from "../../frontend/create/form-tools-module.ts";
import { createText } from "../../frontend/text/create.ts";
import { PartsProvider } from "../../frontend/ui/parts.ts";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { generation, ok, setUp } from "./support.ts";

afterEach(cleanup);

/** The feed of a user with these generations, newest first. */
async function open(...items: Generation[]) {
  await formToolsModule.whenLoaded();
  const world = setUp();
  world.api.list.mockResolvedValueOnce(ok({ items, nextCursor: null }));
  world.api.cancel.mockImplementation(async (id) =>
    ok({ generation: { ...processing(id), status: "canceled" } }),
  );
  render(
    <PartsProvider value={world.parts}>
      <main>
        <Feed />
      </main>
    </PartsProvider>,
  );
  await act(() => world.begin());
  await waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(items.length));
  return world;
}

const withPrompt = (id: string, changes: Partial<Generation>) =>
  generation(id, { prompt: `image ${id}`, ...changes });
const processing = (id: string) => withPrompt(id, { status: "processing" });
const succeeded = (id: string, changes: Partial<Generation> = {}) =>
  withPrompt(id, { status: "succeeded", ...changes });
const failed = (id: string) =>
  withPrompt(id, { status: "failed", error: { code: "upstream_failed", message: "" } });

const item = (id: string) => {
  const isOf = (element: HTMLElement) =>
    element.textContent?.includes(`image ${id}`) ||
    within(element).queryByRole("link", { name: createText.open(`image ${id}`) }) !== null;
  const found = screen.getAllByRole("listitem").find(isOf);
  if (!found) throw new Error(`No entry for image ${id}`);
  return found;
};
const button = (id: string, name: string) => within(item(id)).getByRole("button", { name });
const press = (control: HTMLElement) => {
  control.focus();
  fireEvent.click(control);
};
const isOver = (id: string) =>
  fireEvent.pointerOver(screen.getByRole("link", { name: createText.open(`image ${id}`) }), {
    pointerType: "mouse",
  });
const hasFocus = (control: () => HTMLElement) =>
  waitFor(() => expect(document.activeElement === control(), document.activeElement?.outerHTML).toBe(true));

test("shows the latest result with its settings and labeled actions", async () => {
  await open(succeeded("a", { options: { aspectRatio: "16:9", seed: 42 } }), succeeded("b"));
  const latest = within(item("a"));
  expect(item("a").dataset).toHaveProperty("latest");
  expect(item("b").dataset).not.toHaveProperty("latest");
  expect(latest.getByText("Standard")).toBeTruthy();
  expect(latest.getByText("16:9")).toBeTruthy();
  expect(latest.getByText("42")).toBeTruthy();
  for (const label of [createText.download, createText.share, createText.edit, createText.again]) {
    expect(latest.getByText(label)).toBeTruthy();
  }
});

test("keeps the block in place while the image is made and when it arrives", async () => {
  const { generations } = await open(processing("a"));
  const block = item("a");
  expect(block.getAttribute("aria-busy")).toBe("true");
  await act(() => generations.upsert(succeeded("a", { width: 1600, height: 900 })));
  await waitFor(() => expect(block.getAttribute("aria-busy")).toBe("false"));
  expect(item("a")).toBe(block);
  expect(block.style.getPropertyValue("--ratio")).toBe("1");
});

test("opens the share dialog from the latest result and from a tile", async () => {
  const { dialogs } = await open(succeeded("a"), succeeded("b"));
  for (const id of ["a", "b"]) {
    isOver(id);
    press((await screen.findAllByRole("button", { name: createText.share })).at(-1) as HTMLElement);
    expect(dialogs.share.value).toEqual({ id });
  }
});

test("a tile has its actions while the mouse is over it", async () => {
  await open(succeeded("a"), succeeded("b"), succeeded("c"));
  const downloads = () =>
    screen
      .getAllByRole("link", { name: createText.download })
      .map((link) => link.getAttribute("href")?.split("/")[2]);
  expect(downloads(), "of the latest result only").toEqual(["a"]);
  isOver("b");
  await waitFor(() => expect(downloads()).toEqual(["a", "b"]));
  isOver("c");
  await waitFor(() => expect(downloads()).toEqual(["a", "c"]));
  fireEvent.pointerLeave(item("c").parentElement as Element, { pointerType: "mouse" });
  await waitFor(() => expect(downloads()).toEqual(["a"]));
});

test("a long press shows the actions of a tile and does not open it; a tap elsewhere hides them", async () => {
  await open(succeeded("a"), succeeded("b"), succeeded("c"));
  const link = (id: string) => screen.getByRole("link", { name: createText.open(`image ${id}`) });
  const edits = () => screen.getAllByRole("button", { name: createText.edit }).length;
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  fireEvent.pointerDown(link("b"), { pointerType: "touch" });
  expect(edits()).toBe(1);
  await act(async () => {
    await vi.advanceTimersByTimeAsync(400);
  });
  vi.useRealTimers();
  await waitFor(() => expect(edits()).toBe(2));
  fireEvent.pointerUp(link("b"), { pointerType: "touch" });
  expect(fireEvent.contextMenu(link("b")), "the menu of the link").toBe(false);
  expect(fireEvent.click(link("b"))).toBe(false);
  fireEvent.pointerDown(link("c"), { pointerType: "touch" });
  await waitFor(() => expect(edits()).toBe(1));
  fireEvent.pointerUp(link("c"), { pointerType: "touch" });
  expect(fireEvent.click(link("c"))).toBe(true);
  expect(fireEvent.contextMenu(link("a")), "the menu of the latest result").toBe(true);
});

test("Edit copies prompt and settings without the seed", async () => {
  const { composer } = await open(succeeded("a", { options: { aspectRatio: "16:9", seed: 42 } }));
  press(button("a", createText.edit));
  expect(composer.prompt.value).toBe("image a");
  expect(composer.aspectRatio.value).toBe("16:9");
  expect(composer.seed.value).toBeNull();
  expect(composer.focus.value).toBe(true);
});

test("Again makes one more with each click, shows a message and keeps the focus", async () => {
  const world = await open(succeeded("a"));
  for (let count = 1; count <= 5; count += 1) {
    const again = screen.getAllByRole("button", { name: createText.again })[0];
    if (again) press(again);
    await act(async () => {});
    await hasFocus(() => screen.getAllByRole("button", { name: createText.again })[0] as HTMLElement);
  }
  const sent = world.api.generate.mock.calls.length;
  expect(sent + world.queuedPrompts().length).toBe(5);
  expect(world.texts()).toContain(createText.variationStarted);
  expect(world.texts()).toContain(createText.variationQueued(world.queuedPrompts().length));
});

test("makes a fast preview in high quality with the same prompt and seed", async () => {
  const { api } = await open(
    succeeded("a", { model: "truefusion-edge", options: { seed: 42 } }),
    succeeded("b"),
  );
  press(button("a", "In High quality"));
  await waitFor(() => expect(api.generate).toHaveBeenCalledOnce());
  expect(api.generate.mock.calls[0]?.[0]).toEqual({ prompt: "image a", model: "truefusion-2.0", seed: 42 });
  expect(screen.queryAllByRole("button", { name: "In High quality" })).toHaveLength(1);
});

test("shows failures apart from the images, the next image being the latest", async () => {
  await open(failed("a"), succeeded("b"));
  expect(item("b").dataset).toHaveProperty("latest");
  expect(item("a").closest("ul")?.getAttribute("aria-label")).toBe(createText.failures);
});

test("Dismiss all removes every failure here and at the Worker", async () => {
  const { api } = await open(failed("a"), failed("b"), succeeded("c"));
  press(screen.getByRole("button", { name: createText.dismissAll }));
  await waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(1));
  expect(api.bulk).toHaveBeenCalledWith(["a", "b"], "delete");
});

test("moves the focus from Cancel to the Dismiss button of the same entry", async () => {
  await open(processing("a"), failed("b"));
  press(button("a", createText.cancel));
  await hasFocus(() => button("a", createText.dismiss));
});

test("moves the focus from Try again to Cancel of the same entry", async () => {
  const world = await open(failed("a"), failed("b"));
  world.api.generate.mockResolvedValueOnce(ok({ generation: processing("a2") }));
  press(button("a", createText.tryAgain));
  await waitFor(() => expect(document.activeElement?.textContent?.trim()).toBe(createText.cancel));
});

test("moves the focus from Dismiss to the next entry, and from the last one to the prompt", async () => {
  const { composer } = await open(failed("a"), failed("b"));
  press(button("a", createText.dismiss));
  await hasFocus(() => button("b", createText.dismiss));
  press(button("b", createText.dismiss));
  await waitFor(() => expect(composer.focus.value).toBe(true));
});

test("moves the focus from Cancel to the image that arrives", async () => {
  const { generations } = await open(processing("a"));
  button("a", createText.cancel).focus();
  await act(() => generations.upsert(succeeded("a")));
  await hasFocus(() => screen.getByRole("link", { name: createText.open("image a") }));
});

test("keeps the focus on an image that becomes the latest because the one before it failed", async () => {
  const { generations } = await open(processing("a"), succeeded("b"));
  const link = () => screen.getByRole("link", { name: createText.open("image b") });
  link().focus();
  await act(() => generations.upsert(failed("a")));
  await waitFor(() => button("a", createText.dismiss));
  expect(item("b").dataset).toHaveProperty("latest");
  await hasFocus(link);
});

test("does not move the focus when an entry without it changes", async () => {
  const { generations } = await open(processing("a"), failed("b"));
  const dismiss = button("b", createText.dismiss);
  dismiss.focus();
  await act(() => generations.upsert(succeeded("a")));
  await waitFor(() => screen.getByRole("link", { name: createText.open("image a") }));
  expect(document.activeElement === dismiss).toBe(true);
});
