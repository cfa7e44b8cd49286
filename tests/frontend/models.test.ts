/** The options that models support, as far as the Worker knows them. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { failure, ok, setUp, signedIn } from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

describe("while the options of a model are unknown", () => {
  const unknown = () => signedIn({ models: signedIn().models.map((model) => ({ ...model, options: {} })) });

  test("requests the session once more, also if the options of another model are known", async () => {
    const { api, composer, begin } = setUp({ stored: { model: "truefusion-edge" } });
    const [standard, edge] = signedIn().models;
    if (!standard || !edge) throw new Error("two models");
    const models = [standard, { ...edge, options: {} }];
    api.session.mockResolvedValueOnce(ok(signedIn({ models })));
    await begin("");
    expect(composer.supported.value).toBeNull();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(composer.supported.value).toEqual({ negativePrompt: true });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(api.session).toHaveBeenCalledTimes(2);
  });

  test("requests the session only twice if they stay unknown, and keeps the options that are set", async () => {
    const { api, session, composer, begin } = setUp({ stored: { ratio: "16:9" } });
    api.session.mockImplementation(async () => ok(unknown()));
    await begin("");
    await vi.advanceTimersByTimeAsync(600_000);
    expect(api.session).toHaveBeenCalledTimes(2);
    expect(composer.options.value).toEqual({ aspectRatio: "16:9" });
    api.session.mockImplementation(async () => ok(signedIn()));
    await session.load();
    expect(composer.supported.value?.seed).toBe(true);
  });

  test("does not request the session again for a visitor who is signed out", async () => {
    const { api, session } = setUp();
    api.session.mockImplementation(async () => ok({ ...unknown(), user: null, limits: null }));
    await session.load();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(api.session).toHaveBeenCalledTimes(1);
  });

  test.each([
    ["the session has not been read", async () => failure("network_error")],
    ["the models' schemas are unknown", async () => ok(unknown())],
  ])("keeps all options that are set when %s", async (_, response) => {
    const { api, composer, begin } = setUp({ stored: { ratio: "16:9", without: "text" } });
    api.session.mockImplementation(response);
    await begin("");
    composer.seed.value = 7;
    expect(composer.options.value).toEqual({ aspectRatio: "16:9", seed: 7, negativePrompt: "text" });
  });

  test("sends all options that are set: the Worker rejects unsupported ones", async () => {
    const { api, composer, form, begin } = setUp({ stored: { ratio: "16:9", without: "text" } });
    api.session.mockImplementation(async () => ok(unknown()));
    await begin("a red kite");
    composer.seed.value = 7;
    await form.generate();
    expect(api.generate.mock.calls[0]?.[0]).toEqual({
      prompt: "a red kite",
      model: "truefusion-pro",
      aspectRatio: "16:9",
      seed: 7,
      negativePrompt: "text",
    });
  });

  test("names the options after a rejection, and retries without unsupported ones", async () => {
    const { api, toasts, session, composer, form, submit, entries, begin } = setUp({
      stored: { ratio: "16:9" },
    });
    api.session.mockImplementation(async () => ok(unknown()));
    api.generate.mockResolvedValue(failure("invalid_request"));
    await begin("a red kite");
    await form.generate();
    expect(toasts.announcement.value).toMatch(/options/);
    // Once the supported options are known, a retry leaves out the others.
    const models = signedIn().models.map((model) => ({ ...model, options: { maxPromptLength: 500 } }));
    api.session.mockImplementation(async () => ok(signedIn({ models })));
    await session.load();
    await submit.retry(entries()[0]?.key ?? "");
    expect(api.generate.mock.calls.map(([body, key]) => [body.aspectRatio, key])).toEqual([
      ["16:9", "key-1"],
      [undefined, "key-2"],
    ]);
    // Without options, the user did nothing wrong.
    composer.aspectRatio.value = null;
    composer.write("a blue kite");
    await form.generate();
    expect(toasts.announcement.value).toMatch(/Reload the page/);
  });
});

test("sends no options to a model that supports none", async () => {
  const { api, composer, begin } = setUp({ stored: { ratio: "16:9" } });
  const models = signedIn().models.map((model) => ({ ...model, options: { maxPromptLength: 500 } }));
  api.session.mockResolvedValue(ok(signedIn({ models })));
  await begin("a red kite");
  expect(composer.options.value).toEqual({});
});
