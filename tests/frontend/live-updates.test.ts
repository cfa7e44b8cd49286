import { beforeEach, describe, expect, test, vi } from "vitest";
import { TODAY, failure, generation, ok, setUp, signedOut, snapshot } from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

/** A studio that has `g1` in flight. */
async function inFlight() {
  const world = setUp();
  await world.begin("a red kite");
  world.sockets.latest().push(snapshot());
  await world.form.generate();
  world.api.prediction.mockImplementation(async (id) => ok({ generation: generation(id) }));
  return { ...world, status: () => world.entries()[0]?.generation.status };
}

describe("while the socket is up", () => {
  test("relies on pushes and polls rarely", async () => {
    const { api, sockets } = await inFlight();
    await vi.advanceTimersByTimeAsync(19_000);
    expect(api.prediction).not.toHaveBeenCalled();
    sockets.latest().push("pong");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(api.prediction).toHaveBeenCalledExactlyOnceWith("g1");
  });

  test("applies pushed limits", async () => {
    const { sockets, session } = await inFlight();
    sockets
      .latest()
      .push({ type: "limits", limits: { concurrent: 3, inFlight: 2, unconfirmed: 0, today: TODAY } });
    expect(session.limits.value?.inFlight).toBe(2);
  });

  test("shows images of other tabs and devices", async () => {
    const { sockets, entries } = await inFlight();
    sockets.latest().push({ type: "generation", generation: generation("other", { status: "succeeded" }) });
    expect(entries().map((entry) => entry.generation.id)).toContain("other");
  });

  test("ignores a message that is not JSON", async () => {
    const { sockets, status } = await inFlight();
    const socket = sockets.latest();
    socket.onmessage?.call(socket as unknown as WebSocket, new MessageEvent("message", { data: "not json" }));
    expect(status()).toBe("queued");
  });
});

describe("while the socket is down", () => {
  test("polls every two seconds until the generation has ended", async () => {
    const { api, sockets, toasts, status } = await inFlight();
    sockets.latest().end();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(api.prediction).toHaveBeenCalledTimes(2);
    api.prediction.mockImplementation(async () =>
      ok({ generation: generation("g1", { status: "succeeded" }) }),
    );
    await vi.advanceTimersByTimeAsync(2_000);
    expect(status()).toBe("succeeded");
    expect(toasts.announcement.value).toContain("is ready");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(api.prediction).toHaveBeenCalledTimes(3);
  });

  test("reconnects with growing, jittered delays, and polls what the snapshot does not contain", async () => {
    const { api, sockets, connection, status } = await inFlight();
    sockets.latest().end();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets.opened).toHaveLength(2);
    sockets.latest().end();
    await vi.advanceTimersByTimeAsync(1_900);
    expect(sockets.opened).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(100);
    expect(sockets.opened).toHaveLength(3);

    api.prediction.mockClear();
    api.prediction.mockImplementation(async () =>
      ok({ generation: generation("g1", { status: "succeeded" }) }),
    );
    sockets.latest().push(snapshot());
    await vi.advanceTimersByTimeAsync(0);
    expect(api.prediction).toHaveBeenCalledExactlyOnceWith("g1");
    expect(status()).toBe("succeeded");
    expect(connection.isConnected.value).toBe(true);
  });

  test("reconnects at once when the tab comes to the front", async () => {
    const { sockets, wake } = await inFlight();
    sockets.latest().end();
    await wake();
    expect(sockets.opened).toHaveLength(2);
  });

  test("removes an entry whose generation no longer exists", async () => {
    const { api, sockets, entries } = await inFlight();
    api.prediction.mockImplementation(async () => ({
      ok: false,
      error: { code: "not_found", detail: "" },
    }));
    sockets.latest().end();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(entries()).toEqual([]);
  });
});

describe("the socket", () => {
  test("reconnects when a ping gets no response", async () => {
    const { sockets, connection } = await inFlight();
    const first = sockets.latest();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(first.sent).toEqual(["ping"]);
    first.push("pong");
    await vi.advanceTimersByTimeAsync(30_000);
    expect(first.sent).toEqual(["ping", "ping"]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(connection.isConnected.value).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets.opened).toHaveLength(2);
  });

  test("4001, signed out: opens no other socket and asks for the session once", async () => {
    const { api, sockets } = await inFlight();
    api.session.mockClear();
    api.session.mockResolvedValue(ok(signedOut()));
    sockets.latest().end(4001);
    await vi.advanceTimersByTimeAsync(1_200_000);
    expect(sockets.opened).toHaveLength(1);
    expect(api.session).toHaveBeenCalledOnce();
  });

  test("4001, still signed in: connects again later", async () => {
    const { sockets } = await inFlight();
    sockets.latest().end(4001);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(sockets.opened).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets.opened).toHaveLength(2);
  });

  test("4001, suspended: reloads to the account page, which says why", async () => {
    const reloadPage = vi.spyOn(location, "reload").mockImplementation(() => {});
    const { api, sockets, reload } = await inFlight();
    api.list.mockResolvedValue(failure("suspended"));
    api.session.mockResolvedValue(ok(signedOut()));
    sockets.latest().end(4001);
    await vi.waitFor(() => expect(reloadPage).toHaveBeenCalledOnce());
    expect([location.pathname, history.state]).toEqual(["/account", { signOutReason: "suspended" }]);
    expect(reload).not.toHaveBeenCalled();
    reloadPage.mockRestore();
  });

  test("4001, signed out elsewhere: reloads, but not before the session is known", async () => {
    const { api, sockets, reload } = await inFlight();
    api.session.mockResolvedValueOnce(failure("network_error"));
    sockets.latest().end(4001);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(reload, "the session is unknown").not.toHaveBeenCalled();

    const other = await inFlight();
    other.api.session.mockResolvedValueOnce(ok(signedOut()));
    other.sockets.latest().end(4001);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(other.reload).toHaveBeenCalledOnce();
  });

  test("4008, too many sockets: polls, and reconnects with growing delays, even after a socket opened", async () => {
    const { api, sockets } = await inFlight();
    sockets.latest().end(4008);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sockets.opened).toHaveLength(1);
    expect(api.prediction).toHaveBeenCalledTimes(5);
    await vi.advanceTimersByTimeAsync(50_000);
    expect(sockets.opened).toHaveLength(2);
    sockets.latest().push(snapshot());
    sockets.latest().end(4008);
    await vi.advanceTimersByTimeAsync(119_000);
    expect(sockets.opened).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets.opened).toHaveLength(3);
  });

  test("4008: a tab that comes to the front connects at once", async () => {
    const { sockets, wake } = await inFlight();
    sockets.latest().end(4008);
    await wake();
    expect(sockets.opened).toHaveLength(2);
  });

  test("sends pings while pushes arrive: by them the Worker knows which sockets are alive", async () => {
    const { sockets } = await inFlight();
    for (let second = 0; second < 30; second += 5) {
      sockets.latest().push({ type: "generation", generation: generation("g1") });
      await vi.advanceTimersByTimeAsync(5_000);
    }
    expect(sockets.latest().sent).toEqual(["ping"]);
  });
});

describe("after a reload", () => {
  test("shows what is in flight and the latest images, in order, without canceled ones", async () => {
    const { api, sockets, entries, begin } = setUp();
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
    await begin("");
    sockets.latest().push(snapshot(generation("d", { status: "processing", createdAt: at(3) })));
    expect(entries().map((entry) => entry.generation.id)).toEqual(["d", "b", "a"]);
  });
});
