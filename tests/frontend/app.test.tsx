// What a user sees and does, on the real components.
import { cleanup, configure, fireEvent, render, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { App } from "../../frontend/app.tsx";
import { openBackstage } from "../../frontend/studio/deferred.ts";
import { createRouter } from "../../frontend/browser/router.ts";
import { MAX_SEED } from "../../worker/catalog.ts";
import { begin, generation, no, nobody, ok, session, setUp, snapshot, TODAY } from "./support.ts";

// The first import of a lazy part compiles it; that is no part of what is tested here.
configure({ asyncUtilTimeout: 5_000 });
beforeAll(async () => {
  await import("../../frontend/shell/account-menu.tsx");
  await import("../../frontend/create/feed.tsx");
  await import("../../frontend/create/options-panel.tsx");
  await import("../../frontend/shell/shortcuts-dialog.tsx");
  await import("../../frontend/create/queue-panel.tsx");
  await import("../../frontend/shell/sign-in-dialog.tsx");
}, 60_000);
afterEach(cleanup);
// Not in happy-dom; what is in a popover is in the document all the same.
HTMLElement.prototype.showPopover ??= () => {};
HTMLElement.prototype.hidePopover ??= () => {};
beforeEach(() => {
  history.replaceState(null, "", "/");
});

async function open(world: ReturnType<typeof setUp>, typed = "") {
  const router = createRouter(window);
  render(<App studio={world.studio} router={router} />);
  await begin(world.studio, typed);
  return router;
}

const prompt = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Prompt" });
const type = (words: string) => fireEvent.input(prompt(), { target: { value: words } });
const press = (key: string, more: object = {}) => fireEvent.keyDown(prompt(), { key, ...more });

describe("the composer", () => {
  test("Enter generates; Shift+Enter and an input method's Enter do not", async () => {
    const world = setUp();
    await open(world);
    type("a red kite");
    press("Enter", { shiftKey: true });
    press("Enter", { isComposing: true });
    expect(world.api.generate).not.toHaveBeenCalled();
    press("Enter");
    expect(world.api.generate).toHaveBeenCalledOnce();
    await waitFor(() => expect(prompt().value).toBe(""));
  });

  /** With the code that is loaded after the first screen. */
  async function openWithCounter(world = setUp()) {
    world.studio.backstage.value = openBackstage(world.studio, await open(world));
    return world;
  }

  test("counts what people count, only near the end", async () => {
    await openWithCounter();
    type("a".repeat(400));
    await waitFor(() => expect(screen.queryByText(/left$/)).toBeNull());
    type("🦊".repeat(450));
    await screen.findAllByText("50 left");
    type("🦊".repeat(503));
    await screen.findAllByText("3 too many");
    expect(prompt().getAttribute("aria-invalid")).toBe("true");
  });

  test("a screen reader hears the count at thresholds, not with every key", async () => {
    await openWithCounter();
    const status = () => document.querySelector("#composer-notice")?.textContent;
    const heard: (string | undefined)[] = [];
    for (let length = 445; length <= 500; length += 1) {
      type("a".repeat(length));
      await screen.findAllByText(`${500 - length} left`);
      if (heard.at(-1) !== status()) heard.push(status());
    }
    expect(heard).toEqual(["55 left", "50 left", "20 left", "10 left"]);
  });

  test("Generate over the limit says how many characters are too many", async () => {
    const world = await openWithCounter();
    type("a".repeat(502));
    await screen.findAllByText("2 too many");
    fireEvent.click(screen.getByRole("button", { name: "Generate" }));
    await screen.findByText("Shorten your prompt by 2 characters.");
    expect(world.api.generate).not.toHaveBeenCalled();
  });

  test("offers three models from the first moment, and remembers the chosen one", async () => {
    const world = setUp();
    render(<App studio={world.studio} router={createRouter(window)} />);
    expect(screen.getAllByRole("radio").map((radio) => radio.getAttribute("value"))).toEqual([
      "truefusion-pro",
      "truefusion-edge",
      "truefusion-2.0",
    ]);
    await begin(world.studio, "");
    fireEvent.click(screen.getByRole("radio", { name: /Fast preview/ }));
    expect(world.store.get("model")).toBe("truefusion-edge");
  });

  test("offers what the chosen model takes, shows that something is set, and resets it", async () => {
    const world = setUp();
    await open(world);
    fireEvent.click(screen.getByRole("button", { name: "Options" }));
    fireEvent.click(await screen.findByRole("radio", { name: "16:9" }));
    fireEvent.click(screen.getByRole("button", { name: "Draw another seed" }));
    await screen.findByRole("button", { name: "Options, some are set 16:9" });
    expect(world.store.get("ratio")).toBe("16:9");
    expect(world.studio.composer.seed.value).toBeLessThanOrEqual(MAX_SEED);
    expect(screen.queryByRole("textbox", { name: "Without" }), "not offered by this model").toBeNull();

    fireEvent.click(screen.getByRole("radio", { name: /Fast preview/ }));
    await screen.findByRole("textbox", { name: "Without" });
    expect(screen.getByRole("button", { name: "Options" }), "nothing of it would be sent").toBeTruthy();
    fireEvent.click(screen.getByRole("radio", { name: /Standard/ }));
    const reset = await screen.findByRole("button", { name: "Reset options" });
    reset.focus();
    fireEvent.click(reset);
    expect(document.activeElement?.closest("#options"), "on among the options").not.toBeNull();
    await waitFor(() => expect(screen.queryByRole("button", { name: "Reset options" })).toBeNull());
    expect([world.store.get("ratio"), world.studio.composer.seed.value]).toEqual([null, null]);
  });

  test("says that it is asking what a model takes, and when it takes nothing", async () => {
    const world = setUp();
    const models = session().models.map((model) => ({ ...model, options: {} }));
    const unread = models.map((model) => ({ ...model, unread: true as const }));
    world.api.session.mockResolvedValueOnce(ok(session({ models: unread })));
    world.api.session.mockResolvedValueOnce(ok(session({ models })));
    await open(world);
    fireEvent.click(screen.getByRole("button", { name: "Options" }));
    await screen.findByText(/One moment/);
    await world.studio.session.load();
    await screen.findByText("This model has no options.");
  });

  test("a seed is digits, at most the largest that Skytells takes", async () => {
    const { studio } = setUp();
    await open({ ...setUp(), studio });
    fireEvent.click(screen.getByRole("button", { name: "Options" }));
    const seed = await screen.findByRole<HTMLInputElement>("textbox", { name: "Seed" });
    fireEvent.input(seed, { target: { value: "4x2" } });
    expect([studio.composer.seed.value, seed.value]).toEqual([42, "42"]);
    fireEvent.input(seed, { target: { value: "99999999999" } });
    expect(studio.composer.seed.value).toBe(MAX_SEED);
    fireEvent.input(seed, { target: { value: "" } });
    expect(studio.composer.seed.value).toBeNull();
  });

  test("Tab accepts the example while the field is untouched", async () => {
    await open(setUp());
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
  ])("Tab moves on %s, and the key is not offered", async (_, act) => {
    await open(setUp());
    act();
    expect(press("Tab")).toBe(true);
    await waitFor(() => expect(document.querySelector(".tab-hint")).toBeNull());
    expect(prompt().value).toBe("");
  });

  test("an example becomes the prompt, for editing", async () => {
    await open(setUp());
    fireEvent.click(screen.getByRole("button", { name: /lighthouse/ }));
    await waitFor(() => expect(document.activeElement).toBe(prompt()));
    expect(prompt().value).toContain("lighthouse");
  });
});

describe("a card", () => {
  async function generated() {
    const world = setUp();
    await open(world, "a red kite");
    world.sockets.latest().say(snapshot());
    fireEvent.click(screen.getByRole("button", { name: "Generate" }));
    await screen.findByText("In line");
    return world;
  }
  const push = ({ sockets }: ReturnType<typeof setUp>, changes: Parameters<typeof generation>[1]) =>
    sockets.latest().say({ type: "generation", generation: generation("g1", changes) });

  test("shows prompt, progress and cancel; then the picture with all one wants with it", async () => {
    const world = await generated();
    push(world, { status: "processing", progress: 40 });
    expect(await screen.findByText("40%")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Cancel" })).toBeTruthy();

    push(world, { status: "succeeded" });
    const picture = await screen.findByRole("img", { name: "a red kite" });
    expect([picture.getAttribute("width"), picture.getAttribute("height")]).toEqual(["1024", "1024"]);
    expect(screen.getByRole("link", { name: "Open: a red kite" }).getAttribute("href")).toBe("/g/g1");
    expect(screen.getByRole("link", { name: "Download" }).getAttribute("href")).toBe("/images/g1/0?download");
    expect(screen.getByText("Your picture is ready: a red kite").getAttribute("role")).toBe("status");
  });

  test("a favourite shows at once and goes back when it could not be kept", async () => {
    const world = await generated();
    push(world, { status: "succeeded" });
    const heart = await screen.findByRole("button", { name: "Favourite" });
    world.api.favorite.mockResolvedValueOnce(no("storage_unavailable"));
    fireEvent.click(heart);
    await screen.findByText(/can't reach its storage/);
    await waitFor(() => expect(heart.getAttribute("aria-pressed")).toBe("false"));
  });

  test("a failure says why, offers the same again and the prompt for editing", async () => {
    const world = await generated();
    push(world, { status: "failed", error: { code: "timed_out", message: "" } });
    await screen.findByText("Skytells took too long, so the studio stopped waiting.");
    fireEvent.click(screen.getByRole("button", { name: "Edit prompt" }));
    await waitFor(() => expect(prompt().value).toBe("a red kite"));
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await expect.poll(() => world.api.generate.mock.calls.length).toBe(2);
  });

  test("one that Skytells has not confirmed says so", async () => {
    const world = setUp();
    world.api.generate.mockResolvedValueOnce(no("upstream_timeout", { pending: { id: "p1", until: "" } }));
    await open(world, "a red kite");
    fireEvent.click(screen.getByRole("button", { name: "Generate" }));
    await screen.findByText("Skytells hasn't confirmed this one yet; checking…");
  });

  test("dismissing a failure deletes it, but not what may still turn out well", async () => {
    const world = await generated();
    push(world, { status: "failed", error: { code: "unconfirmed", message: "" } });
    fireEvent.click(await screen.findByRole("button", { name: "Dismiss" }));
    await waitFor(() => expect(screen.queryByRole("button", { name: "Dismiss" })).toBeNull());
    expect(world.api.remove).not.toHaveBeenCalled();
  });
});

describe("sign-in", () => {
  test("is asked for at Generate, one click, and the prompt goes on by itself", async () => {
    const world = setUp();
    world.api.session.mockResolvedValueOnce(ok(nobody()));
    await open(world, "a red kite");
    fireEvent.click(screen.getByRole("button", { name: "Generate" }));
    const dialog = await screen.findByRole("dialog");
    expect(within(dialog).getByRole<HTMLInputElement>("textbox", { name: "Email" }).value).toBe(
      "you@example.com",
    );
    fireEvent.click(within(dialog).getByRole("button", { name: "Sign in" }));
    await screen.findByText("In line");
    expect(world.api.signInDev).toHaveBeenCalledWith("you@example.com");
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  test("names the settings where nobody has set it up", async () => {
    const world = setUp();
    world.api.session.mockResolvedValue(ok(session({ user: null, limits: null, signIn: [] })));
    await open(world, "a red kite");
    fireEvent.click(screen.getByRole("button", { name: "Generate" }));
    expect(await screen.findByText("DEV_SIGN_IN")).toBeTruthy();
    expect(screen.getByText("ALLOWED_USERS")).toBeTruthy();
  });

  test("elsewhere it is a link that comes back here, with the gallery's filters", async () => {
    const filtered = setUp();
    filtered.api.session.mockResolvedValue(ok(session({ user: null, limits: null, signIn: ["oidc"] })));
    history.replaceState(null, "", "/gallery?q=fox&favorite=true");
    await open(filtered);
    filtered.studio.signingIn.value = "asked";
    const back = await screen.findByRole("link", { name: "Continue with your account" });
    expect(new URL((back as HTMLAnchorElement).href).searchParams.get("return_to")).toBe(
      "/gallery?q=fox&favorite=true",
    );
    cleanup();
    history.replaceState(null, "", "/");
    const world = setUp();
    world.api.session.mockResolvedValue(ok(session({ user: null, limits: null, signIn: ["oidc"] })));
    await open(world, "a red kite");
    fireEvent.click(screen.getByRole("button", { name: "Generate" }));
    const link = await screen.findByRole("link", { name: "Continue with your account" });
    expect(link.getAttribute("href")).toBe("/api/auth/login?return_to=%2F");
  });
});

test("while outputs are saved, the cards say so and the header counts no slot", async () => {
  const world = setUp();
  await open(world);
  const limits = { concurrent: 3, inFlight: 0, unconfirmed: 0, today: TODAY };
  const inFlight = ["a", "b"].map((id) => generation(id, { status: "processing", progress: 100 }));
  world.sockets.latest().say({ type: "snapshot", limits, inFlight });
  expect(await screen.findAllByText("Saving…")).toHaveLength(2);
  expect(screen.queryByRole("progressbar")).toBeNull();
  expect(screen.queryByText(/of 3/)).toBeNull();
  world.sockets.latest().say({ type: "limits", limits: { ...limits, inFlight: 1 } });
  await screen.findByText("Generating 1 of 3");
});

test("the account menu tells who is here and what the plan allows", async () => {
  await open(setUp());
  fireEvent.click(screen.getByRole("button", { name: "Account and settings" }));
  await screen.findByText("ada@example.com");
  await screen.findByText("Pro plan · 3 pictures at once");
});

test("a favorite has a heart in the feed", async () => {
  const world = setUp();
  const items = [
    generation("a", { status: "succeeded", favorite: true }),
    generation("b", { status: "succeeded", prompt: "a boat" }),
  ];
  world.api.list.mockResolvedValueOnce(ok({ items, nextCursor: null }));
  await open(world);
  const liked = await screen.findByRole("link", { name: "Open: a red kite" });
  const other = screen.getByRole("link", { name: "Open: a boat" });
  const hasHeart = (link: HTMLElement) => link.closest("li")?.querySelector(".card-mark svg") !== null;
  expect([liked, other].map(hasHeart)).toEqual([true, false]);
});
