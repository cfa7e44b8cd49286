// What a user sees and does on the Create page, with the real components.
import { act, cleanup, configure, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { commonText } from "../../frontend/text/common.ts";
import { createText } from "../../frontend/text/create.ts";
import { errors, failureSentences } from "../../frontend/text/errors.ts";
import { menuText } from "../../frontend/text/menu.ts";
import { signInText } from "../../frontend/text/sign-in.ts";
import { MAX_SEED } from "../../worker/shared/models.ts";
import { openApp } from "./render-app.tsx";
import { failure, generation, image, ok, setUp, signedIn, signedOut, snapshot, TODAY } from "./support.ts";

// The first import of a chunk compiles it.
configure({ asyncUtilTimeout: 5_000 });
afterEach(cleanup);
beforeEach(() => {
  history.replaceState(null, "", "/");
});

const prompt = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: commonText.prompt });
const type = (words: string) => fireEvent.input(prompt(), { target: { value: words } });
const press = (key: string, more: object = {}) => fireEvent.keyDown(prompt(), { key, ...more });
const button = (name: string | RegExp) => screen.getByRole("button", { name });
const generate = () => fireEvent.click(button(commonText.generate));

describe("the form", () => {
  test("generates with Enter, not with Shift+Enter or an input method's Enter", async () => {
    const { api } = await openApp();
    type("a red kite");
    press("Enter", { shiftKey: true });
    press("Enter", { isComposing: true });
    expect(api.generate).not.toHaveBeenCalled();
    press("Enter");
    expect(api.generate).toHaveBeenCalledOnce();
  });

  test("counts characters as people do, only near the limit", async () => {
    await openApp();
    type("a".repeat(400));
    await waitFor(() => expect(screen.queryByText(/left$/)).toBeNull());
    type("🦊".repeat(450));
    await screen.findAllByText(createText.left(50));
    type("🦊".repeat(503));
    await screen.findAllByText(createText.over(3));
    expect(prompt().getAttribute("aria-invalid")).toBe("true");
  });

  test("tells a screen reader the count at thresholds, not with every key", async () => {
    await openApp();
    const status = () => document.querySelector("#composer-notice")?.textContent;
    const spoken: (string | undefined)[] = [];
    for (let length = 445; length <= 500; length += 1) {
      type("a".repeat(length));
      await screen.findAllByText(createText.left(500 - length));
      if (spoken.at(-1) !== status()) spoken.push(status());
    }
    expect(spoken).toEqual([55, 50, 20, 10].map(createText.left));
  });

  test("says how many characters are too many", async () => {
    const { api } = await openApp();
    const words = "a".repeat(502);
    type(words);
    await screen.findAllByText(createText.over(2));
    generate();
    await screen.findByText(errors.promptProblem("too_long", words, 500));
    expect(api.generate).not.toHaveBeenCalled();
  });

  test("offers three models, and stores the chosen one", async () => {
    const { store } = await openApp();
    const models = screen.getAllByRole("radio").filter((radio) => radio.getAttribute("name") === "model");
    expect(models.map((radio) => radio.getAttribute("value"))).toEqual([
      "truefusion-pro",
      "truefusion-edge",
      "truefusion-2.0",
    ]);
    fireEvent.click(screen.getByRole("radio", { name: /Fast preview/ }));
    expect(store.get("model")).toBe("truefusion-edge");
  });

  test("offers the options that the model supports, shows that some are set, and resets them", async () => {
    const { store, composer } = await openApp();
    fireEvent.click(button(commonText.options));
    fireEvent.click(await screen.findByRole("radio", { name: "16:9" }));
    fireEvent.click(button(createText.seedDraw));
    await screen.findByRole("button", { name: commonText.optionsSet("16:9") });
    expect(store.get("ratio")).toBe("16:9");
    expect(composer.seed.value).toBeLessThanOrEqual(MAX_SEED);
    expect(screen.queryByRole("textbox", { name: createText.exclude }), "not supported").toBeNull();

    fireEvent.click(screen.getByRole("radio", { name: /Fast preview/ }));
    await screen.findByRole("textbox", { name: createText.exclude });
    expect(button(commonText.options), "no set option would be sent").toBeTruthy();
    fireEvent.click(screen.getByRole("radio", { name: /Standard/ }));
    const reset = await screen.findByRole("button", { name: createText.reset });
    reset.focus();
    fireEvent.click(reset);
    expect(document.activeElement?.closest("#options"), "the focus stays in the panel").not.toBeNull();
    await waitFor(() => expect(screen.queryByRole("button", { name: createText.reset })).toBeNull());
    expect([store.get("ratio"), composer.seed.value]).toEqual([null, null]);
  });

  test("says that the options of a model are loading, and if it has none", async () => {
    const world = setUp();
    const unknown = signedIn().models.map((model) => ({ ...model, options: {} }));
    const models = unknown.map((model) => ({ ...model, options: { maxPromptLength: 500 } }));
    world.api.session.mockResolvedValueOnce(ok(signedIn({ models: unknown })));
    world.api.session.mockResolvedValueOnce(ok(signedIn({ models })));
    const { session } = await openApp(world);
    fireEvent.click(button(commonText.options));
    await screen.findByText(createText.optionsUnknown);
    await act(() => session.load());
    await screen.findByText(createText.noOptions);
  });

  test("takes a seed of digits, at most the largest that Skytells accepts", async () => {
    const { composer } = await openApp();
    fireEvent.click(button(commonText.options));
    const seed = await screen.findByRole<HTMLInputElement>("textbox", { name: createText.seed });
    fireEvent.input(seed, { target: { value: "4x2" } });
    expect([composer.seed.value, seed.value]).toEqual([42, "42"]);
    fireEvent.input(seed, { target: { value: "99999999999" } });
    expect(composer.seed.value).toBe(MAX_SEED);
    fireEvent.input(seed, { target: { value: "" } });
    expect(composer.seed.value).toBeNull();
  });

  test("accepts the example with Tab while the field is untouched", async () => {
    await openApp();
    const example = prompt().placeholder;
    expect(press("Tab", { shiftKey: true }), "not prevented").toBe(true);
    expect(press("Tab")).toBe(false);
    await waitFor(() => expect(prompt().value).toBe(example));
    expect(press("Tab")).toBe(true);
  });

  test.each([
    ["after Escape", () => press("Escape")],
    [
      "in a prompt that was emptied",
      () => {
        type("a red kite");
        type("");
      },
    ],
  ])("moves the focus with Tab %s, and does not offer the key", async (_, touch) => {
    await openApp();
    touch();
    expect(press("Tab")).toBe(true);
    await waitFor(() => expect(screen.queryByText(commonText.tab)).toBeNull());
    expect(prompt().value).toBe("");
  });

  test("takes an example of the welcome as its prompt, for editing", async () => {
    await openApp();
    const [example = ""] = commonText.examples;
    fireEvent.click(await screen.findByRole("button", { name: new RegExp(example) }));
    await waitFor(() => expect(document.activeElement).toBe(prompt()));
    expect(prompt().value).toBe(example);
  });
});

describe("an entry of the feed", () => {
  async function generated() {
    const app = await openApp(setUp(), "a red kite");
    app.sockets.latest().push(snapshot());
    generate();
    await screen.findByText(createText.queued);
    return {
      ...app,
      push: (changes: Parameters<typeof generation>[1]) =>
        app.sockets.latest().push({ type: "generation", generation: generation("g1", changes) }),
    };
  }

  test("shows progress and Cancel, then the image with its actions", async () => {
    const { push } = await generated();
    push({ status: "processing", progress: 40 });
    expect(await screen.findByText(createText.percent(40))).toBeTruthy();
    expect(button(createText.cancel)).toBeTruthy();

    push(image("g1"));
    const shown = await screen.findByRole("img", { name: "a red kite" });
    expect([shown.getAttribute("width"), shown.getAttribute("height")]).toEqual(["1024", "1024"]);
    const link = screen.getByRole("link", { name: createText.open("a red kite") });
    expect(link.getAttribute("href")).toBe("/g/g1");
    const download = screen.getByRole("link", { name: createText.download });
    expect(download.getAttribute("href")).toBe("/images/g1/0?download");
    expect(screen.getByText(errors.ended(image("g1"))).getAttribute("role")).toBe("status");
  });

  test("shows a favorite at once, and takes it back when it was not saved", async () => {
    const { api, push } = await generated();
    push(image("g1"));
    const heart = await screen.findByRole("button", { name: createText.favorite });
    api.favorite.mockResolvedValueOnce(failure("storage_unavailable"));
    fireEvent.click(heart);
    await screen.findByText(errors.sentence("storage_unavailable"));
    await waitFor(() => expect(heart.getAttribute("aria-pressed")).toBe("false"));
  });

  test("says why it failed, and offers a retry and the prompt for editing", async () => {
    const { api, push } = await generated();
    push({ status: "failed", error: { code: "timed_out", message: "" } });
    await screen.findByText(failureSentences.timed_out);
    type("");
    fireEvent.click(button(createText.edit));
    await waitFor(() => expect(prompt().value).toBe("a red kite"));
    fireEvent.click(button(createText.tryAgain));
    await expect.poll(() => api.generate.mock.calls.length).toBe(2);
  });

  test("shows the expected progress, but not while Skytells has not confirmed it", async () => {
    const world = setUp({ stored: { "durations.truefusion-pro": "[8000]" } });
    const pending = { id: "p1", until: "" };
    world.api.generate.mockResolvedValueOnce(failure("upstream_timeout", { pending }));
    await openApp(world, "a red kite");
    generate();
    await screen.findByText(createText.unconfirmed);
    expect(screen.queryByRole("progressbar")).toBeNull();
    world.sockets.latest().push(snapshot(generation("p1", { status: "processing" })));
    expect(await screen.findByRole("progressbar")).toBeTruthy();
  });

  test("is only hidden when dismissed, if the image may still arrive", async () => {
    const { api, push } = await generated();
    push({ status: "failed", error: { code: "unconfirmed", message: "" } });
    fireEvent.click(await screen.findByRole("button", { name: createText.dismiss }));
    await waitFor(() => expect(screen.queryByRole("button", { name: createText.dismiss })).toBeNull());
    expect(api.remove).not.toHaveBeenCalled();
  });
});

describe("sign-in", () => {
  const methods = (...signIn: ReturnType<typeof signedIn>["signIn"]) => {
    const world = setUp();
    world.api.session.mockResolvedValue(ok(signedIn({ user: null, limits: null, signIn })));
    return world;
  };

  test("is asked for at Generate, and the prompt continues after it", async () => {
    const world = setUp();
    world.api.session.mockResolvedValueOnce(ok(signedOut()));
    const { api } = await openApp(world, "a red kite");
    generate();
    const dialog = await screen.findByRole("dialog");
    const email = within(dialog).getByRole<HTMLInputElement>("textbox", { name: signInText.email });
    expect(email.value).toBe("you@example.com");
    fireEvent.click(within(dialog).getByRole("button", { name: menuText.signIn }));
    await screen.findByText(createText.queued);
    expect(api.signInDev).toHaveBeenCalledWith("you@example.com");
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  test("names the settings if none is set up", async () => {
    await openApp(methods(), "a red kite");
    generate();
    expect(await screen.findByText("DEV_SIGN_IN")).toBeTruthy();
    expect(screen.getByText("ALLOWED_USERS")).toBeTruthy();
  });

  test.each(["/", "/gallery?q=fox&favorite=true"])(
    "with a provider is a link that returns to %s",
    async (path) => {
      history.replaceState(null, "", path);
      const { dialogs } = await openApp(methods("oidc"));
      await act(() => {
        dialogs.signIn.value = "asked";
      });
      const link = await screen.findByRole<HTMLAnchorElement>("link", { name: signInText.withOidc });
      expect(new URL(link.href).pathname).toBe("/api/auth/login");
      expect(new URL(link.href).searchParams.get("return_to")).toBe(path);
    },
  );
});

test("while images are stored, the entries show that and the header counts no slot", async () => {
  const { sockets } = await openApp();
  const limits = { concurrent: 3, inFlight: 0, unconfirmed: 0, today: TODAY };
  const inFlight = ["a", "b"].map((id) => generation(id, { status: "processing", progress: 100 }));
  sockets.latest().push({ type: "snapshot", limits, inFlight });
  expect(await screen.findAllByText(createText.saving)).toHaveLength(2);
  expect(screen.queryByTitle(createText.showProgress)).toBeNull();
  sockets.latest().push({ type: "limits", limits: { ...limits, inFlight: 1 } });
  await screen.findByText(createText.creatingCount(1));
});

test("the account menu shows the user and the plan", async () => {
  await openApp();
  fireEvent.click(button(commonText.account));
  await screen.findByText("ada@example.com");
  await screen.findByText(menuText.plan("pro"));
});

test("loads the latest images when the Worker responds after a failed first request", async () => {
  const world = setUp();
  world.api.session.mockResolvedValue(failure("network_error"));
  const { api, session, wake } = await openApp(world);
  expect([session.error.value?.code, api.list.mock.calls.length]).toEqual(["network_error", 0]);
  api.session.mockResolvedValue(ok(signedIn()));
  await act(async () => {
    wake();
    await session.load();
  });
  expect([session.error.value, api.list.mock.calls.length]).toEqual([null, 1]);
});

test("a favorite is marked in the feed", async () => {
  const world = setUp();
  const items = [
    image("a", { prompt: "the latest" }),
    image("b", { prompt: "a boat", favorite: true }),
    image("c", { prompt: "a kite" }),
  ];
  world.api.list.mockResolvedValueOnce(ok({ items, nextCursor: null }));
  await openApp(world);
  const isMarked = async (words: string) => {
    const link = await screen.findByRole("link", { name: createText.open(words) });
    const entry = link.closest("li");
    if (!entry) throw new Error("The link is in no entry.");
    return within(entry).queryByText(createText.favorite) !== null;
  };
  expect([await isMarked("a boat"), await isMarked("a kite")]).toEqual([true, false]);
});
