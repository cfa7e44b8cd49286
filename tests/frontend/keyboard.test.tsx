/** Keys of the form and the gallery, with the real components: input methods, Ctrl and Cmd, Enter, Undo. */
import { act, cleanup, configure, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { createText } from "../../frontend/text/create.ts";
import { shortcutLists } from "../../frontend/text/shortcuts.ts";
import { openApp } from "./render-app.tsx";
import { generation, image, ok, setUp } from "./support.ts";

// The first import of a chunk compiles it.
configure({ asyncUtilTimeout: 5_000 });
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});
beforeEach(() => {
  history.replaceState(null, "", "/");
});

const open = (world = setUp(), typed = "a red kite") => openApp(world, typed);
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
    const seed = await screen.findByRole("textbox", { name: createText.seed });
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

describe("while an input method converts text", () => {
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

  test("the seed keeps what is typed, and accepts full-width digits once confirmed", async () => {
    const { composer } = await open();
    fireEvent.click(screen.getByRole("button", { name: /^Options/ }));
    const seed = await screen.findByRole<HTMLInputElement>("textbox", { name: createText.seed });
    fireEvent.input(seed, { target: { value: "４２" }, isComposing: true });
    expect([seed.value, composer.seed.value]).toEqual(["４２", null]);
    fireEvent.compositionEnd(seed);
    expect([seed.value, composer.seed.value]).toEqual(["42", 42]);
  });
});

describe("Enter", () => {
  test.each([{ ctrlKey: true }, { metaKey: true }])(
    "with %j generates from any field of the form",
    async (key) => {
      const { api, composer } = await open(setUp({ stored: { model: "truefusion-edge", enter: "line" } }));
      fireEvent.keyDown(prompt(), { key: "Enter", ...key });
      expect(api.generate).toHaveBeenCalledTimes(1);
      await act(() => composer.write("a blue kite"));
      fireEvent.click(screen.getByRole("button", { name: /^Options/ }));
      const without = await screen.findByRole("textbox", { name: createText.exclude });
      fireEvent.keyDown(without, { key: "Enter", ...key });
      expect(api.generate).toHaveBeenCalledTimes(2);
      await act(() => composer.write("a green kite"));
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
    const { store, api, composer } = await open();
    expect(prompt().getAttribute("enterkeyhint")).toBe("send");
    fireEvent.click(screen.getByRole("button", { name: commonText.account }));
    fireEvent.click(await screen.findByRole("switch", { name: createText.enterSends }));
    expect(fireEvent.keyDown(prompt(), { key: "Enter" })).toBe(true);
    expect(api.generate).not.toHaveBeenCalled();
    const keys = shortcutLists(composer.enterSends.value).flatMap(({ list }) => list);
    expect(keys.find(({ what }) => what === "Generate")?.keys).toEqual(["Mod+Enter"]);
    const next = setUp({ store });
    next.composer.restore("");
    expect(next.composer.enterSends.value).toBe(false);
  });
});

describe("Undo", () => {
  const undo = { key: "я", code: "KeyZ", ctrlKey: true };

  test("by Ctrl+Z works on every page while a deletion can be undone, except in a field with text", async () => {
    const world = setUp();
    const items = ["b", "a"].map((id) => image(id, { prompt: `image ${id}` }));
    world.api.list.mockResolvedValue(ok({ items, nextCursor: null }));
    const { pendingDeletions, generations } = await open(world, "");
    expect(fireEvent.keyDown(document.body, undo), "nothing to undo").toBe(true);
    pendingDeletions.add(["a"]);
    fireEvent.input(prompt(), { target: { value: "a red kite" } });
    expect(fireEvent.keyDown(prompt(), undo), "the field's own undo").toBe(true);
    expect(fireEvent.keyDown(document.body, { ...undo, shiftKey: true }), "redo").toBe(true);
    expect(fireEvent.keyDown(document.body, { ...undo, ctrlKey: false, metaKey: true })).toBe(true);
    expect(generations.hidden.value.size).toBe(1);
    expect(fireEvent.keyDown(document.body, { ...undo, repeat: true }), "held").toBe(false);
    expect(generations.hidden.value.size).toBe(1);
    expect(fireEvent.keyDown(document.body, undo)).toBe(false);
    expect(generations.hidden.value.size).toBe(0);
    pendingDeletions.add(["a"]);
    fireEvent.input(prompt(), { target: { value: "" } });
    expect(fireEvent.keyDown(prompt(), undo), "an empty field").toBe(false);
    expect(generations.hidden.value.size).toBe(0);
  });

  test("is Cmd+Z on a Mac, also in the list of shortcuts", async () => {
    vi.spyOn(navigator, "platform", "get").mockReturnValue("MacIntel");
    const { pendingDeletions, generations, dialogs } = await open(setUp(), "");
    pendingDeletions.add(["a"]);
    expect(fireEvent.keyDown(document.body, undo), "Ctrl").toBe(true);
    expect(fireEvent.keyDown(document.body, { key: "z", metaKey: true })).toBe(false);
    expect(generations.hidden.value.size).toBe(0);
    await act(() => {
      dialogs.shortcuts.value = true;
    });
    await screen.findByRole("dialog", { name: createText.shortcuts });
    expect(screen.getAllByText("⌘").length).toBeGreaterThan(0);
    expect(screen.queryByText("Ctrl")).toBeNull();
  });
});

describe("options that the model does not support", () => {
  test("are named under the form, and are set again with the other model", async () => {
    const { composer } = await open(setUp({ stored: { ratio: "16:9" } }), "");
    fireEvent.click(screen.getByRole("radio", { name: /Fast preview/ }));
    await screen.findByText(createText.optionsUnused("Fast preview", [`${commonText.ratio} 16:9`]));
    expect(composer.options.value).toEqual({});
    fireEvent.click(screen.getByRole("radio", { name: /Standard/ }));
    await waitFor(() => expect(screen.queryByText(/doesn't use/)).toBeNull());
    expect(composer.options.value).toEqual({ aspectRatio: "16:9" });
  });
});

describe("a locked seed", () => {
  test("does not survive a reload, but survives a sign-in that continues a Generate", async () => {
    const world = await open();
    world.composer.seed.value = 7;
    const storedInTab = Object.fromEntries(world.tabStore.values);
    const reloaded = setUp({ store: world.store, storedInTab });
    reloaded.composer.restore("");
    expect(reloaded.composer.seed.value).toBeNull();
    const back = setUp({ store: world.store, storedInTab: { ...storedInTab, resume: "1" } });
    back.composer.restore("");
    expect(back.composer.seed.value).toBe(7);
  });
});

describe("a failed entry", () => {
  test("puts its prompt, model and options into the form, without the seed", async () => {
    const world = setUp();
    world.api.list.mockResolvedValue(
      ok({
        items: [
          generation("f", {
            status: "failed",
            prompt: "image f",
            model: "truefusion-edge",
            options: { seed: 7, negativePrompt: "blur" },
            error: { code: "upstream_failed", message: "" },
          }),
        ],
        nextCursor: null,
      }),
    );
    const { composer } = await open(world, "");
    fireEvent.click(await screen.findByRole("button", { name: createText.edit }));
    const { prompt: words, model, negativePrompt, seed } = composer;
    expect([words.value, model.value, negativePrompt.value, seed.value]).toEqual([
      "image f",
      "truefusion-edge",
      "blur",
      null,
    ]);
  });
});

test("a held Enter presses one button, not also the one that replaces it", async () => {
  const world = setUp();
  world.api.list.mockResolvedValue(
    ok({ items: [generation("a", { status: "processing" })], nextCursor: null }),
  );
  world.api.cancel.mockResolvedValue(ok({ generation: generation("a", { status: "canceled" }) }));
  await open(world, "");
  const cancel = await screen.findByRole("button", { name: createText.cancel });
  cancel.focus();
  fireEvent.keyDown(cancel, { key: "Enter" });
  fireEvent.click(cancel);
  await screen.findByRole("button", { name: createText.dismiss });
  const isAllowed = (repeat: boolean) => fireEvent.keyDown(document.body, { key: "Enter", repeat });
  expect(isAllowed(true), "held").toBe(false);
  fireEvent.keyUp(document.body, { key: "Enter" });
  expect(isAllowed(false), "pressed again").toBe(true);
});
