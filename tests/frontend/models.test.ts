/** What models take besides a prompt, as the studio hears of it. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { begin, no, ok, session, setUp } from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

describe("what models take is not known at first", () => {
  const unread = () =>
    session({ models: session().models.map((model) => ({ ...model, options: {}, unread: true })) });

  test("it is asked for again, also where it is known of another model", async () => {
    const { studio, api } = setUp({ kept: { model: "truefusion-edge" } });
    const [standard, edge] = session().models;
    if (!standard || !edge) throw new Error("two models");
    const models = [standard, { ...edge, options: {}, unread: true as const }];
    api.session.mockResolvedValueOnce(ok(session({ models })));
    await begin(studio, "");
    expect(studio.composer.takes.value).toBeNull();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(studio.composer.takes.value).toEqual({ negativePrompt: true });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(api.session, "no more of it").toHaveBeenCalledTimes(2);
  });

  test("it is asked for as long as nobody says, ever less often, also after a cut line", async () => {
    const { studio, api } = setUp({ kept: { ratio: "16:9" } });
    api.session.mockImplementation(async () => ok(unread()));
    await begin(studio, "");
    api.session.mockResolvedValueOnce(no("offline"));
    await vi.advanceTimersByTimeAsync(600_000);
    expect(studio.composer.options.value, "still set").toEqual({ aspectRatio: "16:9" });
    expect(api.session.mock.calls.length).toBeGreaterThan(12);
    expect(api.session.mock.calls.length).toBeLessThan(20);
    api.session.mockImplementation(async () => ok(session()));
    await vi.advanceTimersByTimeAsync(48_000);
    expect(studio.composer.takes.value?.seed).toBe(true);
  });

  test("what was set goes along: the Worker refuses what is not taken", async () => {
    const { studio, api } = setUp({ kept: { ratio: "16:9", without: "text" } });
    api.session.mockImplementation(async () => ok(unread()));
    await begin(studio, "a red kite");
    studio.composer.seed.value = 7;
    await studio.maker.generate();
    expect(api.generate.mock.calls[0]?.[0]).toEqual({
      prompt: "a red kite",
      model: "truefusion-pro",
      aspectRatio: "16:9",
      seed: 7,
      negativePrompt: "text",
    });
  });

  test("and if it is not, it is the options that are named", async () => {
    const { studio, api } = setUp({ kept: { ratio: "16:9" } });
    api.session.mockImplementation(async () => ok(unread()));
    api.generate.mockResolvedValue(no("invalid_request"));
    await begin(studio, "a red kite");
    await studio.maker.generate();
    expect(studio.announcement.value).toMatch(/options/);
    // Tried again it goes without what the model does not take, as soon as the studio knows.
    const models = session().models.map((model) => ({ ...model, options: {} }));
    api.session.mockImplementation(async () => ok(session({ models })));
    await studio.session.load();
    await studio.maker.retry(studio.cards.cards.value[0]?.key ?? "");
    expect(api.generate.mock.calls.map(([body, key]) => [body.aspectRatio, key])).toEqual([
      ["16:9", "key-1"],
      [undefined, "key-2"],
    ]);
    // Without any it is nothing of what one did.
    studio.composer.aspectRatio.value = null;
    studio.composer.write("a blue kite");
    await studio.maker.generate();
    expect(studio.announcement.value).toMatch(/Reload the page/);
  });

  test("a model of which is said that it takes nothing is sent nothing", async () => {
    const { studio, api } = setUp({ kept: { ratio: "16:9" } });
    const models = session().models.map((model) => ({ ...model, options: {} }));
    api.session.mockResolvedValue(ok(session({ models })));
    await begin(studio, "a red kite");
    expect(studio.composer.takes.value).toEqual({});
    expect(studio.composer.options.value).toEqual({});
  });

  test("what was said is not unsaid by an answer that knows nothing", async () => {
    const { studio, api } = setUp();
    await begin(studio, "");
    api.session.mockImplementation(async () => ok(unread()));
    await studio.session.load();
    expect(studio.composer.takes.value?.aspectRatio).toEqual(["1:1", "16:9"]);
  });
});
