/** Prompts over the plan's limit are queued and start automatically. */
import { beforeEach, expect, test, vi } from "vitest";
import {
  NOW,
  TODAY,
  failure,
  fakeApi,
  memoryStore,
  ok,
  outboxItem,
  setUp,
  signedIn,
  storedOutbox,
} from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

const FULL = { concurrent: 1, inFlight: 1, unconfirmed: 0, today: TODAY };
const FREE = { concurrent: 1, inFlight: 0, unconfirmed: 0, today: TODAY };

async function full() {
  const api = fakeApi();
  api.session.mockResolvedValue(ok(signedIn({ limits: FULL })));
  const world = setUp({ api });
  await world.begin("a red kite");
  const socket = world.sockets.latest();
  const limits = (now: typeof FULL) => socket.push({ type: "limits", limits: now });
  socket.push({ type: "snapshot", limits: FULL, inFlight: [] });
  world.api.session.mockResolvedValue(ok(signedIn({ limits: FREE })));
  const prompts = () => world.outbox.queued.value.map(({ body }) => body.prompt);
  return { ...world, socket, limits, prompts };
}

test("starts queued prompts in order when a slot is free", async () => {
  const { api, composer, form, entries, prompts, limits } = await full();
  await form.generate();
  composer.write("a blue boat");
  await form.generate();
  expect(prompts()).toEqual(["a red kite", "a blue boat"]);
  expect([composer.isSubmitted.value, entries()]).toEqual([true, []]);
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

test("puts a rejected item first in the queue again, under its key", async () => {
  const { api, composer, form, entries, prompts, limits } = await full();
  composer.write("a red kite");
  await form.generate();
  composer.write("a blue boat");
  await form.generate();
  api.generate.mockResolvedValueOnce(failure("limit_reached", { limits: FULL }));
  limits(FREE);
  await vi.advanceTimersByTimeAsync(0);
  expect(prompts()).toEqual(["a red kite", "a blue boat"]);
  expect(entries()).toEqual([]);
  limits(FREE);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(api.generate.mock.calls.map(([, key]) => key)).toEqual(["key-1", "key-1"]);
});

test("queues a click that finds the last slot taken, without an error", async () => {
  const { api, toasts, composer, form, prompts, limits } = await full();
  limits(FREE);
  api.generate.mockResolvedValueOnce(failure("limit_reached", { limits: FULL }));
  await form.generate();
  expect(prompts()).toEqual(["a red kite"]);
  expect(composer.notice.value).toBeNull();
  expect(toasts.announcement.value).toBe("Queued: a red kite");
});

test("ends the pause for the day after a change to a larger plan", async () => {
  const { api, form, submit, prompts, limits } = await full();
  const usedUp = { ...FREE, today: { ...TODAY, used: 50 } };
  limits(FREE);
  api.generate.mockResolvedValueOnce(failure("quota_exceeded", { retryAfterSeconds: 3_600, limits: usedUp }));
  await form.generate();
  expect(prompts()).toEqual(["a red kite"]);
  limits(usedUp);
  expect(submit.pause.value?.code).toBe("quota_exceeded");
  limits({ ...FREE, concurrent: 3, today: { ...TODAY, used: 50, limit: 500 } });
  await vi.advanceTimersByTimeAsync(0);
  expect(submit.pause.value).toBeNull();
  expect(prompts()).toEqual([]);
});

test.each([
  ["rate_limited", 7, 7_000],
  ["rate_limited", undefined, 60_000],
  ["quota_exceeded", 3_600, 3_600_000],
  ["budget_exhausted", 3_600, 3_600_000],
] as const)(
  "%s (Retry-After %s): queues the item, shows until when, and starts it then",
  async (code, wait, until) => {
    const { api, clock, form, submit, prompts, limits } = await full();
    limits({ ...FREE, concurrent: 3 });
    const used = code === "quota_exceeded" ? TODAY.limit : TODAY.used;
    api.session.mockResolvedValue(ok(signedIn({ limits: { ...FREE, today: { ...TODAY, used } } })));
    api.generate.mockResolvedValueOnce(failure(code, wait === undefined ? {} : { retryAfterSeconds: wait }));
    await form.generate();
    expect(prompts()).toEqual(["a red kite"]);
    expect(submit.pause.value).toEqual({ code, until: NOW + until, isGuess: wait === undefined });
    await vi.advanceTimersByTimeAsync(until - 1);
    expect(api.generate).toHaveBeenCalledOnce();
    clock.now += until;
    await vi.advanceTimersByTimeAsync(1);
    expect(api.generate).toHaveBeenCalledTimes(2);
  },
);

test("sends one item, not the whole queue, while Skytells is unavailable", async () => {
  const { api, composer, form, entries, prompts, limits } = await full();
  for (const words of ["one", "two", "three"]) {
    composer.write(words);
    await form.generate();
  }
  api.generate.mockResolvedValue(failure("upstream_unavailable", { retryAfterSeconds: 20 }));
  limits(FREE);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(prompts()).toEqual(["two", "three"]);
  expect(entries()).toMatchObject([{ phase: "rejected" }]);
});

test("asks for the limits while no push arrives", async () => {
  const { api, form, socket } = await full();
  await form.generate();
  socket.end();
  api.session.mockResolvedValue(ok(signedIn({ limits: FREE })));
  await vi.advanceTimersByTimeAsync(4_000);
  expect(api.generate).toHaveBeenCalledOnce();
});

test("a queued item can be edited in the form, and removed", async () => {
  const { api, toasts, composer, queue, form, prompts, limits } = await full();
  composer.aspectRatio.value = "16:9";
  await form.generate();
  composer.write("a blue boat");
  await form.generate();
  composer.write("half a thought");
  composer.setOptions({});
  queue.edit("key-1");
  expect(prompts()).toEqual(["a blue boat"]);
  expect(composer.prompt.value).toBe("a red kite");
  expect(composer.aspectRatio.value).toBe("16:9");
  const toast = await vi.waitUntil(() => toasts.all.value.at(-1));
  if (!toast?.action) throw new Error("The toast has no button.");
  toast.action.run();
  expect(composer.prompt.value).toBe("half a thought");

  queue.remove("key-2");
  limits(FREE);
  await vi.advanceTimersByTimeAsync(0);
  expect(api.generate).not.toHaveBeenCalled();
});

test("keeps the 21st prompt in the form when the queue is full", async () => {
  const { composer, form, prompts } = await full();
  for (let count = 1; count <= 21; count += 1) {
    composer.write(`image ${count}`);
    await form.generate();
  }
  expect(prompts()).toHaveLength(20);
  expect(composer.prompt.value).toBe("image 21");
  expect(composer.notice.value).toContain("full");
});

test("of two tabs only one starts an item", async () => {
  const store = memoryStore();
  const api = fakeApi();
  api.session.mockResolvedValue(ok(signedIn({ limits: FULL })));
  api.generate.mockReturnValue(new Promise(() => {}));
  let keys = 0;
  const newKey = () => `key-${++keys}`;
  let last = Promise.resolve();
  const exclusively = (work: () => void) => (last = last.then(work));
  const tabs = [1, 2].map(() => setUp({ api, store, newKey, exclusively }));
  for (const tab of tabs) {
    await tab.begin("");
    tab.sockets.latest().push({ type: "snapshot", limits: FULL, inFlight: [] });
  }
  for (const [index, tab] of tabs.entries()) {
    tab.composer.write(`tab ${index}`);
    await tab.form.generate();
  }
  for (const tab of tabs) tab.outbox.sync();
  for (const tab of tabs) tab.sockets.latest().push({ type: "limits", limits: FREE });
  await vi.advanceTimersByTimeAsync(0);
  expect(api.generate.mock.calls.map(([, key]) => key)).toEqual(["key-1"]);
});

test("does not start items queued half an hour ago before the user asks", async () => {
  const world = setUp({ stored: storedOutbox(outboxItem("k1", { state: "queued", at: NOW - 3_600_000 })) });
  await world.begin("");
  await vi.advanceTimersByTimeAsync(0);
  expect(world.api.generate).not.toHaveBeenCalled();
  expect(world.submit.pause.value?.code).toBe("stale");
  world.queue.resume();
  await vi.advanceTimersByTimeAsync(0);
  expect(world.api.generate).toHaveBeenCalledExactlyOnceWith(outboxItem("k1").body, "k1");
});

test("keeps old items from starting when other parts follow the user already", async () => {
  const world = setUp({ stored: storedOutbox(outboxItem("k1", { state: "queued", at: NOW - 3_600_000 })) });
  // As in the page, where the header shows the user before the queue exists.
  world.session.user.subscribe(() => {});
  await world.begin("");
  await vi.advanceTimersByTimeAsync(0);
  expect(world.api.generate).not.toHaveBeenCalled();
  expect(world.submit.pause.value?.code).toBe("stale");
});

test("continues the queue when the Web Lock is rejected", async () => {
  const world = setUp({
    stored: storedOutbox(outboxItem("k1", { state: "queued" }), outboxItem("k2", { state: "queued" })),
    exclusively: async () => Promise.reject(new DOMException("", "InvalidStateError")),
  });
  await world.begin("");
  await vi.advanceTimersByTimeAsync(0);
  expect(world.api.generate.mock.calls.map(([, key]) => key)).toEqual(["k1", "k2"]);
});

test("starts nothing while the sign-in dialog is open", async () => {
  const { api, dialogs, form, prompts, limits } = await full();
  await form.generate();
  dialogs.signIn.value = "asked";
  limits(FREE);
  await vi.advanceTimersByTimeAsync(0);
  expect([prompts(), api.generate.mock.calls]).toEqual([["a red kite"], []]);
  dialogs.signIn.value = null;
  await vi.advanceTimersByTimeAsync(0);
  expect(api.generate).toHaveBeenCalledOnce();
});

test("knows the limits before the first item starts", async () => {
  const world = setUp({ stored: storedOutbox(outboxItem("k1", { state: "queued" })) });
  world.api.session.mockResolvedValue(ok(signedIn({ limits: FULL })));
  await world.begin();
  await vi.advanceTimersByTimeAsync(0);
  expect(world.api.generate).not.toHaveBeenCalled();
});
