// Images with the same prompt as one tile, with the real components.
import { cleanup, configure, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { galleryText } from "../../frontend/text/gallery.ts";
import { openApp, openFilterMenu } from "./render-app.tsx";
import { image, memoryStore, ok, setUp } from "./support.ts";

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

async function open() {
  history.replaceState(null, "", "/gallery");
  const store = memoryStore({ "group-prompts": "on" });
  const world = setUp({ store });
  const fox = ["a", "b", "c"].map((id) => image(id, { prompt: "fox" }));
  world.api.list.mockResolvedValue(ok({ items: [...fox, image("d", { prompt: "owl" })], nextCursor: null }));
  const app = await openApp(world);
  await screen.findByRole("link", { name: galleryText.open("fox") });
  return { ...app, store };
}
const tiles = () => screen.getAllByRole("link", { name: /^Open/ }).length;
const bar = async () => within(await screen.findByRole("group", { name: galleryText.select }));

test("a group is one tile, and its button shows all images and one again", async () => {
  await open();
  expect(tiles()).toBe(2);
  const button = () => screen.getByRole("button", { name: /of this prompt/ });
  expect(button().getAttribute("aria-expanded")).toBe("false");
  fireEvent.click(button());
  await waitFor(() => expect(tiles()).toBe(4));
  fireEvent.click(button());
  await waitFor(() => expect(tiles()).toBe(2));
});

test("selecting a group selects all its images, and selecting it again none", async () => {
  await open();
  const box = screen.getByRole("checkbox", { name: galleryText.choose("fox") });
  fireEvent.click(box);
  await (await bar()).findByText(galleryText.selected(3));
  fireEvent.click(box);
  await waitFor(() => expect(screen.queryByRole("group", { name: galleryText.select })).toBeNull());
  fireEvent.keyDown(screen.getByRole("link", { name: galleryText.open("fox") }), { key: "x" });
  await (await bar()).findByText(galleryText.selected(3));
});

test("the choice is off by default and stays in this browser", async () => {
  const { store } = await open();
  await openFilterMenu();
  const choice = screen.getByRole<HTMLInputElement>("switch", { name: galleryText.group, hidden: true });
  expect(choice.checked).toBe(true);
  fireEvent.click(choice);
  await waitFor(() => expect(tiles()).toBe(4));
  expect(store.get("group-prompts")).toBeNull();
});
