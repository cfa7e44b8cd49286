/** An image as a file: copied to the clipboard, dragged out of the page; and the mark of a public link. */
import { act, cleanup, configure, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { actionsText } from "../../frontend/text/actions.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { imageText } from "../../frontend/text/image.ts";
import { openApp } from "./render-app.tsx";
import { image, ok, setUp } from "./support.ts";

// The first import of a chunk compiles it.
configure({ asyncUtilTimeout: 5_000 });
const write = vi.fn(async (items: { data: Record<string, Promise<Blob>> }[]) => {
  for (const { data } of items) await Promise.all(Object.values(data));
});
/** Only what the studio uses of the browser's own. */
class FakeClipboardItem {
  readonly data: Record<string, Promise<Blob>>;
  constructor(data: Record<string, Promise<Blob>>) {
    this.data = data;
  }
}
const fetched = vi.fn(async (_url: string, _init?: RequestInit) => png());
const png = () =>
  new Response(new Blob(["pixels"], { type: "image/png" }), { headers: { "Content-Type": "image/png" } });

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1_000);
  vi.stubGlobal("ClipboardItem", FakeClipboardItem);
  vi.stubGlobal("fetch", fetched);
  Object.defineProperty(navigator, "clipboard", { configurable: true, value: { write } });
  Object.defineProperty(navigator, "userAgentData", { configurable: true, value: {} });
  write.mockClear();
  fetched.mockClear().mockImplementation(async () => png());
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, "clipboard");
  Reflect.deleteProperty(navigator, "userAgentData");
});

const LINK = "https://studio.example/s/xyz";

async function open(path: string) {
  history.replaceState(null, "", path);
  const world = setUp();
  const items = [image("a", { prompt: "a red kite" }), image("b", { prompt: "a blue kite", shareUrl: LINK })];
  world.api.list.mockResolvedValue(ok({ items, nextCursor: null }));
  return openApp(world);
}

async function openViewer(id: string, prompt: string) {
  const app = await open("/gallery");
  await screen.findByRole("link", { name: galleryText.open(prompt) });
  await act(() => app.router.go(`/g/${id}`));
  const dialog = await screen.findByRole("dialog", { name: prompt });
  return { ...app, dialog, viewer: within(dialog) };
}

test("copies the open image as PNG and shows a message", async () => {
  const { viewer } = await openViewer("a", "a red kite");
  fireEvent.click(viewer.getByRole("button", { name: actionsText.copyImage }));
  expect(write, "within the click").toHaveBeenCalledOnce();
  expect(Object.keys(write.mock.calls[0]?.[0][0]?.data ?? {})).toEqual(["image/png"]);
  await viewer.findByText(actionsText.imageCopied);
  expect(fetched).toHaveBeenCalledWith("/images/a/0");
});

test("shows a message when an image could not be copied", async () => {
  fetched.mockImplementation(async () => new Response(null, { status: 404 }));
  const { viewer } = await openViewer("a", "a red kite");
  fireEvent.click(viewer.getByRole("button", { name: actionsText.copyImage }));
  await viewer.findByText(actionsText.imageNotCopied);
});

test("offers Copy image on the latest result", async () => {
  await open("/");
  fireEvent.click(await screen.findByRole("button", { name: actionsText.copyImage }));
  expect(write).toHaveBeenCalledOnce();
  await screen.findByText(actionsText.imageCopied);
});

test("does not offer Copy image where the browser cannot copy images", async () => {
  vi.stubGlobal("ClipboardItem", undefined);
  const { viewer } = await openViewer("a", "a red kite");
  expect(viewer.queryByRole("button", { name: actionsText.copyImage })).toBeNull();
});

/** What a drag that starts at this element carries. */
function drag(element: Element): Record<string, string> {
  const carried: Record<string, string> = {};
  const event = new Event("dragstart", { bubbles: true });
  Object.assign(event, {
    dataTransfer: {
      setData: (type: string, value: string) => {
        carried[type] = value;
      },
    },
  });
  element.dispatchEvent(event);
  return carried;
}

test("a tile that is dragged with the mouse carries the file and its download name", async () => {
  const { store } = await open("/gallery");
  const link = await screen.findByRole("link", { name: galleryText.open("a red kite") });
  fireEvent.pointerDown(link, { pointerType: "mouse", button: 0 });
  expect(fetched).toHaveBeenCalledWith("/images/a/0", { method: "HEAD" });
  await waitFor(() =>
    expect(drag(link)).toEqual({
      DownloadURL: `image/png:a-red-kite-a.png:${location.origin}/images/a/0?download`,
    }),
  );
  store.set("file-metadata", "on");
  expect(drag(link)["DownloadURL"]).toBe(
    `image/png:a-red-kite-a.png:${location.origin}/images/a/0?download&metadata=1`,
  );
});

test("leaves the drag to the browser while the type of the file is unknown", async () => {
  const { dialog } = await openViewer("b", "a blue kite");
  const shown = within(dialog).getByRole("img", { name: "a blue kite" });
  expect(drag(shown)).toEqual({});
  expect(drag(document.body)).toEqual({});
});

test("marks images that have a public link, in the gallery and in the viewer", async () => {
  const { dialogs, viewer } = await openViewer("b", "a blue kite");
  const marked = [...document.querySelectorAll("[data-tile]")].filter((tile) =>
    tile.textContent?.includes(galleryText.publicLink),
  );
  expect(marked.map((tile) => tile.getAttribute("data-id"))).toEqual(["b"]);
  fireEvent.click(viewer.getByRole("button", { name: imageText.publicLink }));
  expect(dialogs.share.value).toEqual({ id: "b", output: 0 });
});
