// What was asked for outlives the page it was asked on, and is made once.
import { beforeEach, describe, expect, test, vi } from "vitest";
import { isDoubtful } from "../../frontend/state/doubt.ts";
import type { Order } from "../../frontend/state/orders.ts";
import {
  fakeApi,
  generation,
  later,
  memoryStore,
  NOW,
  no,
  ok,
  session,
  setUp,
  snapshot,
  startQueue,
  TODAY,
} from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

const order = (key: string, changes: Partial<Order> = {}): Order => ({
  key,
  at: NOW,
  state: "sent",
  body: { prompt: "a red kite", model: "truefusion-pro" },
  ...changes,
});
const kept = (...orders: Order[]) => ({ "orders.u1": JSON.stringify(orders) });
const shown = ({ cards }: ReturnType<typeof setUp>) =>
  cards.cards.value.map(({ key, phase, generation: { id } }) => `${key} ${phase} ${id || "-"}`);

describe("after a reload", () => {
  test("an order without an answer is there at once, and sent again under its key", async () => {
    const world = setUp({ kept: kept(order("k1")) });
    const answer = later<Awaited<ReturnType<typeof world.api.generate>>>();
    world.api.generate.mockReturnValue(answer.promise);
    await world.studio.start("");
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
    const world = setUp({ kept: kept(order("k1", { at: NOW - 30_000 })) });
    const answer = later<Awaited<ReturnType<typeof world.api.generate>>>();
    const made = generation("g1", { status: "succeeded", createdAt: new Date(NOW - 29_000).toISOString() });
    const older = generation("g0", { status: "succeeded", createdAt: new Date(NOW - 9e6).toISOString() });
    world.api.generate.mockReturnValue(answer.promise);
    world.api.list.mockResolvedValue(ok({ items: [made, older], nextCursor: null }));
    await world.studio.start("");
    expect(shown(world), "the same prompt of long ago is shown").toEqual(["k1 sending -", "g0 known g0"]);
    answer.resolve(ok({ generation: made }));
    await vi.advanceTimersByTimeAsync(0);
    expect(shown(world)).toEqual(["k1 known g1", "g0 known g0"]);
  });

  test("one that Skytells has not confirmed is asked for, not sent", async () => {
    const world = setUp({ kept: kept(order("k1", { state: "unconfirmed", pending: "p1" })) });
    await world.studio.start("");
    world.sockets.latest().say(snapshot(generation("p1")));
    expect(shown(world)).toEqual(["k1 unconfirmed p1"]);
    world.sockets.latest().say({ type: "generation", generation: generation("g1"), replaces: "p1" });
    expect(shown(world)).toEqual(["k1 known g1"]);
    expect(world.api.generate).not.toHaveBeenCalled();
    expect(world.store.get("orders.u1")).toBeNull();
  });

  test("deleted in another tab meanwhile, it is gone", async () => {
    const world = setUp({ kept: kept(order("k1")) });
    world.api.generate.mockResolvedValue(no("not_found"));
    await world.studio.start("");
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
    await world.studio.start("");
    expect(world.api.generate).not.toHaveBeenCalled();
    expect(shown(world)).toEqual([]);
  });
});

test("another tab of this browser says of an unconfirmed one what it is", async () => {
  const store = memoryStore(kept(order("k1", { state: "unconfirmed", pending: "p1" })));
  const { studio } = setUp({ store });
  await studio.start("");
  expect([isDoubtful(studio, "p1"), isDoubtful(studio, "g9")]).toEqual([true, false]);
});

test("another device says so where all that is in flight is unconfirmed", async () => {
  const { studio, sockets } = setUp();
  await studio.start("");
  const limits = { concurrent: 3, inFlight: 1, unconfirmed: 1, today: TODAY };
  sockets.latest().say({ type: "snapshot", limits, inFlight: [generation("p1")] });
  expect(isDoubtful(studio, "p1")).toBe(true);
  sockets.latest().say({ type: "limits", limits: { ...limits, inFlight: 2 } });
  expect(isDoubtful(studio, "p1"), "which of the two is not known here").toBe(false);
});

describe("over the limit", () => {
  const FULL = { concurrent: 1, inFlight: 1, unconfirmed: 0, today: TODAY };
  const FREE = { concurrent: 1, inFlight: 0, unconfirmed: 0, today: TODAY };

  async function full() {
    const api = fakeApi();
    api.session.mockResolvedValue(ok(session({ limits: FULL })));
    const world = setUp({ api });
    await world.studio.start("a red kite");
    const socket = world.sockets.latest();
    const limits = (now: typeof FULL) => socket.say({ type: "limits", limits: now });
    socket.say({ type: "snapshot", limits: FULL, inFlight: [] });
    api.session.mockResolvedValue(ok(session({ limits: FREE })));
    const prompts = () => world.studio.orders.waiting.value.map(({ body }) => body.prompt);
    return { ...world, ...startQueue(world), socket, limits, prompts };
  }

  test("the prompt waits in sight, and starts by itself, the first first", async () => {
    const { studio, api, prompts, limits, cards } = await full();
    await studio.maker.generate();
    studio.composer.write("a blue boat");
    await studio.maker.generate();
    expect(prompts()).toEqual(["a red kite", "a blue boat"]);
    expect([studio.composer.prompt.value, cards.cards.value.length]).toEqual(["", 0]);
    expect(api.generate).not.toHaveBeenCalled();

    limits(FREE);
    await vi.advanceTimersByTimeAsync(0);
    expect(prompts()).toEqual(["a blue boat"]);
    expect(api.generate).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ prompt: "a red kite" }),
      "key-1",
    );
    limits(FULL);
    limits(FREE);
    await vi.advanceTimersByTimeAsync(0);
    expect(api.generate).toHaveBeenLastCalledWith(
      expect.objectContaining({ prompt: "a blue boat" }),
      "key-2",
    );
  });

  test("turned down after all, it is the next again, under its key", async () => {
    const { studio, api, prompts, limits, cards } = await full();
    studio.composer.write("a red kite");
    await studio.maker.generate();
    studio.composer.write("a blue boat");
    await studio.maker.generate();
    api.generate.mockResolvedValueOnce(no("limit_reached", { limits: FULL }));
    limits(FREE);
    await vi.advanceTimersByTimeAsync(0);
    expect(prompts()).toEqual(["a red kite", "a blue boat"]);
    expect(cards.cards.value).toEqual([]);
    limits(FREE);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(api.generate.mock.calls.map(([, key]) => key)).toEqual(["key-1", "key-1"]);
  });

  test("a click that loses a race waits as well, without a bare error", async () => {
    const { studio, api, prompts, limits } = await full();
    limits(FREE);
    api.generate.mockResolvedValueOnce(no("limit_reached", { limits: FULL }));
    await studio.maker.generate();
    expect(prompts()).toEqual(["a red kite"]);
    expect(studio.composer.notice.value).toBeNull();
    expect(studio.announcement.value).toContain("Up next");
  });

  test("a larger plan lets go on what waits for the next day", async () => {
    const { studio, api, prompts, limits } = await full();
    const usedUp = { ...FREE, today: { ...TODAY, used: 50 } };
    limits(FREE);
    api.generate.mockResolvedValueOnce(no("quota_exceeded", { retryAfterSeconds: 3_600, limits: usedUp }));
    await studio.maker.generate();
    expect(prompts()).toEqual(["a red kite"]);
    limits(usedUp);
    expect(studio.maker.hold.value?.code).toBe("quota_exceeded");
    limits({ ...FREE, concurrent: 3, today: { ...TODAY, used: 50, limit: 500 } });
    await vi.advanceTimersByTimeAsync(0);
    expect(studio.maker.hold.value).toBeNull();
    expect(prompts()).toEqual([]);
  });

  test.each([
    ["rate_limited", 7, 7_000],
    ["rate_limited", undefined, 60_000],
    ["quota_exceeded", 3_600, 3_600_000],
    ["budget_exhausted", 3_600, 3_600_000],
  ] as const)(
    "%s (Retry-After %s): keeps it, says until when, and goes on then",
    async (code, wait, until) => {
      const { studio, api, prompts, limits, clock } = await full();
      limits({ ...FREE, concurrent: 3 });
      api.generate.mockResolvedValueOnce(no(code, wait === undefined ? {} : { retryAfterSeconds: wait }));
      await studio.maker.generate();
      expect(prompts()).toEqual(["a red kite"]);
      expect(studio.maker.hold.value).toEqual({ code, until: NOW + until, isGuess: wait === undefined });
      await vi.advanceTimersByTimeAsync(until - 1);
      expect(api.generate).toHaveBeenCalledOnce();
      clock.now += until;
      await vi.advanceTimersByTimeAsync(1);
      expect(api.generate).toHaveBeenCalledTimes(2);
    },
  );

  test("a Skytells that is down takes one, and not all that wait", async () => {
    const { studio, api, prompts, limits, cards } = await full();
    for (const words of ["one", "two", "three"]) {
      studio.composer.write(words);
      await studio.maker.generate();
    }
    api.generate.mockResolvedValue(no("upstream_unavailable", { retryAfterSeconds: 20 }));
    limits(FREE);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(prompts()).toEqual(["two", "three"]);
    expect(cards.cards.value).toMatchObject([{ phase: "refused" }]);
  });

  test("without pushes the limits are asked for", async () => {
    const { studio, api, socket } = await full();
    await studio.maker.generate();
    socket.cut();
    api.session.mockResolvedValue(ok(session({ limits: FREE })));
    await vi.advanceTimersByTimeAsync(4_000);
    expect(api.generate).toHaveBeenCalledOnce();
  });

  test("it is edited in the form, and removed", async () => {
    const { studio, queue, prompts, limits, api } = await full();
    studio.composer.aspectRatio.value = "16:9";
    await studio.maker.generate();
    studio.composer.write("a blue boat");
    await studio.maker.generate();
    studio.composer.write("half a thought");
    studio.composer.reset();
    queue.edit("key-1");
    expect(prompts()).toEqual(["a blue boat"]);
    expect(studio.composer.prompt.value).toBe("a red kite");
    expect(studio.composer.aspectRatio.value).toBe("16:9");
    const toast = await vi.waitUntil(() => studio.toast.value);
    if (typeof toast === "string" || !toast) throw new Error("What was being written has no way back.");
    toast.action.run();
    expect(studio.composer.prompt.value).toBe("half a thought");

    queue.remove("key-2");
    limits(FREE);
    await vi.advanceTimersByTimeAsync(0);
    expect(api.generate).not.toHaveBeenCalled();
  });

  test("the list has an end; what does not fit stays in the form", async () => {
    const { studio, prompts } = await full();
    for (let count = 1; count <= 21; count += 1) {
      studio.composer.write(`picture ${count}`);
      await studio.maker.generate();
    }
    expect(prompts()).toHaveLength(20);
    expect(studio.composer.prompt.value).toBe("picture 21");
    expect(studio.composer.notice.value).toContain("full");
  });

  test("two tabs start each once", async () => {
    const store = memoryStore();
    const api = fakeApi();
    api.session.mockResolvedValue(ok(session({ limits: FULL })));
    api.generate.mockReturnValue(new Promise(() => {}));
    let keys = 0;
    const newKey = () => `key-${++keys}`;
    const tabs = [setUp({ api, store, newKey }), setUp({ api, store, newKey })];
    let last = Promise.resolve();
    const exclusively = (work: () => void) => (last = last.then(work));
    for (const tab of tabs) {
      await tab.studio.start("");
      tab.sockets.latest().say({ type: "snapshot", limits: FULL, inFlight: [] });
      startQueue(tab, exclusively);
    }
    for (const [index, tab] of tabs.entries()) {
      tab.studio.composer.write(`tab ${index}`);
      await tab.studio.maker.generate();
    }
    for (const tab of tabs) tab.studio.orders.sync();
    for (const tab of tabs) tab.sockets.latest().say({ type: "limits", limits: FREE });
    await vi.advanceTimersByTimeAsync(0);
    expect(api.generate.mock.calls.map(([, key]) => key)).toEqual(["key-1"]);
  });

  test("what waited while no studio was open is not started unasked", async () => {
    const world = setUp({ kept: kept(order("k1", { state: "waiting", at: NOW - 3_600_000 })) });
    await world.studio.start("");
    const { queue } = startQueue(world);
    await vi.advanceTimersByTimeAsync(0);
    expect(world.api.generate).not.toHaveBeenCalled();
    expect(world.studio.maker.hold.value?.code).toBe("asleep");
    queue.goOn();
    await vi.advanceTimersByTimeAsync(0);
    expect(world.api.generate).toHaveBeenCalledExactlyOnceWith(order("k1").body, "k1");
  });
});

test("an order whose tab is gone is taken over by one that is open", async () => {
  const world = setUp();
  await world.studio.start("");
  startQueue(world);
  world.store.set("orders.u1", JSON.stringify([order("k1")]));
  world.studio.orders.sync();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(world.api.generate, "its tab may still be at it").not.toHaveBeenCalled();
  world.clock.now += 61_000;
  await vi.advanceTimersByTimeAsync(15_000);
  expect(world.api.generate).toHaveBeenCalledExactlyOnceWith(order("k1").body, "k1");
});
