// The share dialog: what leaves through it, and what it copies.
import { cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ShareDialog } from "../../frontend/image/share-dialog.tsx";
import { pictureText } from "../../frontend/text/gallery.ts";
import { generation, later, no, ok, setUp } from "./support.ts";

configure({ asyncUtilTimeout: 5_000 });

const LINK = "https://studio.example/s/dialog";
const PROMPT = "A secret garden";
const share = vi.fn<(data: ShareData) => Promise<void>>();
/** What the clipboard was given, and whether that was inside the click. */
const written = vi.fn<(items: ClipboardItem[]) => Promise<void>>();
const writeText = vi.fn<(text: string) => Promise<void>>();
let isInClick = false;

class FakeClipboardItem {
  items: Record<string, Promise<Blob>>;
  constructor(items: Record<string, Promise<Blob>>) {
    this.items = items;
  }
}

beforeEach(() => {
  for (const mock of [share, written, writeText]) mock.mockReset();
  share.mockResolvedValue();
  // As Safari does: refused outside of a click, and waits for what was promised in it.
  written.mockImplementation(async (items) => {
    if (!isInClick) throw new DOMException("", "NotAllowedError");
    await (items[0] as unknown as FakeClipboardItem).items["text/plain"];
  });
  writeText.mockImplementation(async () => {
    if (!isInClick) throw new DOMException("", "NotAllowedError");
  });
  vi.stubGlobal("ClipboardItem", FakeClipboardItem);
  vi.stubGlobal("fetch", async () => new Response("pixels", { headers: { "Content-Type": "image/png" } }));
  const properties = { share, canShare: () => true, clipboard: { write: written, writeText } };
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(navigator, name, { value, configurable: true });
  }
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  for (const name of ["share", "canShare", "clipboard"]) Reflect.deleteProperty(navigator, name);
});

function click(element: Element) {
  isInClick = true;
  fireEvent.click(element);
  isInClick = false;
}

function open() {
  const world = setUp();
  world.api.share.mockResolvedValue(ok({ url: LINK }));
  const shown = generation("b", { status: "succeeded", prompt: PROMPT });
  render(<ShareDialog studio={world.studio} generation={shown} />);
  return world;
}
const linkSwitch = () => screen.getByRole<HTMLInputElement>("switch", { name: pictureText.shareOn });
const promptBox = () => screen.getByRole<HTMLInputElement>("checkbox", { name: pictureText.showPrompt });
const button = (name: string) => screen.findByRole("button", { name });
const dataOf = (call: number) => share.mock.calls[call]?.[0];

describe("the share sheet", () => {
  test("gets no prompt where the link hides it", async () => {
    open();
    click(await button(pictureText.sharePicture));
    click(linkSwitch());
    click(await button(pictureText.shareLink));
    expect(dataOf(0)?.files?.[0]?.name).toBe("image-b.png");
    expect(dataOf(1)).toEqual({ url: LINK });
  });

  test("gets the prompt once the link shows it, and not after it is hidden again", async () => {
    open();
    click(linkSwitch());
    const byLink = await button(pictureText.shareLink);
    click(promptBox());
    await waitFor(() => expect(promptBox().checked).toBe(true));
    click(byLink);
    click(await button(pictureText.sharePicture));
    expect(dataOf(0)).toEqual({ url: LINK, title: PROMPT });
    expect(dataOf(1)?.files?.[0]?.name).toBe("a-secret-garden-b.png");
    click(promptBox());
    await waitFor(() => expect(promptBox().checked).toBe(false));
    click(await button(pictureText.sharePicture));
    click(byLink);
    expect(dataOf(2)?.files?.[0]?.name).toBe("image-b.png");
    expect(dataOf(3)).toEqual({ url: LINK });
  });
});

describe("turning the link on", () => {
  test("copies it: the clipboard is asked in the click, and gets the link when it is known", async () => {
    const world = open();
    const answer = later<Awaited<ReturnType<typeof world.api.share>>>();
    world.api.share.mockReturnValueOnce(answer.promise);
    click(linkSwitch());
    expect(written).toHaveBeenCalledOnce();
    answer.resolve(ok({ url: LINK }));
    await button(pictureText.copied);
    const item = written.mock.calls[0]?.[0][0] as unknown as FakeClipboardItem;
    expect(await (await item.items["text/plain"])?.text()).toBe(LINK);
  });

  test("shows no error where the browser refuses the automatic copy, but does for the button", async () => {
    written.mockRejectedValue(new DOMException("", "NotAllowedError"));
    open();
    click(linkSwitch());
    const copyButton = await button(pictureText.copyLink);
    await waitFor(() => expect(linkSwitch().checked).toBe(true));
    expect(screen.queryByText(pictureText.copyFailed)).toBeNull();
    writeText.mockRejectedValueOnce(new DOMException("", "NotAllowedError"));
    click(copyButton);
    await screen.findByText(pictureText.copyFailed);
    click(copyButton);
    await button(pictureText.copied);
  });

  test("copies nothing where it fails", async () => {
    const world = open();
    world.api.share.mockResolvedValueOnce(no("storage_unavailable"));
    click(linkSwitch());
    await screen.findByText(/storage/);
    expect(screen.queryByText(pictureText.copied)).toBeNull();
    const item = written.mock.calls[0]?.[0][0] as unknown as FakeClipboardItem;
    await expect(item.items["text/plain"]).rejects.toThrow();
  });
});

test("the prompt's switch is off and disabled while there is no link", async () => {
  const world = open();
  expect([promptBox().disabled, promptBox().checked]).toEqual([true, false]);
  click(linkSwitch());
  await waitFor(() => expect(promptBox().disabled).toBe(false));
  expect(world.api.share).toHaveBeenLastCalledWith("b", false);
  click(promptBox());
  await waitFor(() => expect(promptBox().checked).toBe(true));
  click(linkSwitch());
  await waitFor(() => expect(promptBox().disabled).toBe(true));
  expect(promptBox().checked).toBe(false);
});
