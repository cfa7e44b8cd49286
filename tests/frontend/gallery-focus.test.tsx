/** Where the focus goes in the gallery when what has it goes away. */
import { cleanup, configure, fireEvent, render, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { App } from "../../frontend/app.tsx";
import { galleryOf } from "../../frontend/studio/image-lists.ts";
import { createRouter } from "../../frontend/browser/router.ts";
import { making } from "../../frontend/text/create.ts";
import { pictureText } from "../../frontend/text/gallery.ts";
import { begin, generation, later, ok, setUp } from "./support.ts";

// The first import of a lazy part compiles it; that is no part of what is tested here.
configure({ asyncUtilTimeout: 5_000 });
beforeAll(async () => {
  await import("../../frontend/gallery/gallery-page.tsx");
  await import("../../frontend/ui/toast-list.tsx");
}, 60_000);
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});
beforeEach(() => {
  // Nothing is laid out here, and a row as wide as nothing is as high.
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1_000);
});

const favorite = (id: string) =>
  generation(id, { status: "succeeded", prompt: `picture ${id}`, favorite: true });

/** The favourites, which are these. */
async function open(...ids: string[]) {
  history.replaceState(null, "", "/gallery?favorite=true");
  const world = setUp();
  world.api.list.mockResolvedValue(ok({ items: ids.map(favorite), nextCursor: null }));
  world.api.favorite.mockImplementation(async (id, wanted) =>
    ok({ generation: { ...favorite(id), favorite: wanted } }),
  );
  const router = createRouter(window);
  addEventListener("popstate", router.follow);
  onTestFinished(() => removeEventListener("popstate", router.follow));
  render(<App studio={world.studio} router={router} />);
  await begin(world.studio, "");
  await waitFor(() => expect(screen.getAllByRole("link", { name: /^Open/ })).toHaveLength(ids.length));
  // The studio's own, the gallery's, and that once more, since nobody tells of changes here.
  await waitFor(() => expect(world.api.list).toHaveBeenCalledTimes(3));
  return { ...world, router };
}

const tile = (id: string) => screen.getByRole("link", { name: making.open(`picture ${id}`) });
const control = (name: string) => screen.getByRole("button", { name });
const bar = () => within(screen.getByRole("group", { name: "Select" }));
const has = (wanted: () => HTMLElement) =>
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

test("a favourite that is none any more leaves it to the next one, and the last one to the way out", async () => {
  await open("a", "b", "c");
  await type("b", "f");
  await has(() => tile("c"));
  await type("c", "f");
  await has(() => tile("a"));
  await type("a", "f");
  await has(() => control(pictureText.clearAll));
});

test("so do all that are chosen", async () => {
  await open("a", "b");
  await type("a", "a", { ctrlKey: true });
  await screen.findByRole("group", { name: "Select" });
  press(bar().getByRole("button", { name: pictureText.unfavorite }));
  await has(() => control(pictureText.clearAll));
});

test.each(["by key", "in the bar", "looked at"])(
  "the last one, deleted %s, leaves it to Undo, and has it when it is back",
  async (how) => {
    const { router } = await open("a");
    const remove = async () => {
      if (how === "by key") return type("a", "Delete");
      if (how === "looked at") {
        fireEvent.click(tile("a"));
        router.go("/g/a");
        const viewer = within(await screen.findByRole("dialog", { name: "picture a" }));
        return press(viewer.getByRole("button", { name: pictureText.delete }));
      }
      await type("a", "x");
      await screen.findByRole("group", { name: "Select" });
      press(bar().getByRole("button", { name: pictureText.delete }));
    };
    await remove();
    await has(() => control(pictureText.undo));
    fireEvent.click(control(pictureText.undo));
    await has(() => tile("a"));
  },
);

test("when Undo goes, what stands in the grid's place has it", async () => {
  const { studio } = await open("a");
  await type("a", "Delete");
  await has(() => control(pictureText.undo));
  void galleryOf(studio).trash.flush();
  await has(() => control(pictureText.clearAll));
});

test("Download and Cancel hand it to each other", async () => {
  await open("a", "b");
  const never = later<Response>();
  vi.spyOn(globalThis, "fetch").mockReturnValue(never.promise);
  await type("a", "x");
  await screen.findByRole("group", { name: "Select" });
  press(bar().getByRole("button", { name: pictureText.download }));
  await has(() => bar().getByRole("button", { name: pictureText.cancel }));
  // Who leaves the selection meanwhile is still in its bar.
  press(bar().getByRole("button", { name: pictureText.endSelection }));
  await has(() => bar().getByRole("button", { name: pictureText.cancel }));
  await type("a", "x");
  await waitFor(() => bar().getByRole("button", { name: pictureText.endSelection }));
  press(bar().getByRole("button", { name: pictureText.cancel }));
  await has(() => bar().getByRole("button", { name: pictureText.download }));
});
