import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Result } from "../../frontend/api/result.ts";
import { signIn, signOut, stopSigningIn } from "../../frontend/studio/sign-in.ts";
import type { Generation } from "../../worker/contract.ts";
import {
  begin,
  generation,
  keptOrders,
  later,
  NOW,
  no,
  nobody,
  ok,
  order,
  session,
  setUp,
  snapshot,
  startQueue,
  TODAY,
} from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

describe("what cannot be sent", () => {
  test.each([
    ["   ", "Write a prompt first."],
    ["🦊".repeat(501), "Shorten your prompt by 1 character."],
    ["a\0b", "The prompt contains characters that are not text."],
  ])("%j says why, and keeps the text", async (prompt, sentence) => {
    const { studio, api } = setUp();
    await begin(studio, prompt);
    await studio.maker.generate();
    expect(studio.composer.notice.value).toBe(sentence);
    expect(studio.composer.prompt.value).toBe(prompt);
    expect(api.generate).not.toHaveBeenCalled();
  });

  test("the second half of a double click says nothing; a click on the empty form later does", async () => {
    const { studio, api, clock } = setUp();
    await begin(studio, "a red kite");
    void studio.maker.generate();
    void studio.maker.generate();
    expect(studio.composer.notice.value).toBeNull();
    clock.now += 1_000;
    await studio.maker.generate();
    expect(studio.composer.notice.value).toBe("Write a prompt first.");
    expect(api.generate).toHaveBeenCalledOnce();
  });

  test("the model's own prompt length holds where its schema gives one, 500 elsewhere", async () => {
    const { studio, api } = setUp();
    const models = session().models.map((model, at) =>
      at === 0 ? { ...model, options: { ...model.options, maxPromptLength: 600 } } : model,
    );
    api.session.mockResolvedValue(ok(session({ models })));
    await begin(studio, "🦊".repeat(603));
    await studio.maker.generate();
    expect(studio.composer.notice.value).toBe("Shorten your prompt by 3 characters.");
    studio.composer.model.value = "truefusion-edge";
    await studio.maker.generate();
    expect(studio.composer.notice.value).toBe("Shorten your prompt by 103 characters.");
    studio.composer.model.value = "truefusion-pro";
    studio.composer.write("🦊".repeat(600));
    await studio.maker.generate();
    expect(api.generate).toHaveBeenCalledOnce();
  });

  test("500 emoji are 500 characters", async () => {
    const { studio, api } = setUp();
    await begin(studio, "🦊".repeat(500));
    await studio.maker.generate();
    expect(api.generate).toHaveBeenCalledOnce();
  });

  test("a shape that the model does not take is not sent", async () => {
    const { studio, api } = setUp({ kept: { ratio: "16:9", model: "truefusion-edge" } });
    const models = session().models.map((model) => ({ ...model, options: { seed: true as const } }));
    api.session.mockResolvedValue(ok(session({ models })));
    await begin(studio, "a red kite");
    await studio.maker.generate();
    expect(api.generate.mock.calls[0]?.[0]).toEqual({ prompt: "a red kite", model: "truefusion-edge" });
  });
});

describe("sign-in at Generate", () => {
  test("asks first, keeps the prompt, and goes on by itself", async () => {
    const { studio, api, cards, tabStore } = setUp();
    api.session.mockResolvedValueOnce(ok(nobody()));
    await begin(studio, "a red kite");
    await studio.maker.generate();
    expect(studio.signingIn.value).toBe("generate");
    expect(studio.composer.prompt.value).toBe("a red kite");
    expect(cards.cards.value).toEqual([]);

    expect(await signIn(studio, "you@example.com")).toBeNull();
    expect(studio.signingIn.value).toBeNull();
    expect(api.generate).toHaveBeenCalledExactlyOnceWith(
      { prompt: "a red kite", model: "truefusion-pro" },
      "key-1",
    );
    expect(tabStore.get("resume")).toBeNull();
  });

  test("a session that ended in the meantime asks again and gives the prompt back", async () => {
    const { studio, api, cards } = setUp();
    await begin(studio, "a red kite");
    api.generate.mockResolvedValueOnce(no("unauthenticated"));
    api.session.mockResolvedValue(ok(nobody()));
    await studio.maker.generate();
    expect(cards.cards.value).toEqual([]);
    expect(studio.composer.prompt.value).toBe("a red kite");
    expect(studio.signingIn.value).toBe("generate");
  });

  test("goes on after a round trip to a sign-in page, with the draft that was kept", async () => {
    const { studio, api } = setUp({ kept: { draft: "a red kite" }, inTab: { resume: String(NOW - 60_000) } });
    await begin(studio, "");
    expect(api.generate).toHaveBeenCalledOnce();
  });

  test("does not go on long after", async () => {
    const { studio, api } = setUp({
      kept: { draft: "a red kite" },
      inTab: { resume: String(NOW - 3_600_000) },
    });
    await begin(studio, "");
    expect(api.generate).not.toHaveBeenCalled();
  });

  test("does not go on when the dialog was closed", async () => {
    const { studio, api } = setUp();
    api.session.mockResolvedValueOnce(ok(nobody()));
    await begin(studio, "a red kite");
    await studio.maker.generate();
    stopSigningIn(studio);
    await signIn(studio, "you@example.com");
    expect(api.generate).not.toHaveBeenCalled();
  });

  test("a refused address is told, nothing else changes", async () => {
    const { studio, api } = setUp();
    api.session.mockResolvedValueOnce(ok(nobody()));
    api.signInDev.mockResolvedValueOnce(no("invalid_request"));
    await begin(studio, "a red kite");
    await studio.maker.generate();
    expect(await signIn(studio, "nonsense")).toMatchObject({ code: "invalid_request" });
    expect(studio.signingIn.value).toBe("generate");
  });
});

describe("refusals", () => {
  test("the prompt that a lost session gives back never overwrites a new one: it waits", async () => {
    const { studio, api } = setUp();
    const answer = later<Result<{ generation: Generation }>>();
    api.generate.mockReturnValueOnce(answer.promise);
    await begin(studio, "a red kite");
    const click = studio.maker.generate();
    studio.composer.write("a blue boat");
    answer.resolve(no("unauthenticated"));
    await click;
    expect(studio.composer.prompt.value).toBe("a blue boat");
    expect(studio.orders.waiting.value).toMatchObject([{ body: { prompt: "a red kite" } }]);
    // Nobody asked for the new one: it is not sent by signing in.
    await signIn(studio, "ada@example.com");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(api.generate.mock.calls.filter(([{ prompt }]) => prompt === "a blue boat")).toEqual([]);
    expect(studio.composer.prompt.value).toBe("a blue boat");
  });

  test("what waited and goes back into the form brings its settings along", async () => {
    const { studio, api } = setUp({ kept: { ratio: "16:9" } });
    const answer = later<Result<{ generation: Generation }>>();
    api.generate.mockReturnValueOnce(answer.promise);
    await begin(studio, "a red kite");
    const click = studio.maker.generate();
    studio.composer.model.value = "truefusion-edge";
    studio.composer.aspectRatio.value = "1:1";
    answer.resolve(no("unauthenticated"));
    await click;
    const { prompt, model, aspectRatio } = studio.composer;
    expect([prompt.value, model.value, aspectRatio.value]).toEqual(["a red kite", "truefusion-pro", "16:9"]);
  });

  test("any other refusal stays on the card, and trying again uses the same card and key", async () => {
    const { studio, api, cards } = setUp();
    api.generate.mockResolvedValueOnce(no("upstream_unavailable"));
    await begin(studio, "a red kite");
    await studio.maker.generate();
    expect(cards.cards.value).toMatchObject([
      { phase: "refused", problem: { code: "upstream_unavailable" } },
    ]);
    await studio.maker.retry(cards.cards.value[0]?.key ?? "");
    expect(cards.cards.value).toMatchObject([{ phase: "known", generation: { id: "g1" } }]);
    expect(api.generate.mock.calls.map(([, key]) => key)).toEqual(["key-1", "key-1"]);
  });

  test("a failed generation is tried again under a new key", async () => {
    const { studio, api, cards, sockets } = setUp();
    await begin(studio, "a red kite");
    sockets.latest().say(snapshot());
    await studio.maker.generate();
    const error = { code: "upstream_failed", message: "" } as const;
    sockets.latest().say({ type: "generation", generation: generation("g1", { status: "failed", error }) });
    api.generate.mockResolvedValueOnce(ok({ generation: generation("g2") }));
    // A double click.
    await Promise.all([studio.maker.retry("key-1"), studio.maker.retry("key-1")]);
    expect(cards.cards.value).toMatchObject([{ key: "key-1", phase: "known", generation: { id: "g2" } }]);
    expect(api.generate.mock.calls.map(([, key]) => key)).toEqual(["key-1", "key-2"]);
  });
});

describe("a cut connection", () => {
  test("the same order goes out again, under the same key and ever more slowly, until there is an answer", async () => {
    const { studio, api, cards, store } = setUp();
    api.generate.mockResolvedValue(no("offline"));
    await begin(studio, "a red kite");
    const click = studio.maker.generate();
    await vi.advanceTimersByTimeAsync(1_000 + 2_000 + 4_000 + 8_000 + 16_000 + 10 * 30_000);
    expect(api.generate).toHaveBeenCalledTimes(16);
    expect(cards.cards.value).toMatchObject([{ phase: "sending", problem: { code: "offline" } }]);
    expect(store.get("orders.u1"), "kept for a reload").toContain("a red kite");

    api.generate.mockResolvedValue(ok({ generation: generation("g1") }));
    await vi.advanceTimersByTimeAsync(30_000);
    await click;
    expect(new Set(api.generate.mock.calls.map(([, key]) => key))).toEqual(new Set(["key-1"]));
    expect(cards.cards.value).toMatchObject([{ key: "key-1", phase: "known", generation: { id: "g1" } }]);
    expect(store.get("orders.u1")).toBeNull();
  });

  test.each(["network", "socket"])("it goes out at once when the %s is back", async (what) => {
    const { studio, api, sockets } = setUp();
    await begin(studio, "a red kite");
    sockets.latest().say(snapshot());
    api.generate.mockResolvedValue(no("offline"));
    const click = studio.maker.generate();
    await vi.advanceTimersByTimeAsync(60_000);
    const before = api.generate.mock.calls.length;
    api.generate.mockResolvedValue(ok({ generation: generation("g1") }));
    if (what === "network") await studio.wake();
    else sockets.latest().say(snapshot());
    await click;
    expect(api.generate).toHaveBeenCalledTimes(before + 1);
  });

  test("the picture it led to meanwhile is this card's, not a second one", async () => {
    const { studio, api, cards, sockets } = setUp();
    await begin(studio, "a red kite");
    sockets.latest().say(snapshot());
    api.generate.mockResolvedValueOnce(no("offline"));
    const click = studio.maker.generate();
    await vi.advanceTimersByTimeAsync(500);
    sockets.latest().cut();
    await vi.advanceTimersByTimeAsync(1_000);
    api.generate.mockResolvedValue(ok({ generation: generation("g1", { status: "processing" }) }));
    sockets.latest().say(snapshot(generation("g1", { status: "processing" })));
    expect(cards.cards.value).toHaveLength(1);
    await click;
    expect(cards.cards.value).toMatchObject([{ key: "key-1", phase: "known", generation: { id: "g1" } }]);
  });

  test("a gateway's page is no answer", async () => {
    const { studio, api } = setUp();
    api.generate.mockResolvedValueOnce(no("bad_answer"));
    await begin(studio, "a red kite");
    const click = studio.maker.generate();
    await vi.advanceTimersByTimeAsync(1_000);
    await click;
    expect(api.generate.mock.calls.map(([, key]) => key)).toEqual(["key-1", "key-1"]);
  });

  test("an order that is still running is asked for again until it answers", async () => {
    const { studio, api, cards } = setUp();
    api.generate.mockResolvedValueOnce(no("idempotency_in_progress", { retryAfterSeconds: 2 }));
    await begin(studio, "a red kite");
    const click = studio.maker.generate();
    await vi.advanceTimersByTimeAsync(2_000);
    await click;
    expect(cards.cards.value).toMatchObject([{ phase: "known", generation: { id: "g1" } }]);
    expect(api.generate.mock.calls.map(([, key]) => key)).toEqual(["key-1", "key-1"]);
  });
});

describe("the Worker was being deployed, or the user's object reset", () => {
  test("503: one card, sent again under its key after Retry-After", async () => {
    const { studio, api, cards } = setUp();
    api.generate.mockResolvedValueOnce(no("storage_unavailable", { retryAfterSeconds: 5 }));
    await begin(studio, "a red kite");
    void studio.maker.generate();
    await vi.advanceTimersByTimeAsync(4_999);
    expect(cards.cards.value).toMatchObject([{ phase: "sending", problem: { code: "storage_unavailable" } }]);
    expect(api.generate).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(1);
    expect(cards.cards.value).toMatchObject([{ phase: "known", generation: { id: "g1" } }]);
    expect(api.generate.mock.calls.map(([, key]) => key)).toEqual(["key-1", "key-1"]);
  });

  test("500 again and again: refused in the end, and trying again keeps the key", async () => {
    const { studio, api, cards } = setUp();
    api.generate.mockResolvedValue(no("internal"));
    await begin(studio, "a red kite");
    void studio.maker.generate();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(cards.cards.value).toMatchObject([{ phase: "refused", problem: { code: "internal" } }]);
    api.generate.mockResolvedValue(ok({ generation: generation("g1") }));
    await studio.maker.retry(cards.cards.value[0]?.key ?? "");
    expect(new Set(api.generate.mock.calls.map(([, key]) => key))).toEqual(new Set(["key-1"]));
  });

  test("503: canceled while it waits, it is not sent again", async () => {
    const { studio, api, cards } = setUp();
    api.generate.mockResolvedValueOnce(no("storage_unavailable"));
    await begin(studio, "a red kite");
    void studio.maker.generate();
    await vi.advanceTimersByTimeAsync(0);
    await studio.maker.cancel(cards.cards.value[0]?.key ?? "");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(api.generate).toHaveBeenCalledOnce();
  });
});

test("Skytells declines the account: the owner has to act, and the queue waits for long", async () => {
  const world = setUp({
    kept: keptOrders(order("k1", { state: "waiting" }), order("k2", { state: "waiting" })),
  });
  world.api.session.mockResolvedValue(
    ok(session({ limits: { concurrent: 1, inFlight: 0, unconfirmed: 0, today: TODAY } })),
  );
  world.api.generate.mockResolvedValue(no("owner_must_act"));
  await begin(world.studio, "");
  startQueue(world);
  await vi.advanceTimersByTimeAsync(0);
  expect(world.studio.announcement.value).toContain("owner");
  await vi.advanceTimersByTimeAsync(600_000);
  expect(world.api.generate).toHaveBeenCalledOnce();
});

describe("what is kept", () => {
  test("prompt, model and shape survive a reload; what was typed before the script goes first", async () => {
    const first = setUp();
    await begin(first.studio, "");
    first.studio.composer.write("half a thou");
    first.studio.composer.model.value = "truefusion-edge";
    const kept = Object.fromEntries(first.store.kept);
    expect(kept).toMatchObject({ draft: "half a thou", model: "truefusion-edge" });

    const second = setUp({ kept });
    await begin(second.studio, "");
    expect(second.studio.composer.prompt.value).toBe("half a thou");
    expect(second.studio.composer.model.value).toBe("truefusion-edge");

    const third = setUp({ kept });
    third.studio.composer.restore("typed early", "truefusion-pro");
    expect(third.studio.composer.prompt.value).toBe("typed early");
    expect(third.studio.composer.model.value, "chosen early").toBe("truefusion-pro");
    const fourth = setUp({ kept });
    fourth.studio.composer.restore("", "gpt");
    expect(fourth.studio.composer.model.value).toBe("truefusion-edge");
  });

  test("somebody else who signs in where a session ended starts anew; the same user goes on", async () => {
    const { studio, api, restart, cards } = setUp();
    await begin(studio, "");
    cards.apply(generation("a", { status: "succeeded" }));
    api.session.mockResolvedValueOnce(ok(nobody()));
    await studio.session.load();
    expect(await signIn(studio, "you@example.com")).toBeNull();
    expect(restart).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(api.list).toHaveBeenCalledTimes(2));
    const { user } = session();
    if (!user) throw new Error("Nobody is here.");
    api.session.mockResolvedValueOnce(ok(nobody()));
    await studio.session.load();
    api.session.mockResolvedValue(ok(session({ user: { ...user, id: "u2" } })));
    await signIn(studio, "other@example.com");
    expect(restart).toHaveBeenCalled();
    expect(api.list, "nothing of theirs among what is here").toHaveBeenCalledTimes(2);
  });

  test("signing out leaves nothing behind; a failed one says so", async () => {
    const { studio, api, restart } = setUp();
    await begin(studio, "");
    api.signOut.mockResolvedValueOnce(no("offline"));
    await signOut(studio);
    expect(restart).not.toHaveBeenCalled();
    expect(studio.toasts.value.at(-1)?.text).toContain("can't be reached");
    await signOut(studio);
    expect(restart).toHaveBeenCalledOnce();
  });

  test("a studio that could not be reached at first is entered when the network is back", async () => {
    const { studio, api } = setUp();
    api.session.mockResolvedValueOnce(no("offline"));
    await begin(studio, "");
    expect(studio.composer.notice.value).toContain("can't be reached");
    api.session.mockResolvedValueOnce(ok(session()));
    await studio.wake();
    expect(studio.composer.notice.value).toBeNull();
    expect(api.list).toHaveBeenCalledOnce();
  });
});
