/** How the gallery shows its images: headings of days, and the size of the tiles. */
import { act, cleanup, configure, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { galleryText } from "../../frontend/text/gallery.ts";
import { tileSizes } from "../../worker/shared/tile-image.ts";
import { openApp, openFilterMenu } from "./render-app.tsx";
import { image, memoryStore, ok, setUp } from "./support.ts";

// The first import of a chunk compiles it.
configure({ asyncUtilTimeout: 5_000 });
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.useRealTimers();
});
const NOW = new Date(2026, 10, 22, 12);
beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
  // happy-dom has no layout: without a width the grid shows nothing.
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1_000);
});

const on = (id: string, day: number, hour = 10) =>
  image(id, { prompt: id, createdAt: new Date(2026, 10, day, hour).toISOString() });

async function open(items = [on("a", 22), on("b", 22), on("c", 21), on("d", 2)], store = memoryStore()) {
  history.replaceState(null, "", "/gallery");
  const world = setUp({ store });
  world.api.list.mockResolvedValue(ok({ items, nextCursor: null }));
  const app = await openApp(world);
  await screen.findByRole("link", { name: galleryText.open("a") });
  return app;
}

/** Headings and images in the order of the document. */
const inOrder = () =>
  [...screen.getByRole("list", { name: galleryText.title }).children].map(
    (item) => item.querySelector("h2")?.textContent ?? item.querySelector("img")?.alt,
  );
const topOf = (text: string) =>
  Number.parseFloat(
    /inset-block-start: ?(\d+)px/.exec(
      screen.getByRole("heading", { name: text }).closest("li")?.getAttribute("style") ?? "",
    )?.[1] ?? "",
  );

test("shows a heading above the images of each day", async () => {
  await open();
  expect(inOrder()).toEqual(["Today", "a", "b", "Yesterday", "c", "Monday, November 2", "d"]);
  expect(topOf("Today")).toBe(0);
  expect(topOf("Yesterday")).toBeGreaterThan(0);
});

test("names the year of an earlier year", () => {
  expect(galleryText.day(new Date(2024, 1, 29).getTime(), 2)).toBe("February 29, 2024");
});

test("an image that arrives above the window gets no second heading of the same day", async () => {
  const { generations } = await open();
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockReturnValue(new DOMRect(0, -500, 1_000, 2_000));
  await act(() => generations.upsert(on("new", 22, 11)));
  await waitFor(() => expect(inOrder()).toContain("new"));
  expect(inOrder().filter((text) => text === "Today")).toHaveLength(1);
  expect(inOrder().slice(0, 3)).toEqual(["Today", "new", "a"]);
});

test("the size of the images is chosen in the filter menu, and remembered in the browser", async () => {
  const store = memoryStore();
  await open(undefined, store);
  const sizes = () => screen.getByRole("img", { name: "a" }).getAttribute("sizes");
  const tile = { thumbnailUrl: "/images/a/0?size=thumb", width: 1024, height: 1024 };
  expect(sizes()).toBe(tileSizes(tile));
  await openFilterMenu();
  fireEvent.click(screen.getByText(galleryText.tileSizes.large));
  await waitFor(() => expect(sizes()).toBe(tileSizes(tile, "large")));
  expect(screen.getByRole("img", { name: "a" }).getAttribute("srcset")).toBe(
    "/images/a/0?size=small 256w, /images/a/0?size=thumb 512w, /images/a/0 1024w",
  );
  expect(store.get("tile-size")).toBe("large");
  cleanup();
  await open(undefined, store);
  expect(sizes()).toBe(tileSizes(tile, "large"));
  await openFilterMenu();
  fireEvent.click(screen.getByText(galleryText.tileSizes.medium));
  await waitFor(() => expect(store.get("tile-size")).toBeNull());
});
