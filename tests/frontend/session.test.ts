// The session: retried until known, left alone while the account is deleted, and checked when a socket cannot open.
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Result } from "../../frontend/api/result.ts";
import { createDeletion } from "../../frontend/account/account-deletion.ts";
import type { Session } from "../../worker/contract.ts";
import {
  begin,
  generation,
  keptOrders,
  later,
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

const CODES = ["storage_unavailable", "internal", "bad_answer", "offline"] as const;

describe("the first answer is a failure", () => {
  test.each(CODES)("%s: retries, and an accepted Generate gets its image", async (code) => {
    const { studio, api, sockets, cards } = setUp();
    api.session.mockResolvedValueOnce(no(code)).mockResolvedValueOnce(no(code));
    await begin(studio, "a red kite");
    await studio.maker.generate();
    expect(cards.cards.value).toMatchObject([{ phase: "known", generation: { id: "g1", status: "queued" } }]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(api.session).toHaveBeenCalledTimes(3);
    expect(studio.composer.notice.value).toBeNull();
    sockets.latest().say(snapshot(generation("g1", { status: "succeeded" })));
    expect(cards.cards.value).toMatchObject([{ generation: { id: "g1", status: "succeeded" } }]);
  });

  test("the delay grows to 30 s, and a wake-up does not wait for it", async () => {
    const { studio, api } = setUp();
    api.session.mockResolvedValue(no("offline"));
    await begin(studio, "");
    await vi.advanceTimersByTimeAsync(1_000 + 2_000 + 4_000 + 8_000 + 16_000);
    expect(api.session).toHaveBeenCalledTimes(6);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(api.session).toHaveBeenCalledTimes(6);
    await studio.wake();
    expect(api.session).toHaveBeenCalledTimes(7);
  });

  test("after the recovery nothing is asked again", async () => {
    const { studio, api } = setUp();
    api.session.mockResolvedValueOnce(no("offline"));
    await begin(studio, "");
    await vi.advanceTimersByTimeAsync(600_000);
    expect(api.session).toHaveBeenCalledTimes(2);
    expect(api.list).toHaveBeenCalledOnce();
  });
});

test("an answer that was requested before a push does not overwrite the pushed limits", async () => {
  const { studio, api, sockets } = setUp();
  await begin(studio, "");
  sockets.latest().say(snapshot());
  const answer = later<Result<Session>>();
  api.session.mockReturnValueOnce(answer.promise);
  const asked = studio.session.load();
  sockets
    .latest()
    .say({ type: "limits", limits: { concurrent: 3, inFlight: 2, unconfirmed: 0, today: TODAY } });
  answer.resolve(ok(session()));
  await asked;
  expect(studio.session.limits.value?.inFlight).toBe(2);
});

test("an answer without limits for a signed-in user keeps the known ones", async () => {
  const { studio, api } = setUp();
  await begin(studio, "");
  api.session.mockResolvedValueOnce(ok(session({ limits: null })));
  await studio.session.load();
  expect(studio.session.limits.value?.concurrent).toBe(3);
});

test("of two answers out of order the later request's one stays", async () => {
  const { studio, api } = setUp();
  await begin(studio, "");
  const answer = later<Result<Session>>();
  api.session.mockReturnValueOnce(answer.promise);
  const first = studio.session.load();
  api.session.mockResolvedValueOnce(ok(nobody()));
  await studio.session.load();
  answer.resolve(ok(session()));
  await first;
  expect(studio.session.user.value).toBeNull();
});

describe("the session ended", () => {
  async function inFlight() {
    const world = setUp();
    await begin(world.studio, "a red kite");
    world.sockets.latest().say(snapshot());
    await world.studio.maker.generate();
    return world;
  }

  test("while an image is made: polling stops", async () => {
    const { api, sockets, studio } = await inFlight();
    api.prediction.mockResolvedValue(no("unauthenticated"));
    api.session.mockResolvedValue(ok(nobody()));
    sockets.latest().cut();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(studio.session.user.value).toBeNull();
    const calls = () => api.prediction.mock.calls.length + api.session.mock.calls.length;
    const before = calls();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(calls()).toBe(before);
  });

  test("during sleep: a socket that cannot open asks the session, and redialing stops", async () => {
    const { api, sockets, studio } = await inFlight();
    api.session.mockResolvedValue(ok(nobody()));
    sockets.latest().cut();
    await vi.advanceTimersByTimeAsync(1_000);
    sockets.latest().cut();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(sockets.opened).toHaveLength(2);
    expect(studio.session.user.value).toBeNull();
  });

  test("and the same user signs in again: connects and polls again", async () => {
    const { api, sockets, studio } = await inFlight();
    api.session.mockResolvedValueOnce(ok(nobody()));
    await studio.session.load();
    expect(studio.up.value).toBe(false);
    await studio.session.load();
    expect(sockets.opened).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(api.prediction).toHaveBeenCalledWith("g1");
  });

  test("and another user is signed in: starts over", async () => {
    const { api, studio, restart } = await inFlight();
    const { user } = session();
    if (user) api.session.mockResolvedValue(ok(session({ user: { ...user, id: "u2" } })));
    await studio.session.load();
    expect(restart).toHaveBeenCalled();
  });

  test("a failed check of it is repeated until there is an answer", async () => {
    const { api, studio, sockets } = await inFlight();
    api.prediction.mockResolvedValue(no("unauthenticated"));
    api.session.mockResolvedValueOnce(no("storage_unavailable")).mockResolvedValue(ok(nobody()));
    sockets.latest().cut();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(studio.session.user.value).toBeNull();
  });
});

describe("while the account is being deleted", () => {
  async function deleting() {
    const kept = keptOrders(order("k1"), order("k2", { state: "waiting" }));
    const world = setUp({ kept });
    world.api.generate.mockResolvedValue(no("offline"));
    await begin(world.studio, "");
    world.sockets.latest().say(snapshot());
    await vi.advanceTimersByTimeAsync(0);
    const answer = later<Result<void>>();
    world.api.deleteAccount.mockReturnValue(answer.promise);
    const deletion = createDeletion({
      studio: world.studio,
      forgetElsewhere: async () => {},
      sayGoodbye: vi.fn(),
      restart: world.restart,
    });
    deletion.open();
    return { ...world, answer, deletion };
  }

  test("a tab switch neither restores the session nor sends anything", async () => {
    const { studio, api, sockets, deletion } = await deleting();
    void deletion.send();
    api.generate.mockClear();
    api.session.mockClear();
    await studio.wake();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(studio.session.session.value).toBeNull();
    expect([api.generate.mock.calls, api.session.mock.calls, api.prediction.mock.calls]).toEqual([
      [],
      [],
      [],
    ]);
    expect(sockets.opened).toHaveLength(1);
  });

  test("an answer that was requested before does not restore it either", async () => {
    const { studio, api, deletion } = await deleting();
    const late = later<Result<Session>>();
    api.session.mockReturnValueOnce(late.promise);
    const asked = studio.session.load();
    void deletion.send();
    late.resolve(ok(session()));
    await asked;
    expect(studio.session.session.value).toBeNull();
  });

  test("given up, the outbox and the socket continue", async () => {
    const { studio, api, sockets, deletion, answer } = await deleting();
    const world = { studio, clock: { now: NOW } };
    startQueue(world);
    const sent = deletion.send();
    answer.resolve(no("storage_unavailable"));
    await sent;
    await deletion.close();
    expect(sockets.opened).toHaveLength(2);
    api.generate.mockClear();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(api.generate.mock.calls.map(([, key]) => key)).toContain("k1");
  });
});
