// One click is one entry, in whatever order the response, the pushes and the polls arrive.
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Result } from "../../frontend/api/result.ts";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { failure, generation, ok, setUp, snapshot } from "./support.ts";

type ApiResult = Result<{ generation: Generation }>;

beforeEach(() => {
  vi.useFakeTimers();
});

/** A signed-in studio with its socket up, and a click whose response the test gives. */
async function clicked() {
  const world = setUp();
  const response = Promise.withResolvers<ApiResult>();
  world.api.generate.mockReturnValue(response.promise);
  await world.begin("a red kite");
  const socket = world.sockets.latest();
  socket.push(snapshot());
  const click = world.form.generate();
  const shown = world.lines;
  return {
    ...world,
    socket,
    shown,
    async response(value: ApiResult) {
      response.resolve(value);
      await click;
    },
    push: (news: Generation, replaces?: string) =>
      socket.push({ type: "generation", generation: news, ...(replaces !== undefined && { replaces }) }),
  };
}

describe("the entry of a click", () => {
  test("appears at once, in the requested aspect ratio", async () => {
    const { api, form, entries, begin } = setUp({ stored: { ratio: "16:9" } });
    await begin("  a red kite ");
    void form.generate();
    expect(entries()).toMatchObject([
      { phase: "sending", frame: 16 / 9, generation: { prompt: "a red kite", status: "queued" } },
    ]);
    expect(api.generate).toHaveBeenCalledWith(
      { prompt: "a red kite", model: "truefusion-pro", aspectRatio: "16:9" },
      "key-1",
    );
  });

  test("keeps its frame and key when the image arrives", async () => {
    const { entries, response, push } = await clicked();
    const before = entries()[0];
    await response(ok({ generation: generation("g1") }));
    push(generation("g1", { status: "succeeded", width: 1600, height: 900 }));
    expect(entries()).toMatchObject([
      { key: before?.key, frame: 1, generation: { status: "succeeded", width: 1600 } },
    ]);
  });

  test("is one entry: the response, then pushes", async () => {
    const { response, push, shown } = await clicked();
    await response(ok({ generation: generation("g1") }));
    push(generation("g1"));
    push(generation("g1", { status: "processing" }));
    expect(shown()).toEqual(["known g1"]);
  });

  test("is one entry: a push, then the response", async () => {
    const { entries, response, push, shown } = await clicked();
    push(generation("g1", { status: "succeeded" }));
    expect(shown()).toEqual(["sending -"]);
    await response(ok({ generation: generation("g1") }));
    expect(shown()).toEqual(["known g1"]);
    expect(entries()[0]?.generation.status).toBe("succeeded");
  });

  test("is one entry: a push under the pending id, its replacement, then the response", async () => {
    const { response, push, shown } = await clicked();
    push(generation("pending-1"));
    push(generation("g1", { status: "processing" }), "pending-1");
    await response(ok({ generation: generation("g1") }));
    expect(shown()).toEqual(["known g1"]);
  });

  test("is one entry: a push under the pending id, the response, then the replacement", async () => {
    const { response, push, shown } = await clicked();
    push(generation("pending-1"));
    await response(ok({ generation: generation("g1") }));
    expect(shown()).toEqual(["known g1"]);
    push(generation("g1"), "pending-1");
    push(generation("pending-1"));
    expect(shown()).toEqual(["known g1"]);
  });

  test("is one entry: a pending id that is never replaced is matched by a poll", async () => {
    const { api, response, push, shown } = await clicked();
    push(generation("pending-1"));
    await response(ok({ generation: generation("g1") }));
    api.prediction.mockImplementation(async () =>
      ok({ generation: generation("g1", { status: "processing" }) }),
    );
    await vi.advanceTimersByTimeAsync(2_000);
    expect(api.prediction.mock.calls).toContainEqual(["pending-1"]);
    expect(shown()).toEqual(["known g1"]);
  });

  test("another tab's image with the same prompt gets its own entry after the response", async () => {
    const { api, response, push, shown } = await clicked();
    push(generation("other"));
    expect(shown()).toEqual(["sending -"]);
    await response(ok({ generation: generation("g1") }));
    api.prediction.mockImplementation(async (id) => ok({ generation: generation(id) }));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(shown().sort()).toEqual(["known g1", "known other"]);
  });

  test("another tab's image with another prompt appears at once", async () => {
    const { push, shown } = await clicked();
    push(generation("other", { prompt: "a blue boat" }));
    expect(shown().sort()).toEqual(["known other", "sending -"]);
  });

  test("is one entry when everything arrives twice", async () => {
    const { response, push, shown, socket } = await clicked();
    for (let round = 0; round < 2; round += 1) push(generation("pending-1"));
    for (let round = 0; round < 2; round += 1) push(generation("g1"), "pending-1");
    await response(ok({ generation: generation("g1") }));
    socket.push(snapshot(generation("g1")));
    for (let round = 0; round < 2; round += 1) push(generation("g1", { status: "succeeded" }));
    expect(shown()).toEqual(["known g1"]);
  });

  test("late news does not take back a status or progress", async () => {
    const { entries, response, push } = await clicked();
    await response(ok({ generation: generation("g1") }));
    push(generation("g1", { status: "processing", progress: 60 }));
    push(generation("g1", { status: "processing", progress: 20 }));
    expect(entries()[0]?.generation.progress).toBe(60);
    push(generation("g1", { status: "succeeded" }));
    push(generation("g1", { status: "processing" }));
    expect(entries()[0]?.generation.status).toBe("succeeded");
  });

  test("is removed when deleted elsewhere, and no late push brings it back", async () => {
    const { response, push, shown, socket } = await clicked();
    await response(ok({ generation: generation("g1") }));
    socket.push({ type: "deleted", id: "g1" });
    push(generation("g1", { status: "succeeded" }));
    expect(shown()).toEqual([]);
  });
});

describe("a submission whose response from Skytells was lost", () => {
  const lost = failure("upstream_timeout", { pending: { id: "pending-1", until: "2026-11-22T10:02:00Z" } });

  test("stays unconfirmed while nothing more is known", async () => {
    const { response, push, shown } = await clicked();
    push(generation("pending-1"));
    await response(lost);
    push(generation("pending-1"));
    expect(shown()).toEqual(["unconfirmed pending-1"]);
  });

  test("becomes the image by a push", async () => {
    const { entries, response, push } = await clicked();
    await response(lost);
    const { key } = entries()[0] ?? {};
    push(generation("g1", { status: "processing" }), "pending-1");
    push(generation("g1", { status: "succeeded" }));
    expect(entries()).toMatchObject([{ key, phase: "known", generation: { id: "g1", status: "succeeded" } }]);
  });

  test("becomes the image by a poll for its pending id", async () => {
    const { api, response, socket, shown } = await clicked();
    await response(lost);
    socket.end();
    api.prediction.mockImplementation(async () =>
      ok({ generation: generation("g1", { status: "succeeded" }) }),
    );
    await vi.advanceTimersByTimeAsync(2_000);
    expect(api.prediction).toHaveBeenCalledWith("pending-1");
    expect(shown()).toEqual(["known g1"]);
  });

  test("fails when the Worker gives up", async () => {
    const { toasts, entries, response, push } = await clicked();
    await response(lost);
    push(generation("pending-1", { status: "failed", error: { code: "unconfirmed", message: "" } }));
    expect(entries()).toMatchObject([{ phase: "known", generation: { status: "failed" } }]);
    expect(toasts.announcement.value).toContain("never confirmed");
  });
});
