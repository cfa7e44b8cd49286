// What was asked for outlives the page it was asked on, and is made once.
import { beforeEach, describe, expect, test, vi } from "vitest";
import { isDoubtful } from "../../frontend/studio/unconfirmed.ts";
import {
  begin,
  generation,
  keptOrders,
  later,
  memoryStore,
  no,
  nobody,
  NOW,
  ok,
  order,
  session,
  setUp,
  snapshot,
  startQueue,
  TODAY,
} from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

const shown = ({ cards }: ReturnType<typeof setUp>) =>
  cards.cards.value.map(({ key, phase, generation: { id } }) => `${key} ${phase} ${id || "-"}`);

describe("after a reload", () => {
  test("an order without an answer is there at once, and sent again under its key", async () => {
    const world = setUp({ kept: keptOrders(order("k1")) });
    const answer = later<Awaited<ReturnType<typeof world.api.generate>>>();
    world.api.generate.mockReturnValue(answer.promise);
    await begin(world.studio, "");
    expect(shown(world)).toEqual(["k1 sending -"]);
    world.sockets.latest().say(snapshot(generation("pending-1")));
    expect(shown(world), "what is pushed about it is no second card").toEqual(["k1 sending -"]);
    answer.resolve(ok({ generation: generation("g1") }));
    await vi.advanceTimersByTimeAsync(0);
    expect(shown(world)).toEqual(["k1 known g1"]);
    expect(world.api.generate).toHaveBeenCalledExactlyOnceWith(order("k1").body, "k1");
    expect(world.store.get("orders.u1")).toBeNull();
  });

  test("it may have been made by now: the record's picture is its own", async () => {
    const world = setUp({ kept: keptOrders(order("k1", { at: NOW - 30_000 })) });
    const answer = later<Awaited<ReturnType<typeof world.api.generate>>>();
    const made = generation("g1", { status: "succeeded", createdAt: new Date(NOW - 29_000).toISOString() });
    const older = generation("g0", { status: "succeeded", createdAt: new Date(NOW - 9e6).toISOString() });
    world.api.generate.mockReturnValue(answer.promise);
    world.api.list.mockResolvedValue(ok({ items: [made, older], nextCursor: null }));
    await begin(world.studio, "");
    expect(shown(world), "the same prompt of long ago is shown").toEqual(["k1 sending -", "g0 known g0"]);
    answer.resolve(ok({ generation: made }));
    await vi.advanceTimersByTimeAsync(0);
    expect(shown(world)).toEqual(["k1 known g1", "g0 known g0"]);
  });

  test("one that Skytells has not confirmed is asked for, not sent", async () => {
    const world = setUp({ kept: keptOrders(order("k1", { state: "unconfirmed", pending: "p1" })) });
    await begin(world.studio, "");
    world.sockets.latest().say(snapshot(generation("p1")));
    expect(shown(world)).toEqual(["k1 unconfirmed p1"]);
    world.sockets.latest().say({ type: "generation", generation: generation("g1"), replaces: "p1" });
    expect(shown(world)).toEqual(["k1 known g1"]);
    expect(world.api.generate).not.toHaveBeenCalled();
    expect(world.store.get("orders.u1")).toBeNull();
  });

  test("deleted in another tab meanwhile, it is gone", async () => {
    const world = setUp({ kept: keptOrders(order("k1")) });
    world.api.generate.mockResolvedValue(no("not_found"));
    await begin(world.studio, "");
    await vi.advanceTimersByTimeAsync(0);
    expect(shown(world)).toEqual([]);
  });

  test.each([
    ["of half a day ago", JSON.stringify([order("k1", { at: NOW - 13 * 3_600_000 })])],
    ["of another shape", JSON.stringify([{ key: 7 }, null, { key: "k", at: 1, state: "sent" }])],
    ["that is none", "{"],
    ["of someone else", null],
  ])("nothing is sent for what is kept %s", async (_, text) => {
    const world = setUp({
      kept: text === null ? { "orders.u2": JSON.stringify([order("k1")]) } : { "orders.u1": text },
    });
    await begin(world.studio, "");
    expect(world.api.generate).not.toHaveBeenCalled();
    expect(shown(world)).toEqual([]);
  });
});

describe("a reload while the studio cannot be reached", () => {
  async function unreached(kept: ReturnType<typeof order>[], owner = "u1") {
    const world = setUp({ kept: { ...keptOrders(...kept), owner } });
    world.api.session.mockResolvedValue(no("offline"));
    await begin(world.studio, "");
    return { ...world, waiting: () => world.studio.orders.waiting.value.map(({ key }) => key) };
  }
  const kept = [
    order("k1"),
    order("k2", { state: "waiting" }),
    order("k3", { state: "unconfirmed", pending: "p3" }),
  ];

  test("shows outbox and queue of the last user, and sends nothing", async () => {
    const world = await unreached(kept);
    expect(shown(world)).toEqual(["k3 sending -", "k1 sending -"]);
    expect(world.waiting()).toEqual(["k2"]);
    expect(world.studio.recent.value).toBe("failed");
    await vi.advanceTimersByTimeAsync(600_000);
    await world.studio.wake();
    expect(world.api.generate).not.toHaveBeenCalled();
    expect(JSON.parse(world.store.get("orders.u1") ?? "")).toEqual(kept);
  });

  test("reached again as the same user: continues", async () => {
    const world = await unreached(kept);
    world.api.session.mockResolvedValue(ok(session()));
    await world.studio.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(world.api.generate).toHaveBeenCalledExactlyOnceWith(order("k1").body, "k1");
    expect(shown(world)).toEqual(["k3 unconfirmed p3", "k1 known g1"]);
    expect([world.waiting(), world.studio.recent.value]).toEqual([["k2"], "ready"]);
  });

  test("reached again, signed out: hidden, and kept for the user", async () => {
    const world = await unreached(kept);
    world.api.session.mockResolvedValue(ok(nobody()));
    await world.studio.wake();
    expect([shown(world), world.waiting()]).toEqual([[], []]);
    expect([world.studio.recent.value, world.studio.recentProblem.value]).toEqual(["waiting", null]);
    expect(JSON.parse(world.store.get("orders.u1") ?? "")).toEqual(kept);
  });

  test("reached again as another user: only what was asked for since moves along", async () => {
    const world = await unreached(kept);
    world.api.generate.mockResolvedValue(no("offline"));
    world.studio.composer.write("a blue boat");
    void world.studio.maker.generate();
    await vi.advanceTimersByTimeAsync(0);
    const { user } = session();
    if (user) world.api.session.mockResolvedValue(ok(session({ user: { ...user, id: "u2" } })));
    await world.studio.wake();
    const prompts = (id: string) =>
      JSON.parse(world.store.get(`orders.${id}`) ?? "[]").map(({ key }: { key: string }) => key);
    expect([prompts("u1"), prompts("u2")]).toEqual([["k1", "k2", "k3"], ["key-1"]]);
    expect([shown(world), world.waiting()]).toEqual([[], ["key-1"]]);
  });

  test("a stranger sees the welcome", async () => {
    const world = await unreached([], "");
    expect(world.studio.recent.value).toBe("waiting");
  });
});

test("another tab of this browser says of an unconfirmed one what it is", async () => {
  const store = memoryStore(keptOrders(order("k1", { state: "unconfirmed", pending: "p1" })));
  const { studio } = setUp({ store });
  await begin(studio, "");
  expect([isDoubtful(studio, "p1"), isDoubtful(studio, "g9")]).toEqual([true, false]);
});

test("another device says so where all that is in flight is unconfirmed", async () => {
  const { studio, sockets } = setUp();
  await begin(studio, "");
  const limits = { concurrent: 3, inFlight: 1, unconfirmed: 1, today: TODAY };
  sockets.latest().say({ type: "snapshot", limits, inFlight: [generation("p1")] });
  expect(isDoubtful(studio, "p1")).toBe(true);
  sockets.latest().say({ type: "limits", limits: { ...limits, inFlight: 2 } });
  expect(isDoubtful(studio, "p1"), "which of the two is not known here").toBe(false);
});

test("an order whose tab is gone is taken over by one that is open", async () => {
  const world = setUp();
  await begin(world.studio, "");
  startQueue(world);
  world.store.set("orders.u1", JSON.stringify([order("k1")]));
  world.studio.orders.sync();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(world.api.generate, "its tab may still be at it").not.toHaveBeenCalled();
  world.clock.now += 61_000;
  await vi.advanceTimersByTimeAsync(15_000);
  expect(world.api.generate).toHaveBeenCalledExactlyOnceWith(order("k1").body, "k1");
});
