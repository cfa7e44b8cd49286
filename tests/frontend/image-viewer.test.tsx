// An open image in the whole studio: its keys and buttons, the share dialog, and where they lead.
import { act, cleanup, configure, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { createText } from "../../frontend/text/create.ts";
import { errors, failureSentences } from "../../frontend/text/errors.ts";
import { galleryText } from "../../frontend/text/gallery.ts";
import { imageText } from "../../frontend/text/image.ts";
import { stylesText } from "../../frontend/text/styles.ts";
import { menuText } from "../../frontend/text/menu.ts";
import type { Generation, GenerationOptions } from "../../worker/api/schemas/generation.ts";
import { openApp } from "./render-app.tsx";
import { failure, generation, image, ok, setUp, signedOut, snapshot } from "./support.ts";

// The first import of a chunk compiles it.
configure({ asyncUtilTimeout: 5_000 });
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});
beforeEach(() => {
  history.replaceState(null, "", "/");
});

const LINK = "https://studio.example/s/xyz";
const withPrompt = (id: string, changes: Partial<Generation> = {}) =>
  image(id, { prompt: `image ${id}`, ...changes });
const prompt = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: commonText.prompt });

/** The second of three images, opened from the Create page. */
async function open(options: GenerationOptions = {}, stored: Record<string, string> = {}) {
  const world = setUp({ stored });
  world.api.list.mockResolvedValue(
    ok({ items: ["c", "b", "a"].map((id) => withPrompt(id, { options })), nextCursor: null }),
  );
  const app = await openApp(world);
  await screen.findByRole("link", { name: createText.open("image b") });
  await act(() => app.router.go("/g/b"));
  const dialog = await screen.findByRole("dialog", { name: "image b" });
  const viewer = within(dialog);
  return {
    ...app,
    dialog,
    viewer,
    press: (key: string | object) =>
      fireEvent.keyDown(
        viewer.getByRole("button", { name: imageText.close }),
        typeof key === "string" ? { key } : key,
      ),
    click: (name: string) => fireEvent.click(viewer.getByRole("button", { name })),
  };
}

test("shows the image, and its neighbors by key", async () => {
  const { viewer, router } = await open();
  expect(viewer.getByRole("img", { name: "image b" }).getAttribute("src")).toBe("/images/b/0");
  const next = viewer.getByRole("button", { name: imageText.next });
  fireEvent.keyDown(next, { key: "ArrowRight" });
  expect(router.route.value.imageId).toBe("a");
  await screen.findByRole("dialog", { name: "image a" });
  await waitFor(() => expect(next.getAttribute("aria-disabled"), "the last image").toBe("true"));
});

test("Delete shows the next image, and Undo brings the image back", async () => {
  const { api, click, router } = await open();
  click(imageText.delete);
  await waitFor(() => expect(router.route.value.imageId).toBe("a"));
  const next = within(await screen.findByRole("dialog", { name: "image a" }));
  await next.findByText(galleryText.deleted(1));
  fireEvent.click(next.getByRole("button", { name: galleryText.undo }));
  fireEvent.keyDown(next.getByRole("button", { name: imageText.close }), { key: "ArrowLeft" });
  await screen.findByRole("dialog", { name: "image b" });
  expect([api.bulk.mock.calls, api.remove.mock.calls]).toEqual([[], []]);
});

test("Share creates a link, shows the prompt on its page or not, and revokes the link", async () => {
  const { api, click } = await open();
  api.share.mockResolvedValue(ok({ url: LINK }));
  click(imageText.share);
  const link = await screen.findByRole("switch", { name: imageText.publicLink });
  fireEvent.click(link);
  const address = await screen.findByRole<HTMLInputElement>("textbox", { name: imageText.link });
  expect(address.value).toBe(LINK);
  expect(api.share).toHaveBeenLastCalledWith("b", false);
  fireEvent.click(screen.getByRole("checkbox", { name: imageText.showPrompt }));
  await waitFor(() => expect(api.share).toHaveBeenLastCalledWith("b", true));
  fireEvent.click(link);
  await screen.findByText(imageText.sharingStopped);
  expect(api.unshare).toHaveBeenCalledWith("b");
});

describe("an open share dialog", () => {
  async function shared() {
    const app = await open();
    app.sockets.latest().push(snapshot());
    app.api.share.mockResolvedValueOnce(ok({ url: LINK }));
    app.click(imageText.share);
    fireEvent.click(await screen.findByRole("switch", { name: imageText.publicLink }));
    await screen.findByRole("textbox", { name: imageText.link });
    return {
      ...app,
      link: () => screen.getByRole<HTMLInputElement>("switch", { name: imageText.publicLink }),
      showPrompt: screen.getByRole<HTMLInputElement>("checkbox", { name: imageText.showPrompt }),
      push: (changes: Partial<Generation>) =>
        app.sockets.latest().push({ type: "generation", generation: withPrompt("b", changes) }),
    };
  }

  test("shows an error, and the true state of its switches", async () => {
    const { api, showPrompt } = await shared();
    api.share.mockResolvedValueOnce(failure("storage_unavailable"));
    fireEvent.click(showPrompt);
    const dialog = screen.getByRole("dialog", { name: imageText.shareTitle });
    await within(dialog).findByText(errors.sentence("storage_unavailable"));
    await waitFor(() => expect(showPrompt.checked).toBe(false));
  });

  test("shows that its link was revoked elsewhere; the next link hides the prompt", async () => {
    const { api, link, showPrompt, push } = await shared();
    api.share.mockResolvedValueOnce(ok({ url: LINK }));
    fireEvent.click(showPrompt);
    await waitFor(() => expect(api.share).toHaveBeenLastCalledWith("b", true));
    push({});
    await screen.findByText(imageText.sharingStopped);
    expect([link().checked, showPrompt.checked]).toEqual([false, false]);
    expect(screen.queryByRole("textbox", { name: imageText.link })).toBeNull();
  });

  test("keeps changes from elsewhere, and closes when its image is deleted", async () => {
    const { sockets, viewer, link, push } = await shared();
    push({ favorite: true, shareUrl: LINK });
    fireEvent.click(link());
    await screen.findByText(imageText.sharingStopped);
    expect(viewer.getByRole("button", { name: imageText.favorite, pressed: true })).toBeTruthy();
    sockets.latest().push({ type: "deleted", id: "b" });
    await waitFor(() => expect(screen.queryByRole("dialog", { name: imageText.shareTitle })).toBeNull());
  });
});

test("keys do what the buttons do", async () => {
  const { api, viewer, press } = await open();
  api.favorite.mockResolvedValueOnce(ok({ generation: withPrompt("b", { favorite: true }) }));
  press("f");
  await waitFor(() => expect(api.favorite).toHaveBeenCalledWith("b", true));
  await viewer.findByRole("button", { name: imageText.favorite, pressed: true });
  press("s");
  await screen.findByRole("dialog", { name: imageText.shareTitle });
});

test("Edit fills the form, without the seed, and puts the cursor into the prompt", async () => {
  const { composer, router, click } = await open({ seed: 7, aspectRatio: "16:9" });
  click(imageText.edit);
  expect(router.route.value).toMatchObject({ page: "create", imageId: null });
  expect(prompt().value).toBe("image b");
  expect(composer.options.value).toEqual({ aspectRatio: "16:9" });
  await waitFor(() => expect(document.activeElement).toBe(prompt()));
});

test("Use this seed locks the seed, shows it at the form, and can be undone there", async () => {
  const { composer, router, click } = await open({ seed: 7 });
  click(imageText.useSeed);
  expect(router.route.value).toMatchObject({ page: "create", imageId: null });
  const chip = await screen.findByRole("button", { name: createText.seedRemove("7") });
  expect(prompt().value, "the prompt stays").toBe("");
  fireEvent.click(chip);
  await waitFor(() => expect(screen.queryByRole("button", { name: createText.seedRemove("7") })).toBeNull());
  expect(composer.options.value).toEqual({});
});

test("with single keys turned off, letters do nothing and arrows still work", async () => {
  const { api, dialogs, router, press } = await open({}, { keys: "off" });
  for (const key of ["f", "d", "s", "z", "+", "-", "="]) press(key);
  expect(api.favorite).not.toHaveBeenCalled();
  expect(dialogs.share.value).toBeNull();
  press("ArrowRight");
  expect(router.route.value.imageId).toBe("a");
});

test.each([
  ["a Cyrillic layout", { key: "ы", code: "KeyS" }],
  ["a Greek layout", { key: "σ", code: "KeyS" }],
  ["a Hebrew layout", { key: "ד", code: "KeyS" }],
  ["Caps Lock", { key: "S", code: "KeyS" }],
])("letters work with %s", async (_, key) => {
  const { press } = await open();
  press(key);
  await screen.findByRole("dialog", { name: imageText.shareTitle });
});

test("a screen reader hears the prompt once on opening, and with each step", async () => {
  const long = "a red kite over the dunes, ".repeat(20).trim();
  const world = setUp();
  const items = [image("b", { prompt: long }), withPrompt("a")];
  world.api.list.mockResolvedValue(ok({ items, nextCursor: null }));
  const { router } = await openApp(world);
  await act(() => router.go("/g/b"));
  const dialog = await screen.findByRole("dialog", { name: /^a red kite/ });
  expect(dialog.getAttribute("aria-label")?.length).toBeLessThanOrEqual(80);
  const status = () => dialog.querySelector("p.sr-only[role=status]")?.textContent;
  expect(status()).toBe("");
  await act(() => router.go("/g/a"));
  await waitFor(() => expect(status()).toBe("image a"));
});

test("Again creates another one with each click; a held key counts once", async () => {
  const { api, outbox, router, viewer } = await open();
  api.generate.mockReturnValue(new Promise(() => {}));
  const again = viewer.getByRole("button", { name: imageText.again });
  fireEvent.click(again, { detail: 1 });
  expect(api.generate.mock.calls[0]?.[0]).toEqual({ prompt: "image b", model: "truefusion-pro" });
  await viewer.findByText(imageText.againDone(1, false));
  for (const detail of [2, 3]) fireEvent.click(again, { detail });
  expect(api.generate).toHaveBeenCalledTimes(3);
  await viewer.findByText(imageText.againDone(3, false));
  fireEvent.click(again, { detail: 4 });
  await viewer.findByText(imageText.againDone(4, true));
  expect(outbox.queued.value).toHaveLength(1);
  for (let count = 0; count < 25; count += 1) fireEvent.click(again);
  await viewer.findByText(imageText.queueFull);
  expect(outbox.queued.value).toHaveLength(20);
  fireEvent.keyDown(again, { key: "Enter" });
  expect(fireEvent.keyDown(again, { key: "Enter", repeat: true }), "held").toBe(false);
  fireEvent.click(viewer.getByRole("button", { name: imageText.view }));
  expect(router.route.value).toMatchObject({ page: "create", imageId: null });
});

test("an image that leaves its list while it is open stays on the screen", async () => {
  const world = setUp();
  const items = ["c", "b", "a"].map((id) => withPrompt(id, { favorite: true }));
  world.api.list.mockResolvedValue(ok({ items, nextCursor: null }));
  world.api.favorite.mockResolvedValue(ok({ generation: withPrompt("b") }));
  const { router } = await openApp(world);
  await act(() => router.go("/gallery?favorite=true"));
  await screen.findAllByRole("listitem");
  await act(() => router.go("/g/b"));
  const dialog = await screen.findByRole("dialog", { name: "image b" });
  fireEvent.click(within(dialog).getByRole("button", { name: imageText.favorite, pressed: true }));
  await within(dialog).findByRole("button", { name: imageText.favorite, pressed: false });
  expect(screen.getByRole("dialog", { name: "image b" })).toBe(dialog);
  expect(within(dialog).getByRole("img", { name: "image b" })).toBeTruthy();
});

test("a generation with several outputs shows them all", async () => {
  const world = setUp();
  const outputs = [0, 1].map((index) => ({
    url: `/images/m/${index}`,
    thumbnailUrl: `/images/m/${index}?size=thumb`,
    width: 1024,
    height: 1024,
  }));
  world.api.prediction.mockResolvedValue(ok({ generation: image("m", { prompt: "many", outputs }) }));
  const { router } = await openApp(world);
  await act(() => router.go("/g/m"));
  const viewer = within(await screen.findByRole("dialog", { name: "many" }));
  fireEvent.click(await viewer.findByRole("button", { name: imageText.output(2, 2) }));
  await waitFor(() =>
    expect(viewer.getByRole("img", { name: "many" }).getAttribute("src")).toBe("/images/m/1"),
  );
  const download = () => viewer.getByRole("link", { name: imageText.download }).getAttribute("href");
  expect(download()).toBe("/images/m/1?download");
  expect(location.pathname + location.search, "a reload shows the same one").toBe("/g/m?output=1");
  await act(() => router.go("/g/m?output=7", true));
  await waitFor(() => expect(download(), "there is no eighth image").toBe("/images/m/0?download"));
});

test("shows the style and how many images were asked for", async () => {
  const world = setUp();
  const options = { style: "watercolor", count: 4 } as const;
  world.api.prediction.mockResolvedValue(ok({ generation: image("m", { prompt: "many", options }) }));
  const { router } = await openApp(world);
  await act(() => router.go("/g/m"));
  const viewer = within(await screen.findByRole("dialog", { name: "many" }));
  const valueOf = async (term: string) => (await viewer.findByText(term)).nextElementSibling?.textContent;
  expect(await valueOf(stylesText.title)).toBe("Watercolor");
  expect(await valueOf(imageText.count), "with one of them made").toBe("1 of 4");
});

test("a failed generation says why", async () => {
  const world = setUp();
  const error = { code: "timed_out", message: "" } as const;
  world.api.prediction.mockResolvedValue(ok({ generation: generation("f", { status: "failed", error }) }));
  const { router } = await openApp(world);
  await act(() => router.go("/g/f"));
  const viewer = within(await screen.findByRole("dialog", { name: "a red kite" }));
  await viewer.findByRole("heading", { name: failureSentences.timed_out });
  expect(viewer.queryByRole("link", { name: imageText.download })).toBeNull();
});

test("a signed-out user who opens an image's address signs in, and then sees it", async () => {
  history.replaceState(null, "", "/g/b");
  const world = setUp();
  world.api.session.mockResolvedValueOnce(ok(signedOut()));
  world.api.prediction.mockResolvedValue(ok({ generation: image("b") }));
  const { api } = await openApp(world);
  const invitation = await screen.findByRole("heading", { name: galleryText.signIn });
  fireEvent.click(within(screen.getByRole("main")).getByRole("button", { name: menuText.signIn }));
  const dialog = await screen.findByRole("dialog", { name: menuText.signIn });
  fireEvent.click(within(dialog).getByRole("button", { name: menuText.signIn }));
  await screen.findByRole("dialog", { name: "a red kite" });
  expect(invitation.isConnected).toBe(false);
  expect(api.generate).not.toHaveBeenCalled();
});

test("another user's image is not found", async () => {
  history.replaceState(null, "", "/g/zzz");
  await openApp();
  expect(await screen.findByRole("heading", { name: imageText.missing })).toBeTruthy();
});
