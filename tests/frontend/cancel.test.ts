/** Canceling a generation, in each phase of its submission. */
import { beforeEach, expect, test, vi } from "vitest";
import type { Result } from "../../frontend/api/result.ts";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { failure, generation, ok, setUp } from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

test("shows as canceled at once, and sends the request", async () => {
  const { api, form, submit, entries, begin } = setUp();
  await begin("a red kite");
  await form.generate();
  api.cancel.mockResolvedValueOnce(ok({ generation: generation("g1", { status: "canceled" }) }));
  const canceling = submit.cancel("key-1");
  expect(entries()[0]?.generation.status).toBe("canceled");
  await canceling;
  expect(api.cancel).toHaveBeenCalledWith("g1");
});

test.each(["at the same moment", "later"])(
  "before the id is known, which arrives %s: canceled once it is known",
  async (when) => {
    const { api, form, submit, entries, begin } = setUp();
    const response = Promise.withResolvers<Result<{ generation: Generation }>>();
    api.generate.mockReturnValueOnce(response.promise);
    api.cancel.mockResolvedValueOnce(ok({ generation: generation("g1", { status: "canceled" }) }));
    await begin("a red kite");
    const click = form.generate();
    const canceling = submit.cancel("key-1");
    if (when === "later") await canceling;
    expect(api.cancel).not.toHaveBeenCalled();
    response.resolve(ok({ generation: generation("g1") }));
    await Promise.all([click, canceling]);
    expect(api.cancel).toHaveBeenCalledExactlyOnceWith("g1");
    expect(entries()[0]?.generation.status).toBe("canceled");
  },
);

test("too late: shows the finished image", async () => {
  const { api, form, submit, entries, begin } = setUp();
  await begin("a red kite");
  await form.generate();
  api.cancel.mockResolvedValueOnce(failure("already_finished"));
  api.prediction.mockResolvedValueOnce(ok({ generation: generation("g1", { status: "succeeded" }) }));
  await submit.cancel("key-1");
  expect(entries()[0]?.generation.status).toBe("succeeded");
});

test("a failed request: shows as in flight again", async () => {
  const { api, form, submit, entries, begin } = setUp();
  await begin("a red kite");
  await form.generate();
  api.cancel.mockResolvedValueOnce(failure("network_error"));
  await submit.cancel("key-1");
  expect(entries()[0]?.generation.status).toBe("queued");
});

test.each(["between two attempts", "while the connection comes back"])(
  "canceled %s: not sent again",
  async (when) => {
    const { api, store, form, submit, entries, begin, dismissals } = setUp();
    api.generate.mockResolvedValue(failure("network_error"));
    await begin("a red kite");
    const click = form.generate();
    await vi.advanceTimersByTimeAsync(500);
    const canceling = submit.cancel("key-1");
    if (when === "while the connection comes back") submit.retryNow();
    await canceling;
    await click;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(api.generate).toHaveBeenCalledOnce();
    expect(entries()).toMatchObject([{ phase: "known", generation: { status: "canceled" } }]);
    expect(store.get("outbox.u1")).toBeNull();
    dismissals.dismiss("key-1");
    expect(api.remove, "the Worker does not know it").not.toHaveBeenCalled();
  },
);

test("canceled and dismissed before the id is known: canceled, and no news brings it back", async () => {
  const { api, generations, form, submit, entries, begin, dismissals } = setUp();
  const response = Promise.withResolvers<Result<{ generation: Generation }>>();
  api.generate.mockReturnValueOnce(response.promise);
  await begin("a red kite");
  const click = form.generate();
  await submit.cancel("key-1");
  dismissals.dismiss("key-1");
  generations.upsert(generation("g1", { prompt: "a red kite" }));
  response.resolve(ok({ generation: generation("g1", { prompt: "a red kite" }) }));
  await click;
  expect(api.cancel).toHaveBeenCalledExactlyOnceWith("g1");
  generations.upsert(generation("g1", { status: "canceled" }));
  expect(entries()).toEqual([]);
});

test("dismissed before the push about its end: the push does not bring it back", async () => {
  const { api, generations, form, submit, entries, begin, dismissals } = setUp();
  await begin("a red kite");
  await form.generate();
  api.cancel.mockResolvedValueOnce(ok({ generation: generation("g1", { status: "canceled" }) }));
  const canceling = submit.cancel("key-1");
  dismissals.dismiss("key-1");
  await canceling;
  generations.upsert(generation("g1", { status: "canceled" }));
  expect(entries()).toEqual([]);
});
