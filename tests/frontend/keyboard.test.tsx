/** Keys of the form and the gallery, on the real components: input methods, Ctrl and Cmd, Enter, Undo. */
import { cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { App } from "../../frontend/app.tsx";
import { galleryOf } from "../../frontend/studio/image-lists.ts";
import { openBackstage } from "../../frontend/studio/deferred.ts";
import { createRouter } from "../../frontend/browser/router.ts";
import { making } from "../../frontend/text/create.ts";
import { shortcuts } from "../../frontend/text/shortcuts.ts";
import { begin, generation, ok, setUp } from "./support.ts";

// The first import of a lazy part compiles it; that is no part of what is tested here.
configure({ asyncUtilTimeout: 5_000 });
beforeAll(async () => {
  await import("../../frontend/shell/account-menu.tsx");
  await import("../../frontend/create/options-panel.tsx");
  await import("../../frontend/shell/shortcuts-dialog.tsx");
  await import("../../frontend/gallery/gallery-page.tsx");
}, 60_000);
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});
HTMLElement.prototype.showPopover ??= () => {};
HTMLElement.prototype.hidePopover ??= () => {};
beforeEach(() => {
  history.replaceState(null, "", "/");
});

async function open(world = setUp(), typed = "a red kite") {
  const router = createRouter(window);
  render(<App studio={world.studio} router={router} />);
  await begin(world.studio, typed);
  return { ...world, router };
}
const prompt = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Prompt" });
/** The Enter that confirms a conversion: while composing, and as Safari sends it, after `compositionend`. */
const CONFIRMS = [{ isComposing: true }, { isComposing: false, keyCode: 229 }];

describe.each(CONFIRMS)("a key of an input method (%j)", (state) => {
  test("sends nothing from the prompt, with or without Ctrl", async () => {
    const { api } = await open();
    fireEvent.keyDown(prompt(), { key: "Enter", ...state });
    fireEvent.keyDown(prompt(), { key: "Enter", ctrlKey: true, ...state });
    expect(api.generate).not.toHaveBeenCalled();
  });

  test("does not close the options", async () => {
    await open();
    fireEvent.click(screen.getByRole("button", { name: /^Options/ }));
    const seed = await screen.findByRole("textbox", { name: making.seed });
    const hide = vi.spyOn(HTMLElement.prototype, "hidePopover");
    fireEvent.keyDown(seed, { key: "Enter", ...state });
    expect(hide).not.toHaveBeenCalled();
  });

  test("does not clear the search", async () => {
    history.replaceState(null, "", "/gallery?q=kite");
    await open();
    const search = await screen.findByRole<HTMLInputElement>("searchbox");
    fireEvent.keyDown(search, { key: "Escape", ...state });
    expect(search.value).toBe("kite");
  });
});

describe("while an input method converts", () => {
  test("nothing is searched until the conversion is confirmed", async () => {
    history.replaceState(null, "", "/gallery");
    const { router } = await open();
    const search = await screen.findByRole<HTMLInputElement>("searchbox");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    fireEvent.input(search, { target: { value: "きt" }, isComposing: true });
    vi.advanceTimersByTime(10_000);
    expect(router.route.value.search).toBe("");
    fireEvent.input(search, { target: { value: "狐" }, isComposing: true });
    fireEvent.compositionEnd(search);
    vi.advanceTimersByTime(10_000);
    vi.useRealTimers();
    expect(new URLSearchParams(router.route.value.search).get("q")).toBe("狐");
  });

  test("the seed keeps what is typed, and takes full-width digits once confirmed", async () => {
    const { studio } = await open();
    fireEvent.click(screen.getByRole("button", { name: /^Options/ }));
    const seed = await screen.findByRole<HTMLInputElement>("textbox", { name: making.seed });
    fireEvent.input(seed, { target: { value: "４２" }, isComposing: true });
    expect([seed.value, studio.composer.seed.value]).toEqual(["４２", null]);
    fireEvent.compositionEnd(seed);
    expect([seed.value, studio.composer.seed.value]).toEqual(["42", 42]);
  });
});

describe("Enter", () => {
  test.each([{ ctrlKey: true }, { metaKey: true }])(
    "with %j generates from any field of the form",
    async (key) => {
      const { api, studio } = await open(setUp({ kept: { model: "truefusion-edge", enter: "line" } }));
      fireEvent.keyDown(prompt(), { key: "Enter", ...key });
      expect(api.generate).toHaveBeenCalledTimes(1);
      studio.composer.write("a blue kite");
      fireEvent.click(screen.getByRole("button", { name: /^Options/ }));
      const without = await screen.findByRole("textbox", { name: /^Without/ });
      fireEvent.keyDown(without, { key: "Enter", ...key });
      expect(api.generate).toHaveBeenCalledTimes(2);
      studio.composer.write("a green kite");
      fireEvent.keyDown(screen.getByRole("radio", { name: /Standard/ }), { key: "Enter", ...key });
      expect(api.generate).toHaveBeenCalledTimes(3);
      fireEvent.keyDown(prompt(), { key: "Enter", repeat: true, ...key });
      expect(api.generate, "held").toHaveBeenCalledTimes(3);
    },
  );

  test("starts a new line on a touch screen, and labels the key for it", async () => {
    vi.spyOn(window, "matchMedia").mockImplementation(
      (query) => ({ matches: query.includes("coarse") }) as MediaQueryList,
    );
    const { api } = await open();
    expect(fireEvent.keyDown(prompt(), { key: "Enter" }), "left to the browser").toBe(true);
    expect(api.generate).not.toHaveBeenCalled();
    await waitFor(() => expect(prompt().getAttribute("enterkeyhint")).toBe("enter"));
  });

  test("can be set to start a new line, and the setting is stored", async () => {
    const { store, api, studio } = await open();
    expect(prompt().getAttribute("enterkeyhint")).toBe("send");
    fireEvent.click(screen.getByRole("button", { name: "Account and settings" }));
    fireEvent.click(await screen.findByRole("switch", { name: making.enterSends }));
    expect(fireEvent.keyDown(prompt(), { key: "Enter" })).toBe(true);
    expect(api.generate).not.toHaveBeenCalled();
    const keys = shortcuts(studio.composer.enterSends.value).flatMap(({ list }) => list);
    expect(keys.find(({ what }) => what === "Generate")?.keys).toEqual(["Mod+Enter"]);
    const next = setUp({ store });
    await begin(next.studio, "");
    expect(next.studio.composer.enterSends.value).toBe(false);
  });
});

describe("Undo", () => {
  const undo = { key: "я", code: "KeyZ", ctrlKey: true };

  test("by Ctrl+Z works on every page while deleting can be undone, except in a field with text", async () => {
    const world = setUp();
    const items = ["b", "a"].map((id) => generation(id, { status: "succeeded", prompt: `picture ${id}` }));
    world.api.list.mockResolvedValue(ok({ items, nextCursor: null }));
    await open(world, "");
    const { trash } = galleryOf(world.studio);
    expect(fireEvent.keyDown(document.body, undo), "nothing to undo").toBe(true);
    trash.remove(["a"]);
    fireEvent.input(prompt(), { target: { value: "a red kite" } });
    expect(fireEvent.keyDown(prompt(), undo), "the field's own undo").toBe(true);
    expect(fireEvent.keyDown(document.body, { ...undo, shiftKey: true }), "redo").toBe(true);
    expect(fireEvent.keyDown(document.body, { ...undo, ctrlKey: false, metaKey: true })).toBe(true);
    expect(world.studio.hidden.value.size).toBe(1);
    expect(fireEvent.keyDown(document.body, undo)).toBe(false);
    expect(world.studio.hidden.value.size).toBe(0);
    trash.remove(["a"]);
    fireEvent.input(prompt(), { target: { value: "" } });
    expect(fireEvent.keyDown(prompt(), undo), "an empty field").toBe(false);
    expect(world.studio.hidden.value.size).toBe(0);
  });

  test("is Cmd+Z on a Mac, also in the list of keys", async () => {
    vi.spyOn(navigator, "platform", "get").mockReturnValue("MacIntel");
    const world = await open(setUp(), "");
    const { trash } = galleryOf(world.studio);
    trash.remove(["a"]);
    expect(fireEvent.keyDown(document.body, undo), "Ctrl").toBe(true);
    expect(fireEvent.keyDown(document.body, { key: "z", metaKey: true })).toBe(false);
    expect(world.studio.hidden.value.size).toBe(0);
    world.studio.backstage.value = openBackstage(world.studio, world.router);
    world.studio.helping.value = true;
    await screen.findByRole("dialog", { name: making.shortcuts });
    expect(screen.getAllByText("⌘").length).toBeGreaterThan(0);
    expect(screen.queryByText("Ctrl")).toBeNull();
  });
});

describe("options that the model does not take", () => {
  test("are named under the form and are there again with the former model", async () => {
    const world = await open(setUp({ kept: { ratio: "16:9" } }), "");
    world.studio.backstage.value = openBackstage(world.studio, world.router);
    fireEvent.click(screen.getByRole("radio", { name: /Fast preview/ }));
    await screen.findByText("Fast preview doesn't use: Shape 16:9. Kept for the other models.");
    expect(world.studio.composer.options.value).toEqual({});
    fireEvent.click(screen.getByRole("radio", { name: /Standard/ }));
    await waitFor(() => expect(screen.queryByText(/doesn't use/)).toBeNull());
    expect(world.studio.composer.options.value).toEqual({ aspectRatio: "16:9" });
  });
});

describe("a locked seed", () => {
  test("does not survive a reload, but survives a sign-in that continues a Generate", async () => {
    const world = await open();
    world.studio.composer.seed.value = 7;
    const inTab = Object.fromEntries(world.tabStore.kept);
    const reloaded = setUp({ store: world.store, inTab });
    reloaded.studio.composer.restore("");
    expect(reloaded.studio.composer.seed.value).toBeNull();
    const back = setUp({ store: world.store, inTab: { ...inTab, resume: "1" } });
    back.studio.composer.restore("");
    expect(back.studio.composer.seed.value).toBe(7);
  });
});

describe("a failed card", () => {
  test("gives prompt, model and options back to the form, without the seed", async () => {
    const world = setUp();
    world.api.list.mockResolvedValue(
      ok({
        items: [
          generation("f", {
            status: "failed",
            prompt: "picture f",
            model: "truefusion-edge",
            options: { seed: 7, negativePrompt: "blur" },
            error: { code: "upstream_failed", message: "" },
          }),
        ],
        nextCursor: null,
      }),
    );
    await open(world, "");
    fireEvent.click(await screen.findByRole("button", { name: making.editPrompt }));
    const { prompt: words, model, without, seed } = world.studio.composer;
    expect([words.value, model.value, without.value, seed.value]).toEqual([
      "picture f",
      "truefusion-edge",
      "blur",
      null,
    ]);
  });
});
