/** Where the focus goes in the gallery when the focused control disappears. */
import { cleanup, configure, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { galleryText } from "../../frontend/text/gallery.ts";
import { openApp } from "./render-app.tsx";
import { image, ok, setUp } from "./support.ts";

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

const favorite = (id: string) => image(id, { prompt: `image ${id}`, favorite: true });

/** The favorites of a user. */
async function open(...ids: string[]) {
  history.replaceState(null, "", "/gallery?favorite=true");
  const world = setUp();
  world.api.list.mockResolvedValue(ok({ items: ids.map(favorite), nextCursor: null }));
  world.api.favorite.mockImplementation(async (id, wanted) =>
    ok({ generation: { ...favorite(id), favorite: wanted } }),
  );
  const app = await openApp(world);
  await waitFor(() => expect(screen.getAllByRole("link", { name: /^Open/ })).toHaveLength(ids.length));
  return app;
}

const tile = (id: string) => screen.getByRole("link", { name: galleryText.open(`image ${id}`) });
const control = (name: string) => screen.getByRole("button", { name });
const bar = () => within(screen.getByRole("group", { name: galleryText.select }));
const hasFocus = (wanted: () => HTMLElement) =>
  waitFor(() => expect(document.activeElement === wanted(), document.activeElement?.outerHTML).toBe(true));
async function type(id: string, key: string, more: object = {}) {
  tile(id).focus();
  await waitFor(() => expect(tile(id).tabIndex).toBe(0));
  fireEvent.keyDown(tile(id), { key, ...more });
}
function press(button: HTMLElement) {
  button.focus();
  fireEvent.click(button);
}

test("an image removed from the favorites hands the focus to the next one, the last one to Clear all", async () => {
  await open("a", "b", "c");
  await type("b", "f");
  await hasFocus(() => tile("c"));
  await type("c", "f");
  await hasFocus(() => tile("a"));
  await type("a", "f");
  await hasFocus(() => control(galleryText.clearAll));
});

test("so do all selected images", async () => {
  await open("a", "b");
  await type("a", "a", { ctrlKey: true });
  await screen.findByRole("group", { name: galleryText.select });
  press(bar().getByRole("button", { name: galleryText.unfavorite }));
  await hasFocus(() => control(galleryText.clearAll));
});

test.each(["by key", "in the selection bar", "while it is open"])(
  "the last image, deleted %s, hands the focus to Undo, and has it when it is back",
  async (how) => {
    const { router } = await open("a");
    const remove = async () => {
      if (how === "by key") return type("a", "Delete");
      if (how === "while it is open") {
        fireEvent.click(tile("a"));
        router.go("/g/a");
        const viewer = within(await screen.findByRole("dialog", { name: "image a" }));
        return press(viewer.getByRole("button", { name: galleryText.delete }));
      }
      await type("a", "x");
      await screen.findByRole("group", { name: galleryText.select });
      press(bar().getByRole("button", { name: galleryText.delete }));
    };
    await remove();
    await hasFocus(() => control(galleryText.undo));
    fireEvent.click(control(galleryText.undo));
    await hasFocus(() => tile("a"));
  },
);

test("when Undo disappears, the focus goes to what replaces the grid", async () => {
  const { pendingDeletions } = await open("a");
  await type("a", "Delete");
  await hasFocus(() => control(galleryText.undo));
  void pendingDeletions.flush();
  await hasFocus(() => control(galleryText.clearAll));
});

test("Download and Cancel hand the focus to each other", async () => {
  await open("a", "b");
  const never = Promise.withResolvers<Response>();
  vi.spyOn(globalThis, "fetch").mockReturnValue(never.promise);
  await type("a", "x");
  await screen.findByRole("group", { name: galleryText.select });
  press(bar().getByRole("button", { name: galleryText.download }));
  await hasFocus(() => bar().getByRole("button", { name: galleryText.cancel }));
  // The bar stays while the download runs.
  press(bar().getByRole("button", { name: galleryText.endSelection }));
  await hasFocus(() => bar().getByRole("button", { name: galleryText.cancel }));
  await type("a", "x");
  await waitFor(() => bar().getByRole("button", { name: galleryText.endSelection }));
  press(bar().getByRole("button", { name: galleryText.cancel }));
  await hasFocus(() => bar().getByRole("button", { name: galleryText.download }));
});
