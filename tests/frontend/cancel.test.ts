/** Cancel, wherever its picture is on its way. */
import { beforeEach, expect, test, vi } from "vitest";
import type { Result } from "../../frontend/api/result.ts";
import type { Generation } from "../../worker/contract.ts";
import { dismiss } from "../../frontend/studio/image-actions.ts";
import { begin, generation, later, no, ok, setUp } from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

test("shows at once and is told to the Worker", async () => {
  const { studio, api, cards } = setUp();
  await begin(studio, "a red kite");
  await studio.maker.generate();
  api.cancel.mockResolvedValueOnce(ok({ generation: generation("g1", { status: "canceled" }) }));
  const canceling = studio.maker.cancel("key-1");
  expect(cards.cards.value[0]?.generation.status).toBe("canceled");
  await canceling;
  expect(api.cancel).toHaveBeenCalledWith("g1");
});

test.each(["in the very moment of the click", "later"])(
  "before anybody knows an id, which comes %s: canceled as soon as there is one",
  async (when) => {
    const { studio, api, cards } = setUp();
    const answer = later<Result<{ generation: Generation }>>();
    api.generate.mockReturnValueOnce(answer.promise);
    api.cancel.mockResolvedValueOnce(ok({ generation: generation("g1", { status: "canceled" }) }));
    await begin(studio, "a red kite");
    const click = studio.maker.generate();
    // What a cancel needs may still be on its way from the server.
    const canceling = studio.maker.cancel("key-1");
    if (when === "later") await canceling;
    expect(api.cancel).not.toHaveBeenCalled();
    answer.resolve(ok({ generation: generation("g1") }));
    await Promise.all([click, canceling]);
    expect(api.cancel).toHaveBeenCalledExactlyOnceWith("g1");
    expect(cards.cards.value[0]?.generation.status).toBe("canceled");
  },
);

test("too late: the card shows the picture that was finished first", async () => {
  const { studio, api, cards } = setUp();
  await begin(studio, "a red kite");
  await studio.maker.generate();
  api.cancel.mockResolvedValueOnce(no("already_finished"));
  api.prediction.mockResolvedValueOnce(ok({ generation: generation("g1", { status: "succeeded" }) }));
  await studio.maker.cancel("key-1");
  expect(cards.cards.value[0]?.generation.status).toBe("succeeded");
});

test("not reached: the card goes back to being made", async () => {
  const { studio, api, cards } = setUp();
  await begin(studio, "a red kite");
  await studio.maker.generate();
  api.cancel.mockResolvedValueOnce(no("offline"));
  await studio.maker.cancel("key-1");
  expect(cards.cards.value[0]?.generation.status).toBe("queued");
});

test.each(["between two attempts", "as the line comes back"])(
  "canceled %s, it is not sent again",
  async (when) => {
    const { studio, api, cards, store } = setUp();
    api.generate.mockResolvedValue(no("offline"));
    await begin(studio, "a red kite");
    const click = studio.maker.generate();
    await vi.advanceTimersByTimeAsync(500);
    const canceling = studio.maker.cancel("key-1");
    if (when === "as the line comes back") studio.maker.hurry();
    await canceling;
    await click;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(api.generate).toHaveBeenCalledOnce();
    expect(cards.cards.value).toMatchObject([{ phase: "known", generation: { status: "canceled" } }]);
    expect(store.get("orders.u1")).toBeNull();
    dismiss(studio, "key-1");
    expect(api.remove, "nobody knows of it").not.toHaveBeenCalled();
  },
);

test("canceled and put out of sight before anybody knew an id: canceled all the same, and no news bring it back", async () => {
  const { studio, api, cards } = setUp();
  const answer = later<Result<{ generation: Generation }>>();
  api.generate.mockReturnValueOnce(answer.promise);
  await begin(studio, "a red kite");
  const click = studio.maker.generate();
  await studio.maker.cancel("key-1");
  dismiss(studio, "key-1");
  studio.changed(generation("g1", { prompt: "a red kite" }));
  answer.resolve(ok({ generation: generation("g1", { prompt: "a red kite" }) }));
  await click;
  expect(api.cancel).toHaveBeenCalledExactlyOnceWith("g1");
  studio.changed(generation("g1", { status: "canceled" }));
  expect(cards.cards.value).toEqual([]);
});

test("put out of sight before the push about its end: that does not bring it back", async () => {
  const { studio, api, cards } = setUp();
  await begin(studio, "a red kite");
  await studio.maker.generate();
  api.cancel.mockResolvedValueOnce(ok({ generation: generation("g1", { status: "canceled" }) }));
  const canceling = studio.maker.cancel("key-1");
  dismiss(studio, "key-1");
  await canceling;
  studio.changed(generation("g1", { status: "canceled" }));
  expect(cards.cards.value).toEqual([]);
});
