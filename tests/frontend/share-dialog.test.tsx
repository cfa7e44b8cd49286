// The share dialog: the data it shares and copies, and what changes it from outside.
import { cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ShareDialog } from "../../frontend/image/share-dialog.tsx";
import { imageText } from "../../frontend/text/image.ts";
import { PartsProvider } from "../../frontend/ui/parts.ts";
import { failure, image, ok, setUp } from "./support.ts";

configure({ asyncUtilTimeout: 5_000 });

const LINK = "https://studio.example/s/dialog";
const PROMPT = "A secret garden";
const share = vi.fn<(data: ShareData) => Promise<void>>();
/** Writes to the clipboard. */
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
  // As in Safari: refused outside of a click; inside one, waits for the promised text.
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

function open(output?: number) {
  const world = setUp();
  world.api.share.mockResolvedValue(ok({ url: LINK }));
  const outputs = [0, 1].map((index) => ({
    url: `/images/b/${index}`,
    thumbnailUrl: `/images/b/${index}?size=thumb`,
    width: 10,
    height: 10,
  }));
  world.generations.upsert(image("b", { prompt: PROMPT, outputs }));
  const target = { id: "b", ...(output !== undefined && { output }) };
  world.dialogs.share.value = target;
  render(
    <PartsProvider value={world.parts}>
      <ShareDialog {...target} />
    </PartsProvider>,
  );
  return world;
}
const linkSwitch = () => screen.getByRole<HTMLInputElement>("switch", { name: imageText.publicLink });
const promptBox = () => screen.getByRole<HTMLInputElement>("checkbox", { name: imageText.showPrompt });
const button = (name: string) => screen.findByRole("button", { name });
const dataOf = (call: number) => share.mock.calls[call]?.[0];

describe("the share sheet", () => {
  test("gets no prompt while the link hides it", async () => {
    open();
    click(await button(imageText.shareImage));
    click(linkSwitch());
    click(await button(imageText.shareLink));
    expect(dataOf(0)?.files?.[0]?.name).toBe("image-b.png");
    expect(dataOf(1)).toEqual({ url: LINK });
  });

  test("gets the prompt while the link shows it", async () => {
    open();
    click(linkSwitch());
    const byLink = await button(imageText.shareLink);
    click(promptBox());
    await waitFor(() => expect(promptBox().checked).toBe(true));
    click(byLink);
    click(await button(imageText.shareImage));
    expect(dataOf(0)).toEqual({ url: LINK, title: PROMPT });
    expect(dataOf(1)?.files?.[0]?.name).toBe("a-secret-garden-b.png");
    click(promptBox());
    await waitFor(() => expect(promptBox().checked).toBe(false));
    click(await button(imageText.shareImage));
    click(byLink);
    expect(dataOf(2)?.files?.[0]?.name).toBe("image-b.png");
    expect(dataOf(3)).toEqual({ url: LINK });
  });
});

test("shares the output that is on the stage", async () => {
  open(1);
  click(await button(imageText.shareImage));
  expect(dataOf(0)?.files?.[0]?.name).toBe("image-b-2.png");
});

test("closes when its generation is deleted", () => {
  const { dialogs, generations } = open();
  generations.delete("b");
  expect(dialogs.share.value).toBeNull();
});

test("says that the link no longer works when it is turned off elsewhere", async () => {
  const { generations } = open();
  click(linkSwitch());
  await button(imageText.copied);
  generations.upsert(image("b", { prompt: PROMPT, shareUrl: null }));
  await screen.findByText(imageText.sharingStopped);
  expect(linkSwitch().checked).toBe(false);
});

describe("turning the link on", () => {
  test("starts the copy inside the click and completes it with the response", async () => {
    const world = open();
    const response = Promise.withResolvers<Awaited<ReturnType<typeof world.api.share>>>();
    world.api.share.mockReturnValueOnce(response.promise);
    click(linkSwitch());
    expect(written).toHaveBeenCalledOnce();
    response.resolve(ok({ url: LINK }));
    await button(imageText.copied);
    const item = written.mock.calls[0]?.[0][0] as unknown as FakeClipboardItem;
    expect(await (await item.items["text/plain"])?.text()).toBe(LINK);
  });

  test("shows no error when the browser refuses the automatic copy, but shows one for the button", async () => {
    written.mockRejectedValue(new DOMException("", "NotAllowedError"));
    open();
    click(linkSwitch());
    const copyButton = await button(imageText.copyLink);
    await waitFor(() => expect(linkSwitch().checked).toBe(true));
    expect(screen.queryByText(imageText.copyFailed)).toBeNull();
    writeText.mockRejectedValueOnce(new DOMException("", "NotAllowedError"));
    click(copyButton);
    await screen.findByText(imageText.copyFailed);
    click(copyButton);
    await button(imageText.copied);
  });

  test("copies nothing after a failed request", async () => {
    const world = open();
    world.api.share.mockResolvedValueOnce(failure("storage_unavailable"));
    click(linkSwitch());
    await screen.findByText(/storage/);
    expect(screen.queryByText(imageText.copied)).toBeNull();
    const item = written.mock.calls[0]?.[0][0] as unknown as FakeClipboardItem;
    await expect(item.items["text/plain"]).rejects.toThrow();
  });
});

test("the prompt's checkbox is off and disabled without a link", async () => {
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
