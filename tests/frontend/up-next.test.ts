/** What is asked for over the limit waits in sight, and goes on by itself. */
import { beforeEach, expect, test, vi } from "vitest";
import { setOptions } from "../../frontend/studio/remix.ts";
import {
  begin,
  fakeApi,
  keptOrders,
  memoryStore,
  no,
  NOW,
  ok,
  order,
  session,
  setUp,
  startQueue,
  TODAY,
} from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

const FULL = { concurrent: 1, inFlight: 1, unconfirmed: 0, today: TODAY };
const FREE = { concurrent: 1, inFlight: 0, unconfirmed: 0, today: TODAY };

async function full() {
  const api = fakeApi();
  api.session.mockResolvedValue(ok(session({ limits: FULL })));
  const world = setUp({ api });
  await begin(world.studio, "a red kite");
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
  expect(api.generate).toHaveBeenLastCalledWith(expect.objectContaining({ prompt: "a blue boat" }), "key-2");
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
] as const)("%s (Retry-After %s): keeps it, says until when, and goes on then", async (code, wait, until) => {
  const { studio, api, prompts, limits, clock } = await full();
  limits({ ...FREE, concurrent: 3 });
  const used = code === "quota_exceeded" ? TODAY.limit : TODAY.used;
  api.session.mockResolvedValue(ok(session({ limits: { ...FREE, today: { ...TODAY, used } } })));
  api.generate.mockResolvedValueOnce(no(code, wait === undefined ? {} : { retryAfterSeconds: wait }));
  await studio.maker.generate();
  expect(prompts()).toEqual(["a red kite"]);
  expect(studio.maker.hold.value).toEqual({ code, until: NOW + until, isGuess: wait === undefined });
  await vi.advanceTimersByTimeAsync(until - 1);
  expect(api.generate).toHaveBeenCalledOnce();
  clock.now += until;
  await vi.advanceTimersByTimeAsync(1);
  expect(api.generate).toHaveBeenCalledTimes(2);
});

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
  setOptions(studio.composer, {});
  queue.edit("key-1");
  expect(prompts()).toEqual(["a blue boat"]);
  expect(studio.composer.prompt.value).toBe("a red kite");
  expect(studio.composer.aspectRatio.value).toBe("16:9");
  const toast = await vi.waitUntil(() => studio.toasts.value.at(-1));
  if (!toast?.action) throw new Error("The message has no button.");
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
    await begin(tab.studio, "");
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
  const world = setUp({ kept: keptOrders(order("k1", { state: "waiting", at: NOW - 3_600_000 })) });
  await begin(world.studio, "");
  const { queue } = startQueue(world);
  await vi.advanceTimersByTimeAsync(0);
  expect(world.api.generate).not.toHaveBeenCalled();
  expect(world.studio.maker.hold.value?.code).toBe("asleep");
  queue.goOn();
  await vi.advanceTimersByTimeAsync(0);
  expect(world.api.generate).toHaveBeenCalledExactlyOnceWith(order("k1").body, "k1");
});

test("a rejected Web Lock does not stop the queue", async () => {
  const world = setUp({
    kept: keptOrders(order("k1", { state: "waiting" }), order("k2", { state: "waiting" })),
  });
  await begin(world.studio, "");
  startQueue(world, async () => Promise.reject(new DOMException("", "InvalidStateError")));
  await vi.advanceTimersByTimeAsync(0);
  expect(world.api.generate.mock.calls.map(([, key]) => key)).toEqual(["k1", "k2"]);
});
