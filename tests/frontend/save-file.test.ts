/** Files go to the share sheet in a home-screen app on iOS; elsewhere they are downloaded. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { downloadImage } from "../../frontend/image/download.ts";
import { isHomeScreenApp, saveFile, takeOverDownloads } from "../../frontend/browser/save-file.ts";
import { downloadZip } from "../../frontend/gallery/zip-download.ts";
import { createToasts } from "../../frontend/studio/toasts.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { image, memoryStore } from "./support.ts";

const share = vi.fn<(data: ShareData) => Promise<void>>();
const fetched = vi.fn<(url: string) => Promise<Response>>();
const notify = vi.fn();

function become(device: {
  standalone?: boolean;
  userAgent?: string;
  maxTouchPoints?: number;
  installed?: boolean;
}) {
  const { installed = false, ...properties } = device;
  for (const [name, value] of Object.entries({ share, ...properties })) {
    Object.defineProperty(navigator, name, { value, configurable: true });
  }
  vi.stubGlobal("matchMedia", (query: string) => ({ matches: installed && query.includes("standalone") }));
}
/** The anchor's default action, which leaves the page in a home-screen app. */
const followed = vi.fn();
function follow(event: Event) {
  if (!event.defaultPrevented) followed();
  event.preventDefault();
}

beforeEach(() => {
  for (const mock of [share, fetched, notify, followed]) mock.mockReset();
  share.mockResolvedValue();
  const headers = {
    "Content-Type": "image/png",
    "Content-Disposition": `attachment; filename="fox.png"; filename*=UTF-8''${encodeURIComponent("लोमड़ी.png")}`,
  };
  fetched.mockImplementation(async () => new Response("pixels", { headers }));
  vi.stubGlobal("fetch", fetched);
  addEventListener("click", follow);
});
afterEach(() => {
  removeEventListener("click", follow);
  for (const name of ["share", "standalone", "userAgent", "maxTouchPoints"])
    Reflect.deleteProperty(navigator, name);
  vi.unstubAllGlobals();
  takeOverDownloads(notify);
  document.body.replaceChildren();
});

function link(href: string): HTMLAnchorElement {
  const anchor = document.createElement("a");
  anchor.href = href;
  anchor.download = "";
  anchor.append(document.createElement("span"));
  document.body.append(anchor);
  return anchor;
}
const sharedFile = () => share.mock.calls[0]?.[0].files?.[0];
const shown = image("b");
const [output] = shown.outputs;
if (!output) throw new Error("The image has no output.");

const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15";
const MAC =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15";

test.each([
  ["an iPhone's home-screen app", { standalone: true, userAgent: IPHONE, maxTouchPoints: 5 }, true],
  ["one that only tells its display mode", { userAgent: IPHONE, maxTouchPoints: 5, installed: true }, true],
  ["an iPad's, which calls itself a Mac", { userAgent: MAC, maxTouchPoints: 5, installed: true }, true],
  ["Safari on an iPhone", { standalone: false, userAgent: IPHONE, maxTouchPoints: 5 }, false],
  ["an installed app on a Mac", { userAgent: MAC, maxTouchPoints: 0, installed: true }, false],
  [
    "an installed app on Android",
    { userAgent: "Mozilla/5.0 (Linux; Android 15)", maxTouchPoints: 5, installed: true },
    false,
  ],
])("%s: %o is %s", (_, device, expected) => {
  become(device);
  expect(isHomeScreenApp()).toBe(expected);
});

describe("in a home-screen app on iOS", () => {
  beforeEach(() => {
    become({ standalone: true, userAgent: IPHONE, maxTouchPoints: 5 });
    takeOverDownloads(notify);
    takeOverDownloads(notify);
  });

  test("a download link opens the share sheet with the file under the Worker's name", async () => {
    link("/images/b/0?download").querySelector("span")?.click();
    await vi.waitFor(() => expect(share).toHaveBeenCalledOnce());
    expect(fetched).toHaveBeenCalledOnce();
    expect(fetched.mock.calls[0]?.[0]).toMatch(/\/images\/b\/0\?download$/);
    expect([sharedFile()?.name, sharedFile()?.type]).toEqual(["लोमड़ी.png", "image/png"]);
    expect(Object.keys(share.mock.calls[0]?.[0] ?? {})).toEqual(["files"]);
    expect(followed).not.toHaveBeenCalled();
  });

  test("the key for a download and a part of an export open it too", async () => {
    downloadImage(output);
    await vi.waitFor(() => expect(share).toHaveBeenCalledTimes(1));
    const headers = { "Content-Disposition": 'attachment; filename="image-studio-part-1.zip"' };
    fetched.mockResolvedValue(new Response("zip", { headers }));
    link("/api/account/export?part=1").click();
    await vi.waitFor(() => expect(share).toHaveBeenCalledTimes(2));
    expect(share.mock.calls[1]?.[0].files?.[0]?.name).toBe("image-studio-part-1.zip");
    expect(followed).not.toHaveBeenCalled();
  });

  test("a zip file opens it too", async () => {
    await downloadZip(createToasts(), memoryStore(), [shown]);
    expect(sharedFile()?.name).toMatch(/^images-[\d-]+\.zip$/);
    expect(sharedFile()?.type).toBe("application/zip");
    expect(followed).not.toHaveBeenCalled();
  });

  test("asks for another click if the first one is too long ago", async () => {
    share.mockRejectedValueOnce(new DOMException("", "NotAllowedError"));
    link("/images/b/0?download").click();
    await vi.waitFor(() => expect(notify).toHaveBeenLastCalledWith(galleryText.fileReady, expect.anything()));
    notify.mock.lastCall?.[1].run();
    await vi.waitFor(() => expect(share).toHaveBeenCalledTimes(2));
    expect(fetched, "the file is kept").toHaveBeenCalledOnce();
  });

  test("shows an error for a failed fetch, not for a closed sheet", async () => {
    share.mockRejectedValueOnce(new DOMException("", "AbortError"));
    await saveFile(notify, new File(["x"], "x.png"));
    expect(notify).not.toHaveBeenCalled();
    fetched.mockResolvedValueOnce(new Response(null, { status: 404 }));
    link("/images/b/0?download").click();
    await vi.waitFor(() => expect(notify).toHaveBeenLastCalledWith(galleryText.notSaved));
    expect(share).toHaveBeenCalledOnce();
  });
});

test("elsewhere a download link is followed", () => {
  become({ userAgent: MAC, maxTouchPoints: 0 });
  takeOverDownloads(notify);
  link("/images/b/0?download").click();
  downloadImage(output);
  expect(followed).toHaveBeenCalledTimes(2);
  expect([share, fetched].map((mock) => mock.mock.calls)).toEqual([[], []]);
});
