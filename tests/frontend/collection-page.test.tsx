// A collection in the gallery, with the real components.
import { cleanup, configure, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { collectionsText } from "../../frontend/text/collections.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { openApp } from "./render-app.tsx";
import { collection, failure, image, ok, setUp } from "./support.ts";

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

async function open(search: string) {
  history.replaceState(null, "", `/gallery${search}`);
  const world = setUp();
  world.api.list.mockResolvedValue(ok({ items: [image("a", { prompt: "fox" })], nextCursor: null }));
  world.api.answer("GET /api/collections", ok({ collections: [collection("c1", "Foxes")] }));
  return { ...(await openApp(world)), api: world.api };
}
const loads = (api: { requests: (route: string) => unknown[] }) =>
  api.requests("GET /api/collections").length;

test("a visit of the gallery without a collection does not request the collections", async () => {
  const { api, wake } = await open("");
  await screen.findByRole("link", { name: galleryText.open("fox") });
  wake();
  expect(loads(api)).toBe(0);
});

test("the filter has the collection's name, and both are read again when the tab comes to the front", async () => {
  const { api, wake } = await open("?collection=c1");
  await screen.findByRole("button", { name: galleryText.remove(collectionsText.collection("Foxes")) });
  await screen.findByRole("link", { name: galleryText.open("fox") });
  const calls = api.list.mock.calls.length;
  const before = loads(api);
  api.list.mockResolvedValue(ok({ items: [image("b", { prompt: "owl" })], nextCursor: null }));
  wake();
  await screen.findByRole("link", { name: galleryText.open("owl") });
  expect([api.list.mock.calls.length - calls, loads(api) - before]).toEqual([1, 1]);
});

test("a collection that was deleted elsewhere leads back to all images", async () => {
  const { api, router, wake } = await open("?collection=c1");
  await screen.findByRole("link", { name: galleryText.open("fox") });
  api.list.mockResolvedValue(failure("not_found"));
  wake();
  await screen.findByRole("heading", { name: collectionsText.gone });
  api.list.mockResolvedValue(ok({ items: [], nextCursor: null }));
  (await screen.findByRole("button", { name: collectionsText.showAll })).click();
  await waitFor(() => expect(router.route.value.search).toBe(""));
});

test.each([
  ["?collection=c1", collectionsText.empty],
  ["?shared=true", galleryText.noneShared],
  ["?q=seed:42", galleryText.noSeed(42)],
  ["?sort=oldest", galleryText.empty],
])("says why it is empty: %s", async (search, title) => {
  history.replaceState(null, "", `/gallery${search}`);
  await openApp(setUp());
  await screen.findByRole("heading", { name: title });
});
