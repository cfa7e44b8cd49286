// The gallery, with the real components.
import { cleanup, configure, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { galleryText } from "../../frontend/text/gallery.ts";
import { openApp } from "./render-app.tsx";
import { failure, image, ok, setUp, signedOut } from "./support.ts";

// The first import of a chunk compiles it.
configure({ asyncUtilTimeout: 5_000 });
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});
beforeEach(() => {
  // happy-dom has no layout: without a width the grid shows nothing.
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1_000);
});

const page = (...ids: string[]) =>
  ok({ items: ids.map((id) => image(id, { prompt: `image ${id}` })), nextCursor: null });

/** The gallery of a user with these images. */
async function open(ids: string[] = [], search = "") {
  history.replaceState(null, "", `/gallery${search}`);
  const world = setUp();
  world.api.list.mockResolvedValue(page(...ids));
  return openApp(world);
}
const tile = (id: string) => screen.findByRole("link", { name: galleryText.open(`image ${id}`) });
const checkbox = (id: string) => screen.findByRole("checkbox", { name: galleryText.choose(`image ${id}`) });
const bar = () => screen.findByRole("group", { name: galleryText.select });
const labels = () =>
  screen
    .getAllByRole("link", { name: /^Open/ })
    .map((link) => link.ariaLabel ?? link.getAttribute("aria-label"));

test("asks a signed-out user to sign in", async () => {
  history.replaceState(null, "", "/gallery");
  const world = setUp();
  world.api.session.mockResolvedValue(ok(signedOut()));
  await openApp(world);
  await screen.findByRole("heading", { name: galleryText.signIn });
});

test("shows a failure that can be repeated, and then the images", async () => {
  history.replaceState(null, "", "/gallery");
  const world = setUp();
  world.api.list.mockResolvedValue(failure("storage_unavailable"));
  await openApp(world);
  const again = await screen.findByRole("button", { name: galleryText.tryAgain });
  world.api.list.mockResolvedValue(page("a"));
  fireEvent.click(again);
  expect(await tile("a")).toBeTruthy();
});

test.each([
  ["", galleryText.empty],
  ["?q=zebra", galleryText.nothingFound("zebra")],
  ["?status=failed", galleryText.noneOfStatus],
  ["?favorite=true&q=zebra", galleryText.tooNarrow],
])("says why it is empty: %s", async (search, title) => {
  await open([], search);
  await screen.findByRole("heading", { name: title });
});

test("filters can be removed one by one, or all together", async () => {
  const { router } = await open([], "?q=fox&model=truefusion-edge&favorite=true");
  fireEvent.click(await screen.findByRole("button", { name: galleryText.remove("Fast preview") }));
  expect(router.route.value.search).toBe("?q=fox&favorite=true");
  const [clearAll] = await screen.findAllByRole("button", { name: galleryText.clearAll });
  if (clearAll) fireEvent.click(clearAll);
  await waitFor(() => expect(router.route.value.search).toBe(""));
  expect(screen.queryByRole("button", { name: /^Remove filter/ })).toBeNull();
});

test("selects by checkbox, by range and by key; Escape ends the selection", async () => {
  await open(["a", "b", "c", "d"]);
  fireEvent.click(await checkbox("a"));
  const selection = within(await bar());
  fireEvent.click(await checkbox("c"), { shiftKey: true });
  await selection.findByText(galleryText.selected(3));
  fireEvent.keyDown(await tile("b"), { key: "x" });
  fireEvent.click(selection.getByRole("button", { name: galleryText.selectAll(4) }));
  await selection.findByText(galleryText.selected(4));
  fireEvent.keyDown(await bar(), { key: "Escape" });
  await waitFor(() => expect(screen.queryByRole("group", { name: galleryText.select })).toBeNull());
});

test("while images are selected, Ctrl+A selects all wherever the focus is, except in a text field", async () => {
  await open(["a", "b", "c"]);
  const button = await screen.findByRole("button", { name: galleryText.select });
  fireEvent.keyDown(button, { key: "a", ctrlKey: true });
  expect(screen.queryByRole("group", { name: galleryText.select }), "before").toBeNull();
  fireEvent.click(button);
  const selection = within(await bar());
  fireEvent.keyDown(screen.getByRole("searchbox"), { key: "a", ctrlKey: true });
  expect(selection.queryByText(galleryText.selected(3)), "in the search").toBeNull();
  expect(fireEvent.keyDown(button, { key: "a", ctrlKey: true }), "left to the browser").toBe(false);
  await selection.findByText(galleryText.selected(3));
});

test("a deleted image leaves at once, and Undo puts it back in its place", async () => {
  const { api, generations } = await open(["a", "b", "c"]);
  const link = await tile("b");
  link.focus();
  expect(fireEvent.keyDown(link, { key: "Delete", repeat: true }), "held").toBe(false);
  expect(generations.hidden.value.size).toBe(0);
  fireEvent.click(await checkbox("b"));
  const remove = within(await bar()).getByRole("button", { name: galleryText.delete });
  remove.focus();
  fireEvent.click(remove);
  await waitFor(() => expect(labels()).toEqual(["a", "c"].map((id) => galleryText.open(`image ${id}`))));
  const focused = () => document.activeElement?.getAttribute("aria-label");
  await waitFor(() => expect(String(focused()), "the focus stays in the grid").toMatch(/^Open: image [ac]$/));
  const undo = screen.getByRole("button", { name: galleryText.undo });
  const before = focused();
  undo.focus();
  fireEvent.click(undo);
  await waitFor(() => expect(labels()).toHaveLength(3));
  expect(focused(), "the focus is back").toBe(before);
  expect(labels()[1]).toBe(galleryText.open("image b"));
  expect(api.bulk).not.toHaveBeenCalled();
});
