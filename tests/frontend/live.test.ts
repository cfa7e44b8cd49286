import { beforeEach, describe, expect, test, vi } from "vitest";
import { begin, generation, no, nobody, ok, setUp, snapshot, TODAY } from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

/** A studio that has `g1` in flight. */
async function inFlight() {
  const world = setUp();
  await begin(world.studio, "a red kite");
  world.sockets.latest().say(snapshot());
  await world.studio.maker.generate();
  world.api.prediction.mockImplementation(async (id) => ok({ generation: generation(id) }));
  return { ...world, status: () => world.cards.cards.value[0]?.generation.status };
}

describe("while the socket is up", () => {
  test("pushes are enough: asking happens rarely", async () => {
    const { api, sockets } = await inFlight();
    await vi.advanceTimersByTimeAsync(19_000);
    expect(api.prediction).not.toHaveBeenCalled();
    sockets.latest().say("pong");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(api.prediction).toHaveBeenCalledExactlyOnceWith("g1");
  });

  test("limits follow", async () => {
    const { studio, sockets } = await inFlight();
    sockets
      .latest()
      .say({ type: "limits", limits: { concurrent: 3, inFlight: 2, unconfirmed: 0, today: TODAY } });
    expect(studio.session.limits.value?.inFlight).toBe(2);
  });

  test("other tabs' and devices' pictures show", async () => {
    const { sockets, cards } = await inFlight();
    sockets.latest().say({ type: "generation", generation: generation("other", { status: "succeeded" }) });
    expect(cards.cards.value.map((card) => card.generation.id)).toContain("other");
  });

  test("what nobody understands is ignored", async () => {
    const { sockets, status } = await inFlight();
    const socket = sockets.latest();
    socket.onmessage?.call(socket as unknown as WebSocket, new MessageEvent("message", { data: "not json" }));
    expect(status()).toBe("queued");
  });
});

describe("while the socket is down", () => {
  test("asks every two seconds until it has ended, then no more", async () => {
    const { api, sockets, status, studio } = await inFlight();
    sockets.latest().cut();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(api.prediction).toHaveBeenCalledTimes(2);
    api.prediction.mockImplementation(async () =>
      ok({ generation: generation("g1", { status: "succeeded" }) }),
    );
    await vi.advanceTimersByTimeAsync(2_000);
    expect(status()).toBe("succeeded");
    expect(studio.announcement.value).toContain("Your picture is ready");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(api.prediction).toHaveBeenCalledTimes(3);
  });

  test("comes back with growing, jittered waits, and asks for what the snapshot does not tell", async () => {
    const { api, sockets, studio, status } = await inFlight();
    sockets.latest().cut();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets.opened).toHaveLength(2);
    sockets.latest().cut();
    await vi.advanceTimersByTimeAsync(1_900);
    expect(sockets.opened).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(100);
    expect(sockets.opened).toHaveLength(3);

    api.prediction.mockClear();
    api.prediction.mockImplementation(async () =>
      ok({ generation: generation("g1", { status: "succeeded" }) }),
    );
    sockets.latest().say(snapshot());
    await vi.advanceTimersByTimeAsync(0);
    expect(api.prediction).toHaveBeenCalledExactlyOnceWith("g1");
    expect(status()).toBe("succeeded");
    expect(studio.up.value).toBe(true);
  });

  test("the tab in front again does not sit out the wait", async () => {
    const { sockets, studio } = await inFlight();
    sockets.latest().cut();
    await studio.wake();
    expect(sockets.opened).toHaveLength(2);
  });

  test("an answer that was pending elsewhere is dropped when it is gone", async () => {
    const { api, sockets, cards } = await inFlight();
    api.prediction.mockImplementation(async () => ({
      ok: false,
      problem: { code: "not_found", detail: "" },
    }));
    sockets.latest().cut();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(cards.cards.value).toEqual([]);
  });
});

describe("the line itself", () => {
  test("silence is asked about, and then taken for a cut", async () => {
    const { sockets, studio } = await inFlight();
    const first = sockets.latest();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(first.sent).toEqual(["ping"]);
    first.say("pong");
    await vi.advanceTimersByTimeAsync(30_000);
    expect(first.sent).toEqual(["ping", "ping"]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(studio.up.value).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets.opened).toHaveLength(2);
  });

  test("4001, signed out: no other socket, and the session is asked once", async () => {
    const { sockets, api } = await inFlight();
    api.session.mockClear();
    api.session.mockResolvedValue(ok(nobody()));
    sockets.latest().cut(4001);
    await vi.advanceTimersByTimeAsync(1_200_000);
    expect(sockets.opened).toHaveLength(1);
    expect(api.session).toHaveBeenCalledOnce();
  });

  test("4001, still signed in: connects again later", async () => {
    const { sockets } = await inFlight();
    sockets.latest().cut(4001);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(sockets.opened).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets.opened).toHaveLength(2);
  });

  test("4001, suspended: the studio starts anew, and says why", async () => {
    const reload = vi.spyOn(location, "reload").mockImplementation(() => {});
    const { sockets, api, restart } = await inFlight();
    api.list.mockResolvedValue(no("suspended"));
    api.session.mockResolvedValue(ok(nobody()));
    sockets.latest().cut(4001);
    await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce());
    expect([location.pathname, history.state]).toEqual(["/account", { farewell: "suspended" }]);
    expect(restart).not.toHaveBeenCalled();
    reload.mockRestore();
  });

  test("4001, signed out from elsewhere: nothing stays on the screen", async () => {
    const { sockets, api, restart } = await inFlight();
    api.session.mockResolvedValueOnce(no("offline"));
    sockets.latest().cut(4001);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(restart, "not known to be so").not.toHaveBeenCalled();

    const other = await inFlight();
    other.api.session.mockResolvedValueOnce(ok(nobody()));
    other.sockets.latest().cut(4001);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(other.restart).toHaveBeenCalledOnce();
  });

  test("4008, too many sockets: polls, and connects again ever later, also after a socket that opened", async () => {
    const { api, sockets } = await inFlight();
    sockets.latest().cut(4008);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sockets.opened).toHaveLength(1);
    expect(api.prediction).toHaveBeenCalledTimes(5);
    await vi.advanceTimersByTimeAsync(50_000);
    expect(sockets.opened).toHaveLength(2);
    sockets.latest().say(snapshot());
    sockets.latest().cut(4008);
    await vi.advanceTimersByTimeAsync(119_000);
    expect(sockets.opened).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets.opened).toHaveLength(3);
  });

  test("4008: a tab that comes to the front connects at once", async () => {
    const { sockets, studio } = await inFlight();
    sockets.latest().cut(4008);
    await studio.wake();
    expect(sockets.opened).toHaveLength(2);
  });

  test("pings are sent while pushes come: the Worker knows living sockets by them", async () => {
    const { sockets } = await inFlight();
    for (let second = 0; second < 30; second += 5) {
      sockets.latest().say({ type: "generation", generation: generation("g1") });
      await vi.advanceTimersByTimeAsync(5_000);
    }
    expect(sockets.latest().sent).toEqual(["ping"]);
  });
});

describe("after a reload", () => {
  test("what is in flight and what came last is back, in order, without what was canceled", async () => {
    const { studio, api, sockets, cards } = setUp();
    const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 9, minute)).toISOString();
    api.list.mockResolvedValueOnce(
      ok({
        items: [
          generation("b", { status: "succeeded", createdAt: at(2) }),
          generation("c", { status: "canceled", createdAt: at(1) }),
          generation("a", { status: "succeeded", createdAt: at(0) }),
        ],
        nextCursor: null,
      }),
    );
    await begin(studio, "");
    sockets.latest().say(snapshot(generation("d", { status: "processing", createdAt: at(3) })));
    expect(cards.cards.value.map((card) => card.generation.id)).toEqual(["d", "b", "a"]);
  });
});
