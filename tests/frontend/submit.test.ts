import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Result } from "../../frontend/api/result.ts";
import { commonText } from "../../frontend/text/common.ts";
import { errors } from "../../frontend/text/errors.ts";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import {
  NOW,
  TODAY,
  failure,
  generation,
  ok,
  outboxItem,
  setUp,
  signedIn,
  signedInAs,
  signedOut,
  snapshot,
  storedOutbox,
} from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

describe("a prompt that cannot be sent", () => {
  test.each([
    ["   ", "empty"],
    ["🦊".repeat(501), "too_long"],
    ["a\0b", "malformed"],
  ] as const)("%j: says why (%s), and keeps the text", async (prompt, problem) => {
    const { api, composer, form, begin } = setUp();
    await begin(prompt);
    await form.generate();
    expect(composer.notice.value).toBe(errors.promptProblem(problem, prompt, 500));
    expect(composer.prompt.value).toBe(prompt);
    expect(api.generate).not.toHaveBeenCalled();
  });

  test("the second half of a double click is ignored; a later click generates again", async () => {
    const { api, clock, composer, form, begin } = setUp();
    await begin("a red kite");
    void form.generate();
    void form.generate();
    expect(api.generate).toHaveBeenCalledOnce();
    clock.now += 1_000;
    await form.generate();
    expect(composer.notice.value).toBeNull();
    expect(api.generate).toHaveBeenCalledTimes(2);
  });

  test("the limit is the model's own prompt length, or 500 characters", async () => {
    const { api, composer, form, begin } = setUp();
    const models = signedIn().models.map((model, at) =>
      at === 0 ? { ...model, options: { ...model.options, maxPromptLength: 600 } } : model,
    );
    api.session.mockResolvedValue(ok(signedIn({ models })));
    await begin("🦊".repeat(603));
    await form.generate();
    expect(composer.notice.value).toBe("Shorten your prompt by 3 characters.");
    composer.model.value = "truefusion-edge";
    await form.generate();
    expect(composer.notice.value).toBe("Shorten your prompt by 103 characters.");
    composer.model.value = "truefusion-pro";
    composer.write("🦊".repeat(600));
    await form.generate();
    expect(api.generate).toHaveBeenCalledOnce();
  });

  test("500 emoji are 500 characters", async () => {
    const { api, form, begin } = setUp();
    await begin("🦊".repeat(500));
    await form.generate();
    expect(api.generate).toHaveBeenCalledOnce();
  });

  test("an aspect ratio that the model does not support is not sent", async () => {
    const { api, form, begin } = setUp({ stored: { ratio: "16:9", model: "truefusion-edge" } });
    const models = signedIn().models.map((model) => ({ ...model, options: { seed: true as const } }));
    api.session.mockResolvedValue(ok(signedIn({ models })));
    await begin("a red kite");
    await form.generate();
    expect(api.generate.mock.calls[0]?.[0]).toEqual({ prompt: "a red kite", model: "truefusion-edge" });
  });
});

describe("sign-in at Generate", () => {
  test("asks first, keeps the prompt, and continues after the sign-in", async () => {
    const { api, tabStore, dialogs, composer, form, signIn, entries, begin } = setUp();
    api.session.mockResolvedValueOnce(ok(signedOut()));
    await begin("a red kite");
    await form.generate();
    expect(dialogs.signIn.value).toBe("generate");
    expect(composer.prompt.value).toBe("a red kite");
    expect(entries()).toEqual([]);

    expect(await signIn.signInDev("you@example.com")).toBeNull();
    expect(dialogs.signIn.value).toBeNull();
    expect(api.generate).toHaveBeenCalledExactlyOnceWith(
      { prompt: "a red kite", model: "truefusion-pro" },
      "key-1",
    );
    expect(tabStore.get("resume")).toBeNull();
  });

  test("asks again when the session has ended, with the prompt in the form", async () => {
    const { api, dialogs, composer, form, entries, begin } = setUp();
    await begin("a red kite");
    api.generate.mockResolvedValueOnce(failure("unauthenticated"));
    api.session.mockResolvedValue(ok(signedOut()));
    await form.generate();
    expect(entries()).toEqual([]);
    expect(composer.prompt.value).toBe("a red kite");
    expect(dialogs.signIn.value).toBe("generate");
  });

  test("continues after a round trip to a sign-in page, with the stored draft", async () => {
    const { api, begin } = setUp({
      stored: { draft: "a red kite" },
      storedInTab: { resume: String(NOW - 60_000) },
    });
    await begin("");
    expect(api.generate).toHaveBeenCalledOnce();
  });

  test("does not continue an hour later", async () => {
    const { api, begin } = setUp({
      stored: { draft: "a red kite" },
      storedInTab: { resume: String(NOW - 3_600_000) },
    });
    await begin("");
    expect(api.generate).not.toHaveBeenCalled();
  });

  test("does not continue when the dialog was closed", async () => {
    const { api, form, signIn, begin } = setUp();
    api.session.mockResolvedValueOnce(ok(signedOut()));
    await begin("a red kite");
    await form.generate();
    signIn.cancel();
    await signIn.signInDev("you@example.com");
    expect(api.generate).not.toHaveBeenCalled();
  });

  test("a rejected address keeps the dialog open", async () => {
    const { api, dialogs, form, signIn, begin } = setUp();
    api.session.mockResolvedValueOnce(ok(signedOut()));
    api.signInDev.mockResolvedValueOnce(failure("invalid_request"));
    await begin("a red kite");
    await form.generate();
    expect(await signIn.signInDev("nonsense")).toMatchObject({ code: "invalid_request" });
    expect(dialogs.signIn.value).toBe("generate");
  });
});

describe("rejections", () => {
  test("after the session ended, the prompt is queued if the user is typing another", async () => {
    const { api, composer, outbox, form, signIn, begin } = setUp();
    const answer = Promise.withResolvers<Result<{ generation: Generation }>>();
    api.generate.mockReturnValueOnce(answer.promise);
    await begin("a red kite");
    const click = form.generate();
    composer.write("a blue boat");
    answer.resolve(failure("unauthenticated"));
    await click;
    expect(composer.prompt.value).toBe("a blue boat");
    expect(outbox.queued.value).toMatchObject([{ body: { prompt: "a red kite" } }]);
    expect(api.generate, "the queue waits for the sign-in").toHaveBeenCalledOnce();
    // The user has not submitted the new prompt: signing in does not send it.
    await signIn.signInDev("ada@example.com");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(api.generate.mock.calls.filter(([{ prompt }]) => prompt === "a blue boat")).toEqual([]);
    expect(composer.prompt.value).toBe("a blue boat");
  });

  test("a prompt that goes back into the form brings its settings", async () => {
    const { api, composer, form, begin } = setUp({ stored: { ratio: "16:9" } });
    const answer = Promise.withResolvers<Result<{ generation: Generation }>>();
    api.generate.mockReturnValueOnce(answer.promise);
    await begin("a red kite");
    const click = form.generate();
    composer.model.value = "truefusion-edge";
    composer.aspectRatio.value = "1:1";
    answer.resolve(failure("unauthenticated"));
    await click;
    const { prompt, model, aspectRatio } = composer;
    expect([prompt.value, model.value, aspectRatio.value]).toEqual(["a red kite", "truefusion-pro", "16:9"]);
  });

  test("any other rejection stays on the entry; a retry uses the same entry and key", async () => {
    const { api, form, submit, entries, begin } = setUp();
    api.generate.mockResolvedValueOnce(failure("upstream_unavailable"));
    await begin("a red kite");
    await form.generate();
    expect(entries()).toMatchObject([{ phase: "rejected", error: { code: "upstream_unavailable" } }]);
    await submit.retry(entries()[0]?.key ?? "");
    expect(entries()).toMatchObject([{ phase: "known", generation: { id: "g1" } }]);
    expect(api.generate.mock.calls.map(([, key]) => key)).toEqual(["key-1", "key-1"]);
  });

  test("a retry of a failed generation uses a new key", async () => {
    const { api, sockets, form, submit, entries, begin } = setUp();
    await begin("a red kite");
    sockets.latest().push(snapshot());
    await form.generate();
    const error = { code: "upstream_failed", message: "" } as const;
    sockets.latest().push({ type: "generation", generation: generation("g1", { status: "failed", error }) });
    api.generate.mockResolvedValueOnce(ok({ generation: generation("g2") }));
    // A double click.
    await Promise.all([submit.retry("key-1"), submit.retry("key-1")]);
    expect(entries()).toMatchObject([{ key: "key-1", phase: "known", generation: { id: "g2" } }]);
    expect(api.generate.mock.calls.map(([, key]) => key)).toEqual(["key-1", "key-2"]);
  });
});

describe("without a connection", () => {
  test("sends the item again under its key, with growing delays, until there is an answer", async () => {
    const { api, store, form, entries, begin } = setUp();
    api.generate.mockResolvedValue(failure("network_error"));
    await begin("a red kite");
    const click = form.generate();
    await vi.advanceTimersByTimeAsync(1_000 + 2_000 + 4_000 + 8_000 + 16_000 + 10 * 30_000);
    expect(api.generate).toHaveBeenCalledTimes(16);
    expect(entries()).toMatchObject([{ phase: "sending", error: { code: "network_error" } }]);
    expect(store.get("outbox.u1"), "stored for a reload").toContain("a red kite");

    api.generate.mockResolvedValue(ok({ generation: generation("g1") }));
    await vi.advanceTimersByTimeAsync(30_000);
    await click;
    expect(new Set(api.generate.mock.calls.map(([, key]) => key))).toEqual(new Set(["key-1"]));
    expect(entries()).toMatchObject([{ key: "key-1", phase: "known", generation: { id: "g1" } }]);
    expect(store.get("outbox.u1")).toBeNull();
  });

  test.each(["network", "socket"])("sends the item at once when the %s is back", async (what) => {
    const { api, sockets, form, begin, wake } = setUp();
    await begin("a red kite");
    sockets.latest().push(snapshot());
    api.generate.mockResolvedValue(failure("network_error"));
    const click = form.generate();
    await vi.advanceTimersByTimeAsync(60_000);
    const before = api.generate.mock.calls.length;
    api.generate.mockResolvedValue(ok({ generation: generation("g1") }));
    if (what === "network") await wake();
    else sockets.latest().push(snapshot());
    await click;
    expect(api.generate).toHaveBeenCalledTimes(before + 1);
  });

  test("a generation created by a lost request belongs to its entry", async () => {
    const { api, sockets, form, entries, begin } = setUp();
    await begin("a red kite");
    sockets.latest().push(snapshot());
    api.generate.mockResolvedValueOnce(failure("network_error"));
    const click = form.generate();
    await vi.advanceTimersByTimeAsync(500);
    sockets.latest().end();
    await vi.advanceTimersByTimeAsync(1_000);
    api.generate.mockResolvedValue(ok({ generation: generation("g1", { status: "processing" }) }));
    sockets.latest().push(snapshot(generation("g1", { status: "processing" })));
    expect(entries()).toHaveLength(1);
    await click;
    expect(entries()).toMatchObject([{ key: "key-1", phase: "known", generation: { id: "g1" } }]);
  });

  test("sends the item again after a gateway's error page", async () => {
    const { api, form, begin } = setUp();
    api.generate.mockResolvedValueOnce(failure("invalid_response"));
    await begin("a red kite");
    const click = form.generate();
    await vi.advanceTimersByTimeAsync(1_000);
    await click;
    expect(api.generate.mock.calls.map(([, key]) => key)).toEqual(["key-1", "key-1"]);
  });

  test("sends the item again while the Worker still works on it", async () => {
    const { api, form, entries, begin } = setUp();
    api.generate.mockResolvedValueOnce(failure("idempotency_in_progress", { retryAfterSeconds: 2 }));
    await begin("a red kite");
    const click = form.generate();
    await vi.advanceTimersByTimeAsync(2_000);
    await click;
    expect(entries()).toMatchObject([{ phase: "known", generation: { id: "g1" } }]);
    expect(api.generate.mock.calls.map(([, key]) => key)).toEqual(["key-1", "key-1"]);
  });
});

describe("during a deploy of the Worker, or a reset of the user's object", () => {
  test("503: sends the item again under its key after Retry-After", async () => {
    const { api, form, entries, begin } = setUp();
    api.generate.mockResolvedValueOnce(failure("storage_unavailable", { retryAfterSeconds: 5 }));
    await begin("a red kite");
    void form.generate();
    await vi.advanceTimersByTimeAsync(4_999);
    expect(entries()).toMatchObject([{ phase: "sending", error: { code: "storage_unavailable" } }]);
    expect(api.generate).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(1);
    expect(entries()).toMatchObject([{ phase: "known", generation: { id: "g1" } }]);
    expect(api.generate.mock.calls.map(([, key]) => key)).toEqual(["key-1", "key-1"]);
  });

  test("500 again and again: rejected in the end, and a retry keeps the key", async () => {
    const { api, form, submit, entries, begin } = setUp();
    api.generate.mockResolvedValue(failure("internal"));
    await begin("a red kite");
    void form.generate();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(entries()).toMatchObject([{ phase: "rejected", error: { code: "internal" } }]);
    api.generate.mockResolvedValue(ok({ generation: generation("g1") }));
    await submit.retry(entries()[0]?.key ?? "");
    expect(new Set(api.generate.mock.calls.map(([, key]) => key))).toEqual(new Set(["key-1"]));
  });

  test("503: not sent again if canceled meanwhile", async () => {
    const { api, form, submit, entries, begin } = setUp();
    api.generate.mockResolvedValueOnce(failure("storage_unavailable"));
    await begin("a red kite");
    void form.generate();
    await vi.advanceTimersByTimeAsync(0);
    await submit.cancel(entries()[0]?.key ?? "");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(api.generate).toHaveBeenCalledOnce();
  });
});

test("pauses the queue for long when Skytells rejects the owner's account", async () => {
  const world = setUp({
    stored: storedOutbox(outboxItem("k1", { state: "queued" }), outboxItem("k2", { state: "queued" })),
  });
  world.api.session.mockResolvedValue(
    ok(signedIn({ limits: { concurrent: 1, inFlight: 0, unconfirmed: 0, today: TODAY } })),
  );
  world.api.generate.mockResolvedValue(failure("owner_must_act"));
  await world.begin("");
  await vi.advanceTimersByTimeAsync(0);
  expect(world.toasts.announcement.value).toContain("owner");
  await vi.advanceTimersByTimeAsync(600_000);
  expect(world.api.generate).toHaveBeenCalledOnce();
});

describe("a visit", () => {
  test("restores prompt and model; what was typed before the script loaded comes first", async () => {
    const first = setUp();
    await first.begin("");
    first.composer.write("half a thou");
    first.composer.model.value = "truefusion-edge";
    const stored = Object.fromEntries(first.store.values);
    expect(stored).toMatchObject({ draft: "half a thou", model: "truefusion-edge" });

    const second = setUp({ stored });
    await second.begin("");
    expect(second.composer.prompt.value).toBe("half a thou");
    expect(second.composer.model.value).toBe("truefusion-edge");

    const third = setUp({ stored });
    third.composer.restore("typed early", "truefusion-pro");
    expect(third.composer.prompt.value).toBe("typed early");
    expect(third.composer.model.value, "chosen before the script loaded").toBe("truefusion-pro");
    const [toast] = third.toasts.all.value;
    expect(toast?.text).toBe(commonText.draftReplaced);
    toast?.action?.run();
    expect(third.composer.prompt.value).toBe("half a thou");
    const fourth = setUp({ stored });
    fourth.composer.restore("", "gpt");
    expect(fourth.composer.model.value).toBe("truefusion-edge");
  });

  test("after the session ended, the same user continues; for another user the page reloads", async () => {
    const { api, reload, session, signIn, begin } = setUp();
    await begin("");
    api.session.mockResolvedValueOnce(ok(signedOut()));
    await session.load();
    expect(await signIn.signInDev("you@example.com")).toBeNull();
    expect(reload).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(api.list).toHaveBeenCalledTimes(2));
    api.session.mockResolvedValueOnce(ok(signedOut()));
    await session.load();
    api.session.mockResolvedValue(ok(signedInAs("u2")));
    await signIn.signInDev("other@example.com");
    expect(reload).toHaveBeenCalled();
    expect(api.list, "their images are not mixed with the first user's").toHaveBeenCalledTimes(2);
  });

  test("reloads after a sign-out, and says when that failed", async () => {
    const { api, reload, toasts, signIn, begin } = setUp();
    await begin("");
    api.signOut.mockResolvedValueOnce(failure("network_error"));
    await signIn.signOut();
    expect(reload).not.toHaveBeenCalled();
    expect(toasts.all.value.at(-1)?.text).toContain("can't be reached");
    await signIn.signOut();
    expect(reload).toHaveBeenCalledOnce();
  });

  test("loads the latest images when the first request failed and the network is back", async () => {
    const { api, begin, wake } = setUp();
    api.session.mockResolvedValueOnce(failure("network_error"));
    await begin("");
    expect(api.list).not.toHaveBeenCalled();
    api.session.mockResolvedValueOnce(ok(signedIn()));
    await wake();
    expect(api.list).toHaveBeenCalledOnce();
  });
});
