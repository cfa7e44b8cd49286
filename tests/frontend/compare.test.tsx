/** Comparing selected images, in the whole studio. */
import { cleanup, configure, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { galleryText } from "../../frontend/text/gallery.ts";
import { imageText } from "../../frontend/text/image.ts";
import { openApp } from "./render-app.tsx";
import { image, ok, setUp } from "./support.ts";

// The first import of a chunk compiles it.
configure({ asyncUtilTimeout: 5_000 });
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});
beforeEach(() => {
  // happy-dom has no layout: without sizes the grid shows nothing, and nothing can be zoomed.
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1_000);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(500);
});

const IDS = ["a", "b", "c", "d", "e"];
const named = (id: string) => image(id, { prompt: `image ${id}` });

async function openGallery() {
  history.replaceState(null, "", "/gallery");
  const world = setUp();
  world.api.list.mockResolvedValue(ok({ items: IDS.map(named), nextCursor: null }));
  world.api.favorite.mockImplementation(async (id, favorite) =>
    ok({ generation: { ...named(id), favorite } }),
  );
  return openApp(world);
}

async function select(...ids: string[]) {
  for (const id of ids) {
    fireEvent.click(await screen.findByRole("checkbox", { name: galleryText.choose(`image ${id}`) }));
  }
}

async function compare(...ids: string[]) {
  const app = await openGallery();
  await select(...ids);
  fireEvent.click(screen.getByRole("button", { name: galleryText.compare }));
  const dialog = await screen.findByRole("dialog", { name: imageText.compare(ids.length) });
  return { ...app, dialog, inDialog: within(dialog) };
}

const transforms = (dialog: HTMLElement) =>
  [...dialog.querySelectorAll("img[alt^=image]")].map((img) => img.parentElement?.style.transform);

test("offers Compare for two to four selected images", async () => {
  await openGallery();
  const offered = () => screen.queryByRole("button", { name: galleryText.compare }) !== null;
  const seen = [];
  for (const id of IDS) {
    await select(id);
    await screen.findByText(galleryText.selected(seen.length + 1));
    seen.push(offered());
  }
  expect(seen).toEqual([false, true, true, true, false]);
});

test("zooms and pans all images together by key", async () => {
  const { dialog } = await compare("a", "b");
  const page = dialog.querySelector("[data-compare]") as HTMLElement;
  expect(new Set(transforms(dialog))).toEqual(new Set(["translate(0px, 0px) scale(1)"]));
  fireEvent.keyDown(page, { key: "+" });
  fireEvent.keyDown(page, { key: "+" });
  fireEvent.keyDown(page, { key: "ArrowDown" });
  await waitFor(() => expect(transforms(dialog)[0]).toBe("translate(0px, -80px) scale(2.25)"));
  expect(transforms(dialog)).toHaveLength(2);
  expect(new Set(transforms(dialog)).size).toBe(1);
  fireEvent.keyDown(page, { key: "z" });
  await waitFor(() => expect(transforms(dialog)[1]).toBe("translate(0px, 0px) scale(1)"));
});

test("the favorite button and the F key change the image that they belong to", async () => {
  const { api, inDialog } = await compare("a", "b", "c");
  const hearts = inDialog.getAllByRole("button", { name: imageText.favorite });
  fireEvent.click(hearts[1] as HTMLElement);
  fireEvent.keyDown(hearts[2] as HTMLElement, { key: "f" });
  await waitFor(() => expect(api.favorite.mock.calls.map(([id]) => id)).toEqual(["b", "c"]));
  await waitFor(() =>
    expect(hearts.map((heart) => heart.ariaPressed ?? heart.getAttribute("aria-pressed"))).toEqual([
      "false",
      "true",
      "true",
    ]),
  );
});

test("leaves out a deleted image, and closes when none is left", async () => {
  const { pendingDeletions } = await compare("a", "b");
  pendingDeletions.add(["a"]);
  await screen.findByRole("dialog", { name: imageText.compare(1) });
  pendingDeletions.add(["b"]);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("closes when another page is shown, and does not come back with the gallery", async () => {
  const { router, dialogs } = await compare("a", "b");
  router.go("/account");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(dialogs.compare.value).toBeNull();
});
