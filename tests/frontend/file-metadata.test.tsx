// The setting on the account page, and the downloads that it applies to.
import { act, cleanup, configure, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { accountText } from "../../frontend/text/account.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { imageText } from "../../frontend/text/image.ts";
import { openApp } from "./render-app.tsx";
import { image, ok, setUp } from "./support.ts";

// The first import of a chunk compiles it.
configure({ asyncUtilTimeout: 5_000 });
beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1_000);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

/** Where the browser would download from. */
const followed: string[] = [];
function follow(event: Event) {
  const link = event.target instanceof Element && event.target.closest<HTMLAnchorElement>("a[download]");
  if (!link) return;
  event.preventDefault();
  followed.push(link.getAttribute("href") ?? "");
}
beforeEach(() => {
  followed.length = 0;
  addEventListener("click", follow);
});
afterEach(() => removeEventListener("click", follow));

async function open(path: string) {
  history.replaceState(null, "", path);
  const world = setUp();
  world.api.list.mockResolvedValue(ok({ items: [image("a", { prompt: "a red kite" })], nextCursor: null }));
  return openApp(world);
}

test("is off until the user turns it on, with what it means for others", async () => {
  const { store } = await open("/account");
  const control = await screen.findByRole("switch", {
    name: accountText.fileMetadata,
    description: accountText.fileMetadataHint,
  });
  expect(control).toHaveProperty("checked", false);
  fireEvent.click(control);
  expect(store.get("file-metadata")).toBe("on");
  fireEvent.click(control);
  expect(store.get("file-metadata")).toBeNull();
});

test("is read with each click: by link, by key and on a tile", async () => {
  const { store, router } = await open("/gallery");
  const tile = await screen.findByRole("link", { name: galleryText.open("a red kite") });
  await act(() => router.go("/g/a"));
  const viewer = within(await screen.findByRole("dialog", { name: "a red kite" }));
  const link = viewer.getByRole("link", { name: imageText.download });
  fireEvent.click(link);
  store.set("file-metadata", "on");
  fireEvent.click(link);
  fireEvent.keyDown(link, { key: "d" });
  store.set("file-metadata", null);
  fireEvent.click(link);
  await act(() => router.closeImage());
  fireEvent.pointerOver(tile, { pointerType: "mouse" });
  store.set("file-metadata", "on");
  fireEvent.click(await screen.findByRole("link", { name: galleryText.download }));
  const [plain, withMetadata] = ["/images/a/0?download", "/images/a/0?download&metadata=1"];
  expect(followed).toEqual([plain, withMetadata, withMetadata, plain, withMetadata]);
});
