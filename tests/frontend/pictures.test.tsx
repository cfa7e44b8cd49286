// A picture's own page and the gallery, on the real components.
import { cleanup, configure, fireEvent, render, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { App } from "../../frontend/app.tsx";
import { createRouter } from "../../frontend/browser/router.ts";
import type { Generation, GenerationOptions } from "../../worker/contract.ts";
import { begin, generation, no, nobody, ok, setUp, snapshot } from "./support.ts";

// The first import of a lazy part compiles it; that is no part of what is tested here.
configure({ asyncUtilTimeout: 5_000 });
beforeAll(async () => {
  await import("../../frontend/gallery/gallery-page.tsx");
  await import("../../frontend/image/image-page.tsx");
  await import("../../frontend/image/share-dialog.tsx");
  await import("../../frontend/shell/sign-in-dialog.tsx");
}, 60_000);
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});
beforeEach(() => {
  history.replaceState(null, "", "/");
});

async function open(world: ReturnType<typeof setUp>) {
  const router = createRouter(window);
  render(<App studio={world.studio} router={router} />);
  await begin(world.studio, "");
  return router;
}

const prompt = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Prompt" });

describe("the picture view", () => {
  async function picture(world: ReturnType<typeof setUp>, options: GenerationOptions = {}) {
    world.api.list.mockResolvedValue(
      ok({
        items: ["c", "b", "a"].map((id) =>
          generation(id, { status: "succeeded", prompt: `picture ${id}`, options }),
        ),
        nextCursor: null,
      }),
    );
    const router = await open(world);
    router.go("/g/b");
    return { router, dialog: await screen.findByRole("dialog", { name: "picture b" }) };
  }

  test("shows the picture and goes to its neighbours by key", async () => {
    const { router, dialog } = await picture(setUp());
    expect(within(dialog).getByRole("img", { name: "picture b" }).getAttribute("src")).toBe("/images/b/0");
    const next = within(dialog).getByRole("button", { name: "Next picture" });
    fireEvent.keyDown(next, { key: "ArrowRight" });
    expect(router.route.value.picture).toBe("a");
    await screen.findByRole("dialog", { name: "picture a" });
    expect(next.getAttribute("aria-disabled"), "it was the last").toBe("true");
  });

  test("deletes at once, shows the next one, and brings it back for who thinks again", async () => {
    const world = setUp();
    const { dialog, router } = await picture(world);
    fireEvent.click(within(dialog).getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(router.route.value.picture).toBe("a"));
    const next = await screen.findByRole("dialog", { name: "picture a" });
    await within(next).findByText("1 picture deleted.");
    fireEvent.click(within(next).getByRole("button", { name: "Undo" }));
    fireEvent.keyDown(within(next).getByRole("button", { name: "Close" }), { key: "ArrowLeft" });
    await screen.findByRole("dialog", { name: "picture b" });
    expect(world.api.bulk).not.toHaveBeenCalled();
    expect(world.api.remove).not.toHaveBeenCalled();
  });

  test("shares: a link that is copied, shows the prompt or not, and is taken back", async () => {
    const world = setUp();
    const { dialog } = await picture(world);
    world.api.share.mockResolvedValue(ok({ url: "https://studio.example/s/xyz" }));
    fireEvent.click(within(dialog).getByRole("button", { name: "Share" }));
    const link = await screen.findByRole("switch", { name: "Public link" });
    fireEvent.click(link);
    const address = await screen.findByRole<HTMLInputElement>("textbox", { name: "Link" });
    expect(address.value).toBe("https://studio.example/s/xyz");
    expect(world.api.share).toHaveBeenLastCalledWith("b", false);
    fireEvent.click(screen.getByRole("checkbox", { name: "Show the prompt on the page" }));
    await waitFor(() => expect(world.api.share).toHaveBeenLastCalledWith("b", true));
    fireEvent.click(link);
    await screen.findByText("The link no longer works.");
    expect(world.api.unshare).toHaveBeenCalledWith("b");
  });

  describe("an open share dialog", () => {
    async function shared(world: ReturnType<typeof setUp>) {
      const { dialog } = await picture(world);
      world.sockets.latest().say(snapshot());
      world.api.share.mockResolvedValueOnce(ok({ url: "https://studio.example/s/open" }));
      fireEvent.click(within(dialog).getByRole("button", { name: "Share" }));
      fireEvent.click(await screen.findByRole("switch", { name: "Public link" }));
      await screen.findByRole("textbox", { name: "Link" });
      return {
        viewer: dialog,
        link: () => screen.getByRole<HTMLInputElement>("switch", { name: "Public link" }),
        words: screen.getByRole<HTMLInputElement>("checkbox", { name: "Show the prompt on the page" }),
        hears: (changes: Partial<Generation>) =>
          world.sockets.latest().say({
            type: "generation",
            generation: generation("b", { status: "succeeded", prompt: "picture b", ...changes }),
          }),
      };
    }

    test("says what failed where it can be seen, and shows what is so", async () => {
      const world = setUp();
      const { words } = await shared(world);
      world.api.share.mockResolvedValueOnce(no("storage_unavailable"));
      fireEvent.click(words);
      const dialog = screen.getByRole("dialog", { name: "Share this picture" });
      await within(dialog).findByText(/can't reach its storage/);
      await waitFor(() => expect(words.checked).toBe(false));
    });

    test("hears that its link was taken back elsewhere; the next one says nothing of the prompt", async () => {
      const world = setUp();
      const { link, words, hears } = await shared(world);
      world.api.share.mockResolvedValueOnce(ok({ url: "https://studio.example/s/open" }));
      fireEvent.click(words);
      await waitFor(() => expect(world.api.share).toHaveBeenLastCalledWith("b", true));
      hears({});
      await screen.findByText("The link no longer works.");
      expect([link().checked, words.checked]).toEqual([false, false]);
      expect(screen.queryByRole("textbox", { name: "Link" })).toBeNull();
    });

    test("keeps what else is changed elsewhere, and goes with its picture", async () => {
      const world = setUp();
      const { viewer, link, hears } = await shared(world);
      hears({ favorite: true, shareUrl: "https://studio.example/s/open" });
      fireEvent.click(link());
      await screen.findByText("The link no longer works.");
      expect(within(viewer).getByRole("button", { name: "Favourite", pressed: true })).toBeTruthy();
      world.sockets.latest().say({ type: "deleted", id: "b" });
      await waitFor(() => expect(screen.queryByRole("dialog", { name: "Share this picture" })).toBeNull());
    });
  });

  test("does by key what its buttons do", async () => {
    const world = setUp();
    const { dialog } = await picture(world);
    const stage = within(dialog).getByRole("button", { name: "Close" });
    world.api.favorite.mockResolvedValueOnce(
      ok({ generation: generation("b", { status: "succeeded", prompt: "picture b", favorite: true }) }),
    );
    fireEvent.keyDown(stage, { key: "f" });
    await waitFor(() => expect(world.api.favorite).toHaveBeenCalledWith("b", true));
    await waitFor(() =>
      expect(within(dialog).getByRole("button", { name: "Favourite" }).getAttribute("aria-pressed")).toBe(
        "true",
      ),
    );
    fireEvent.keyDown(stage, { key: "s" });
    await screen.findByRole("dialog", { name: "Share this picture" });
  });

  test("Remix fills the form, without the seed, and leaves the cursor in the prompt", async () => {
    const world = setUp();
    const options = { seed: 7, aspectRatio: "16:9" } as const;
    const { dialog, router } = await picture(world, options);
    fireEvent.click(within(dialog).getByRole("button", { name: "Remix" }));
    expect(router.route.value).toMatchObject({ page: "studio", picture: null });
    expect(prompt().value).toBe("picture b");
    expect(world.studio.composer.options.value).toEqual({ aspectRatio: "16:9" });
    await waitFor(() => expect(document.activeElement).toBe(prompt()));
  });

  test("Use this seed locks the seed, shows it at the form, and can be removed there", async () => {
    const world = setUp();
    const { dialog, router } = await picture(world, { seed: 7 });
    fireEvent.click(within(dialog).getByRole("button", { name: "Use this seed" }));
    expect(router.route.value).toMatchObject({ page: "studio", picture: null });
    const chip = await screen.findByRole("button", { name: "Remove seed 7" });
    expect(prompt().value, "the prompt is left alone").toBe("");
    fireEvent.click(chip);
    await waitFor(() => expect(screen.queryByRole("button", { name: "Remove seed 7" })).toBeNull());
    expect(world.studio.composer.options.value).toEqual({});
  });

  test("with single keys off, letters do nothing and arrows still work", async () => {
    const world = setUp({ kept: { keys: "off" } });
    const { dialog, router } = await picture(world);
    const stage = within(dialog).getByRole("button", { name: "Close" });
    for (const key of ["f", "d", "s", "z", "+", "-", "="]) fireEvent.keyDown(stage, { key });
    expect(world.api.favorite).not.toHaveBeenCalled();
    expect(world.studio.sharing.value).toBeNull();
    fireEvent.keyDown(stage, { key: "ArrowRight" });
    expect(router.route.value.picture).toBe("a");
  });

  test.each([
    ["a Cyrillic layout", { key: "ы", code: "KeyS" }],
    ["a Greek layout", { key: "σ", code: "KeyS" }],
    ["a Hebrew layout", { key: "ד", code: "KeyS" }],
    ["Caps Lock", { key: "S", code: "KeyS" }],
  ])("letters work with %s", async (_, key) => {
    const world = setUp();
    const { dialog } = await picture(world);
    fireEvent.keyDown(within(dialog).getByRole("button", { name: "Close" }), key);
    await screen.findByRole("dialog", { name: "Share this picture" });
  });

  test("a screen reader hears the prompt once on opening, and with each step", async () => {
    const long = "a red kite over the dunes, ".repeat(20).trim();
    const world = setUp();
    world.api.list.mockResolvedValue(
      ok({
        items: ["b", "a"].map((id) =>
          generation(id, { status: "succeeded", prompt: id === "b" ? long : "picture a" }),
        ),
        nextCursor: null,
      }),
    );
    const router = await open(world);
    router.go("/g/b");
    const dialog = await screen.findByRole("dialog", { name: /^a red kite/ });
    expect(dialog.getAttribute("aria-label")?.length).toBeLessThanOrEqual(80);
    const status = () => dialog.querySelector("p.sr-only[role=status]")?.textContent;
    expect(status()).toBe("");
    router.go("/g/a");
    await waitFor(() => expect(status()).toBe("picture a"));
  });

  test("More like this makes one at once, and leads to it", async () => {
    const world = setUp();
    const { dialog, router } = await picture(world);
    fireEvent.click(within(dialog).getByRole("button", { name: "More like this" }));
    expect(world.api.generate.mock.calls[0]?.[0]).toEqual({ prompt: "picture b", model: "truefusion-pro" });
    fireEvent.click(await within(dialog).findByRole("button", { name: "See it" }));
    expect(router.route.value.page).toBe("studio");
  });

  test("every click on More like this counts and is confirmed, a held key once", async () => {
    const world = setUp();
    world.api.generate.mockReturnValue(new Promise(() => {}));
    const { dialog } = await picture(world);
    const again = within(dialog).getByRole("button", { name: "More like this" });
    fireEvent.click(again, { detail: 1 });
    await within(dialog).findByText("One more like this is being generated.");
    for (const detail of [2, 3]) fireEvent.click(again, { detail });
    expect(world.api.generate).toHaveBeenCalledTimes(3);
    await within(dialog).findByText("3 more like this, the last one being generated.");
    fireEvent.click(again, { detail: 4 });
    await within(dialog).findByText("4 more like this, the last one queued.");
    expect(world.studio.orders.waiting.value).toHaveLength(1);
    for (let count = 0; count < 25; count += 1) fireEvent.click(again);
    await within(dialog).findByText("Up next is full. Your prompt is kept here.");
    expect(world.studio.orders.waiting.value).toHaveLength(20);
    fireEvent.keyDown(again, { key: "Enter" });
    expect(fireEvent.keyDown(again, { key: "Enter", repeat: true }), "held").toBe(false);
    fireEvent.keyUp(again, { key: "Enter" });
  });

  test("a picture that leaves its list while it is looked at stays on the screen", async () => {
    const world = setUp();
    const items = ["c", "b", "a"].map((id) =>
      generation(id, { status: "succeeded", prompt: `picture ${id}`, favorite: true }),
    );
    world.api.list.mockResolvedValue(ok({ items, nextCursor: null }));
    world.api.favorite.mockResolvedValue(
      ok({ generation: generation("b", { status: "succeeded", prompt: "picture b" }) }),
    );
    const router = await open(world);
    router.go("/gallery?favorite=true");
    await screen.findAllByRole("listitem");
    router.go("/g/b");
    const dialog = await screen.findByRole("dialog", { name: "picture b" });
    fireEvent.click(within(dialog).getByRole("button", { name: "Favourite", pressed: true }));
    await within(dialog).findByRole("button", { name: "Favourite", pressed: false });
    expect(screen.getByRole("dialog", { name: "picture b" })).toBe(dialog);
    expect(within(dialog).getByRole("img", { name: "picture b" })).toBeTruthy();
  });

  test("a picture of several shows them all", async () => {
    const world = setUp();
    const several = [0, 1].map((n) => ({
      url: `/images/m/${n}`,
      thumbnailUrl: `/images/m/${n}?size=thumb`,
      width: 1024,
      height: 1024,
    }));
    world.api.prediction.mockResolvedValue(
      ok({ generation: generation("m", { status: "succeeded", prompt: "many", outputs: several }) }),
    );
    const router = await open(world);
    router.go("/g/m");
    const dialog = await screen.findByRole("dialog", { name: "many" });
    fireEvent.click(within(dialog).getByRole("button", { name: "2 of 2" }));
    await waitFor(() =>
      expect(within(dialog).getByRole("img", { name: "many" }).getAttribute("src")).toBe("/images/m/1"),
    );
    expect(within(dialog).getByRole("link", { name: "Download" }).getAttribute("href")).toBe(
      "/images/m/1?download",
    );
  });

  test("one that failed says why", async () => {
    const world = setUp();
    const error = { code: "timed_out", message: "" } as const;
    world.api.prediction.mockResolvedValue(ok({ generation: generation("f", { status: "failed", error }) }));
    const router = await open(world);
    router.go("/g/f");
    const dialog = await screen.findByRole("dialog", { name: "a red kite" });
    within(dialog).getByRole("heading", { name: /took too long/ });
    expect(within(dialog).queryByRole("link", { name: "Download" })).toBeNull();
  });

  test("a stranger who follows the address of a picture is asked to sign in, and then sees it", async () => {
    history.replaceState(null, "", "/g/b");
    const world = setUp();
    world.api.session.mockResolvedValueOnce(ok(nobody()));
    world.api.prediction.mockResolvedValue(ok({ generation: generation("b", { status: "succeeded" }) }));
    await open(world);
    const invitation = await screen.findByRole("heading", { name: "Sign in to see your pictures" });
    fireEvent.click(within(screen.getByRole("main")).getByRole("button", { name: "Sign in" }));
    const dialog = await screen.findByRole("dialog", { name: "Sign in" });
    fireEvent.click(within(dialog).getByRole("button", { name: "Sign in" }));
    await screen.findByRole("dialog", { name: "a red kite" });
    expect(invitation.isConnected).toBe(false);
    expect(world.api.generate).not.toHaveBeenCalled();
  });

  test("someone else's picture is just not here", async () => {
    history.replaceState(null, "", "/g/zzz");
    await open(setUp());
    expect(await screen.findByRole("heading", { name: "This picture isn't here" })).toBeTruthy();
  });
});

describe("the gallery", () => {
  test("asks a stranger to sign in", async () => {
    history.replaceState(null, "", "/gallery");
    const world = setUp();
    world.api.session.mockResolvedValue(ok(nobody()));
    await open(world);
    await screen.findByRole("heading", { name: "Sign in to see your pictures" });
  });

  beforeEach(() => {
    // Nothing is laid out here, and a row as wide as nothing is as high.
    vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1_000);
  });

  async function gallery(world: ReturnType<typeof setUp>, search = "") {
    history.replaceState(null, "", `/gallery${search}`);
    // The first list is the studio page's.
    world.api.list.mockResolvedValueOnce(ok({ items: [], nextCursor: null }));
    return open(world);
  }
  const pictures = (...ids: string[]) =>
    ok({
      items: ids.map((id) => generation(id, { status: "succeeded", prompt: `picture ${id}` })),
      nextCursor: null,
    });

  test("shows what there is, and a failure with a way on", async () => {
    const world = setUp();
    const opened = gallery(world);
    world.api.list.mockResolvedValueOnce(no("storage_unavailable"));
    world.api.list.mockResolvedValue(pictures("a"));
    await opened;
    fireEvent.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("link", { name: "Open: picture a" })).toBeTruthy();
    await screen.findByText("That's all of them.");
  });

  test.each([
    ["", "No pictures yet"],
    ["?q=zebra", "Nothing found for “zebra”"],
    ["?status=failed", "Nothing here"],
    ["?favorite=true&q=zebra", "No picture matches these filters"],
  ])("with nothing to show says why: %s", async (search, title) => {
    await gallery(setUp(), search);
    await screen.findByRole("heading", { name: title });
  });

  test("filters are chips that take themselves away", async () => {
    const world = setUp();
    const router = await gallery(world, "?q=fox&model=truefusion-edge&favorite=true");
    fireEvent.click(await screen.findByRole("button", { name: "Remove filter: Fast preview" }));
    expect(router.route.value.search).toBe("?q=fox&favorite=true");
    fireEvent.click(await screen.findByRole("button", { name: "Clear all" }));
    await waitFor(() => expect(screen.queryByRole("button", { name: /^Remove filter/ })).toBeNull());
    expect(router.route.value.search).toBe("");
  });

  test("chooses by mark, by range and by key; Escape ends it", async () => {
    const world = setUp();
    const opened = gallery(world);
    world.api.list.mockResolvedValue(pictures("a", "b", "c", "d"));
    await opened;
    fireEvent.click(await screen.findByRole("checkbox", { name: "Select: picture a" }));
    const bar = await screen.findByRole("group", { name: "Select" });
    fireEvent.click(screen.getByRole("checkbox", { name: "Select: picture c" }), { shiftKey: true });
    await within(bar).findByText("3 selected");
    fireEvent.keyDown(screen.getByRole("link", { name: "Open: picture b" }), { key: "x" });
    fireEvent.click(within(bar).getByRole("button", { name: "Select all 4 loaded" }));
    await within(bar).findByText("4 selected");
    fireEvent.keyDown(bar, { key: "Escape" });
    await waitFor(() => expect(screen.queryByRole("group", { name: "Select" })).toBeNull());
  });

  test("what is deleted leaves at once, and undo puts it back in its place", async () => {
    const world = setUp();
    const opened = gallery(world);
    world.api.list.mockResolvedValue(pictures("a", "b", "c"));
    await opened;
    const link = await screen.findByRole("link", { name: "Open: picture b" });
    link.focus();
    expect(fireEvent.keyDown(link, { key: "Delete", repeat: true }), "held: nobody's").toBe(false);
    expect(world.studio.hidden.value.size).toBe(0);
    fireEvent.click(await screen.findByRole("checkbox", { name: "Select: picture b" }));
    const remove = within(await screen.findByRole("group", { name: "Select" })).getByRole("button", {
      name: "Delete",
    });
    remove.focus();
    fireEvent.click(remove);
    const shown = () =>
      screen
        .getAllByRole("link", { name: /^Open/ })
        .map((link) => link.ariaLabel ?? link.getAttribute("aria-label"));
    await waitFor(() => expect(shown()).toEqual(["Open: picture a", "Open: picture c"]));
    const focused = () => document.activeElement?.getAttribute("aria-label");
    await waitFor(() => expect(String(focused()), "on in the grid").toMatch(/^Open: picture [ac]$/));
    const undo = screen.getByRole("button", { name: "Undo" });
    const before = focused();
    undo.focus();
    fireEvent.click(undo);
    await waitFor(() => expect(shown()).toHaveLength(3));
    expect(focused(), "back where one was").toBe(before);
    expect(shown()[1]).toBe("Open: picture b");
    expect(world.api.bulk).not.toHaveBeenCalled();
  });
});
