// One click is one card, in whatever order answer, pushes and polls come in.
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Result } from "../../frontend/api/result.ts";
import type { Generation } from "../../worker/contract.ts";
import { begin, generation, later, no, ok, setUp, snapshot } from "./support.ts";

type Answer = Result<{ generation: Generation }>;

beforeEach(() => {
  vi.useFakeTimers();
});

/** A signed-in studio with its socket up, and a click whose answer the test gives. */
async function clicked() {
  const world = setUp();
  const answer = later<Answer>();
  world.api.generate.mockReturnValue(answer.promise);
  await begin(world.studio, "a red kite");
  const socket = world.sockets.latest();
  socket.say(snapshot());
  const click = world.studio.maker.generate();
  const shown = () => world.cards.cards.value.map((card) => `${card.phase} ${card.generation.id || "-"}`);
  return {
    ...world,
    socket,
    shown,
    async answer(value: Answer) {
      answer.resolve(value);
      await click;
    },
    push: (news: Generation, replaces?: string) =>
      socket.say({ type: "generation", generation: news, ...(replaces !== undefined && { replaces }) }),
  };
}

describe("the click's card", () => {
  test("is there in the same moment, in the shape that was asked for", async () => {
    const { studio, api } = setUp({ kept: { ratio: "16:9" } });
    await begin(studio, "  a red kite ");
    void studio.maker.generate();
    expect(studio.cards.cards.value).toMatchObject([
      { phase: "sending", frame: 16 / 9, generation: { prompt: "a red kite", status: "queued" } },
    ]);
    expect(studio.composer.prompt.value).toBe("");
    expect(api.generate).toHaveBeenCalledWith(
      { prompt: "a red kite", model: "truefusion-pro", aspectRatio: "16:9" },
      "key-1",
    );
  });

  test("keeps its frame and key when the picture lands", async () => {
    const { answer, push, cards } = await clicked();
    const before = cards.cards.value[0];
    await answer(ok({ generation: generation("g1") }));
    push(generation("g1", { status: "succeeded", width: 1600, height: 900 }));
    expect(cards.cards.value).toMatchObject([
      { key: before?.key, frame: 1, generation: { status: "succeeded", width: 1600 } },
    ]);
  });

  test("answer first, then pushes", async () => {
    const { answer, push, shown } = await clicked();
    await answer(ok({ generation: generation("g1") }));
    push(generation("g1"));
    push(generation("g1", { status: "processing" }));
    expect(shown()).toEqual(["known g1"]);
  });

  test("push first, then the answer", async () => {
    const { answer, push, shown, cards } = await clicked();
    push(generation("g1", { status: "succeeded" }));
    expect(shown()).toEqual(["sending -"]);
    await answer(ok({ generation: generation("g1") }));
    expect(shown()).toEqual(["known g1"]);
    expect(cards.cards.value[0]?.generation.status).toBe("succeeded");
  });

  test("pushed under the pending id, renamed, then the answer", async () => {
    const { answer, push, shown } = await clicked();
    push(generation("pending-1"));
    push(generation("g1", { status: "processing" }), "pending-1");
    await answer(ok({ generation: generation("g1") }));
    expect(shown()).toEqual(["known g1"]);
  });

  test("pushed under the pending id, then the answer, renamed last", async () => {
    const { answer, push, shown } = await clicked();
    push(generation("pending-1"));
    await answer(ok({ generation: generation("g1") }));
    expect(shown()).toEqual(["known g1"]);
    push(generation("g1"), "pending-1");
    push(generation("pending-1"));
    expect(shown()).toEqual(["known g1"]);
  });

  test("pushed under a pending id that nobody ever renames: asking for it tells whose it is", async () => {
    const { answer, push, shown, api } = await clicked();
    push(generation("pending-1"));
    await answer(ok({ generation: generation("g1") }));
    api.prediction.mockImplementation(async () =>
      ok({ generation: generation("g1", { status: "processing" }) }),
    );
    await vi.advanceTimersByTimeAsync(2_000);
    expect(api.prediction.mock.calls).toContainEqual(["pending-1"]);
    expect(shown()).toEqual(["known g1"]);
  });

  test("another tab's picture with the same prompt gets its own card once that is clear", async () => {
    const { answer, push, shown, api } = await clicked();
    push(generation("other"));
    expect(shown()).toEqual(["sending -"]);
    await answer(ok({ generation: generation("g1") }));
    api.prediction.mockImplementation(async (id) => ok({ generation: generation(id) }));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(shown().sort()).toEqual(["known g1", "known other"]);
  });

  test("another tab's picture with another prompt shows at once", async () => {
    const { push, shown } = await clicked();
    push(generation("other", { prompt: "a blue boat" }));
    expect(shown().sort()).toEqual(["known other", "sending -"]);
  });

  test("everything doubled is still one card", async () => {
    const { answer, push, shown, socket } = await clicked();
    for (let round = 0; round < 2; round += 1) push(generation("pending-1"));
    for (let round = 0; round < 2; round += 1) push(generation("g1"), "pending-1");
    await answer(ok({ generation: generation("g1") }));
    socket.say(snapshot(generation("g1")));
    for (let round = 0; round < 2; round += 1) push(generation("g1", { status: "succeeded" }));
    expect(shown()).toEqual(["known g1"]);
  });

  test("late news never takes a state back", async () => {
    const { answer, push, cards } = await clicked();
    await answer(ok({ generation: generation("g1") }));
    push(generation("g1", { status: "processing", progress: 60 }));
    push(generation("g1", { status: "processing", progress: 20 }));
    expect(cards.cards.value[0]?.generation.progress).toBe(60);
    push(generation("g1", { status: "succeeded" }));
    push(generation("g1", { status: "processing" }));
    expect(cards.cards.value[0]?.generation.status).toBe("succeeded");
  });

  test("what was deleted elsewhere goes, and no late push brings it back", async () => {
    const { answer, push, shown, socket } = await clicked();
    await answer(ok({ generation: generation("g1") }));
    socket.say({ type: "deleted", id: "g1" });
    push(generation("g1", { status: "succeeded" }));
    expect(shown()).toEqual([]);
  });
});

describe("a create whose answer was lost", () => {
  const lost = no("upstream_timeout", { pending: { id: "pending-1", until: "2026-11-22T10:02:00Z" } });

  test("stays as being checked while nothing more is known", async () => {
    const { answer, push, shown } = await clicked();
    push(generation("pending-1"));
    await answer(lost);
    push(generation("pending-1"));
    expect(shown()).toEqual(["unconfirmed pending-1"]);
  });

  test("becomes the picture by push", async () => {
    const { answer, push, cards } = await clicked();
    await answer(lost);
    const { key } = cards.cards.value[0] ?? {};
    push(generation("g1", { status: "processing" }), "pending-1");
    push(generation("g1", { status: "succeeded" }));
    expect(cards.cards.value).toMatchObject([
      { key, phase: "known", generation: { id: "g1", status: "succeeded" } },
    ]);
  });

  test("becomes the picture by asking for its pending id", async () => {
    const { answer, socket, shown, api } = await clicked();
    await answer(lost);
    socket.cut();
    api.prediction.mockImplementation(async () =>
      ok({ generation: generation("g1", { status: "succeeded" }) }),
    );
    await vi.advanceTimersByTimeAsync(2_000);
    expect(api.prediction).toHaveBeenCalledWith("pending-1");
    expect(shown()).toEqual(["known g1"]);
  });

  test("ends as an honest failure when given up", async () => {
    const { answer, push, cards, studio } = await clicked();
    await answer(lost);
    push(generation("pending-1", { status: "failed", error: { code: "unconfirmed", message: "" } }));
    expect(cards.cards.value).toMatchObject([{ phase: "known", generation: { status: "failed" } }]);
    expect(studio.announcement.value).toContain("never confirmed");
  });
});
