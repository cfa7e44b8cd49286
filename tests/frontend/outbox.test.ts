// A submission outlives its page, and makes one image.
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { OutboxItem } from "../../frontend/studio/generate/outbox.ts";
import { isUnconfirmed } from "../../frontend/studio/generate/quota.ts";
import {
  NOW,
  TODAY,
  failure,
  generation,
  memoryStore,
  ok,
  outboxItem,
  type World,
  setUp,
  signedIn,
  signedInAs,
  signedOut,
  snapshot,
  storedOutbox,
} from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

const shown = ({ entries }: World) =>
  entries().map(({ key, phase, generation: { id } }) => `${key} ${phase} ${id || "-"}`);

describe("after a reload", () => {
  test("shows an item without a response at once, and sends it again under its key", async () => {
    const world = setUp({ stored: storedOutbox(outboxItem("k1")) });
    const response = Promise.withResolvers<Awaited<ReturnType<typeof world.api.generate>>>();
    world.api.generate.mockReturnValue(response.promise);
    await world.begin();
    expect(shown(world)).toEqual(["k1 sending -"]);
    world.sockets.latest().push(snapshot(generation("pending-1")));
    expect(shown(world), "a push about it adds no second entry").toEqual(["k1 sending -"]);
    response.resolve(ok({ generation: generation("g1") }));
    await vi.advanceTimersByTimeAsync(0);
    expect(shown(world)).toEqual(["k1 known g1"]);
    expect(world.api.generate).toHaveBeenCalledExactlyOnceWith(outboxItem("k1").body, "k1");
    expect(world.store.get("outbox.u1")).toBeNull();
  });

  test("the generation in the history is the item's own, if it was created after the click", async () => {
    const world = setUp({ stored: storedOutbox(outboxItem("k1", { at: NOW - 30_000 })) });
    const response = Promise.withResolvers<Awaited<ReturnType<typeof world.api.generate>>>();
    const made = generation("g1", { status: "succeeded", createdAt: new Date(NOW - 29_000).toISOString() });
    const older = generation("g0", { status: "succeeded", createdAt: new Date(NOW - 9e6).toISOString() });
    world.api.generate.mockReturnValue(response.promise);
    world.api.list.mockResolvedValue(ok({ items: [made, older], nextCursor: null }));
    await world.begin();
    expect(shown(world), "an older generation with the same prompt is shown").toEqual([
      "k1 sending -",
      "g0 known g0",
    ]);
    response.resolve(ok({ generation: made }));
    await vi.advanceTimersByTimeAsync(0);
    expect(shown(world)).toEqual(["k1 known g1", "g0 known g0"]);
  });

  test("polls an unconfirmed item and does not send it", async () => {
    const world = setUp({ stored: storedOutbox(outboxItem("k1", { state: "unconfirmed", pending: "p1" })) });
    await world.begin();
    world.sockets.latest().push(snapshot(generation("p1")));
    expect(shown(world)).toEqual(["k1 unconfirmed p1"]);
    world.sockets.latest().push({ type: "generation", generation: generation("g1"), replaces: "p1" });
    expect(shown(world)).toEqual(["k1 known g1"]);
    expect(world.api.generate).not.toHaveBeenCalled();
    expect(world.store.get("outbox.u1")).toBeNull();
  });

  test("removes an item that was deleted in another tab", async () => {
    const world = setUp({ stored: storedOutbox(outboxItem("k1")) });
    world.api.generate.mockResolvedValue(failure("not_found"));
    await world.begin();
    await vi.advanceTimersByTimeAsync(0);
    expect(shown(world)).toEqual([]);
  });

  test.each([
    ["half a day old", JSON.stringify([outboxItem("k1", { at: NOW - 13 * 3_600_000 })])],
    ["of another shape", JSON.stringify([{ key: 7 }, null, { key: "k", at: 1, state: "sent" }])],
    ["that is not JSON", "{"],
    ["of another user", null],
  ])("ignores a stored outbox %s", async (_, text) => {
    const world = setUp({
      stored: text === null ? { "outbox.u2": JSON.stringify([outboxItem("k1")]) } : { "outbox.u1": text },
    });
    await world.begin();
    expect(world.api.generate).not.toHaveBeenCalled();
    expect(shown(world)).toEqual([]);
  });
});

describe("after a reload while the Worker cannot be reached", () => {
  async function unreachable(items: OutboxItem[], owner = "u1") {
    const world = setUp({ stored: { ...storedOutbox(...items), owner } });
    world.api.session.mockResolvedValue(failure("network_error"));
    await world.begin();
    return { ...world, waiting: () => world.outbox.queued.value.map(({ key }) => key) };
  }
  const FULL = { concurrent: 2, inFlight: 2, unconfirmed: 0, today: TODAY };
  const stored = [
    outboxItem("k1"),
    outboxItem("k2", { state: "queued" }),
    outboxItem("k3", { state: "unconfirmed", pending: "p3" }),
  ];

  test("shows outbox and queue of the last user, and sends nothing", async () => {
    const world = await unreachable(stored);
    expect(shown(world)).toEqual(["k3 sending -", "k1 sending -"]);
    expect(world.waiting()).toEqual(["k2"]);
    expect(world.userSession.recent.value).toBe("failed");
    await vi.advanceTimersByTimeAsync(600_000);
    await world.wake();
    expect(world.api.generate).not.toHaveBeenCalled();
    expect(JSON.parse(world.store.get("outbox.u1") ?? "")).toEqual(stored);
  });

  test("continues when the Worker responds for the same user", async () => {
    const world = await unreachable(stored);
    world.api.session.mockResolvedValue(ok(signedIn({ limits: FULL })));
    await world.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(world.api.generate).toHaveBeenCalledExactlyOnceWith(outboxItem("k1").body, "k1");
    expect(shown(world)).toEqual(["k3 unconfirmed p3", "k1 known g1"]);
    expect([world.waiting(), world.userSession.recent.value]).toEqual([["k2"], "ready"]);
  });

  test("hides the items after a sign-out elsewhere, and keeps them for the user", async () => {
    const world = await unreachable(stored);
    world.api.session.mockResolvedValue(ok(signedOut()));
    await world.wake();
    expect([shown(world), world.waiting()]).toEqual([[], []]);
    expect([world.userSession.recent.value, world.userSession.recentError.value]).toEqual(["waiting", null]);
    expect(JSON.parse(world.store.get("outbox.u1") ?? "")).toEqual(stored);
  });

  test("moves only newly submitted items to another user who is signed in", async () => {
    const world = await unreachable(stored);
    world.api.generate.mockResolvedValue(failure("network_error"));
    world.composer.write("a blue boat");
    void world.form.generate();
    await vi.advanceTimersByTimeAsync(0);
    world.api.session.mockResolvedValue(ok({ ...signedInAs("u2"), limits: FULL }));
    await world.wake();
    const prompts = (id: string) =>
      JSON.parse(world.store.get(`outbox.${id}`) ?? "[]").map(({ key }: { key: string }) => key);
    expect([prompts("u1"), prompts("u2")]).toEqual([["k1", "k2", "k3"], ["key-1"]]);
    expect([shown(world), world.waiting()]).toEqual([[], ["key-1"]]);
  });

  test("shows the welcome to a visitor who never signed in", async () => {
    const world = await unreachable([], "");
    expect(world.userSession.recent.value).toBe("waiting");
  });
});

test("a generation is unconfirmed if another tab's outbox has it as unconfirmed", async () => {
  const store = memoryStore(storedOutbox(outboxItem("k1", { state: "unconfirmed", pending: "p1" })));
  const { begin, outbox, session } = setUp({ store });
  await begin();
  const isShown = (id: string) => isUnconfirmed(id, outbox, session.limits.value);
  expect([isShown("p1"), isShown("g9")]).toEqual([true, false]);
});

test("a generation is unconfirmed on another device if all in flight are", async () => {
  const { sockets, begin, outbox, session } = setUp();
  await begin();
  const limits = { concurrent: 3, inFlight: 1, unconfirmed: 1, today: TODAY };
  sockets.latest().push({ type: "snapshot", limits, inFlight: [generation("p1")] });
  expect(isUnconfirmed("p1", outbox, session.limits.value)).toBe(true);
  sockets.latest().push({ type: "limits", limits: { ...limits, inFlight: 2 } });
  expect(isUnconfirmed("p1", outbox, session.limits.value), "it is unknown which of the two").toBe(false);
});

test("takes over an item whose tab was closed", async () => {
  const world = setUp();
  await world.begin();
  world.store.set("outbox.u1", JSON.stringify([outboxItem("k1")]));
  world.outbox.sync();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(world.api.generate, "its tab may still send it").not.toHaveBeenCalled();
  world.clock.now += 61_000;
  await vi.advanceTimersByTimeAsync(15_000);
  expect(world.api.generate).toHaveBeenCalledExactlyOnceWith(outboxItem("k1").body, "k1");
});
