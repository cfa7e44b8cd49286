// The session: retried until known, left alone while the account is deleted, and checked when a socket cannot open.
import { signal } from "@preact/signals";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Result } from "../../frontend/api/result.ts";
import { createAccountDeletion } from "../../frontend/account/account-deletion.ts";
import { showUnreachable } from "../../frontend/studio/session/connection.ts";
import { commonText } from "../../frontend/text/common.ts";
import type { Session } from "../../worker/api/schemas/session.ts";
import {
  NOW,
  TODAY,
  failure,
  generation,
  ok,
  outboxItem,
  setUp,
  signedIn,
  signedOut,
  snapshot,
  storedOutbox,
} from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

const CODES = ["storage_unavailable", "internal", "invalid_response", "network_error"] as const;

describe("the first response is a failure", () => {
  test.each(CODES)("%s: retries, and an accepted Generate gets its image", async (code) => {
    const { api, sockets, composer, form, entries, begin } = setUp();
    api.session.mockResolvedValueOnce(failure(code)).mockResolvedValueOnce(failure(code));
    await begin("a red kite");
    await form.generate();
    expect(entries()).toMatchObject([{ phase: "known", generation: { id: "g1", status: "queued" } }]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(api.session).toHaveBeenCalledTimes(3);
    expect(composer.notice.value).toBeNull();
    sockets.latest().push(snapshot(generation("g1", { status: "succeeded" })));
    expect(entries()).toMatchObject([{ generation: { id: "g1", status: "succeeded" } }]);
  });

  test("the delay grows to 30 s, and a wake-up does not wait for it", async () => {
    const { api, begin, wake } = setUp();
    api.session.mockResolvedValue(failure("network_error"));
    await begin("");
    await vi.advanceTimersByTimeAsync(1_000 + 2_000 + 4_000 + 8_000 + 16_000);
    expect(api.session).toHaveBeenCalledTimes(6);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(api.session).toHaveBeenCalledTimes(6);
    await wake();
    expect(api.session).toHaveBeenCalledTimes(7);
  });

  test("after the recovery nothing is asked again", async () => {
    const { api, begin } = setUp();
    api.session.mockResolvedValueOnce(failure("network_error"));
    await begin("");
    await vi.advanceTimersByTimeAsync(600_000);
    expect(api.session).toHaveBeenCalledTimes(2);
    expect(api.list).toHaveBeenCalledOnce();
  });
});

test("the form says that the Worker cannot be reached, until it responds", async () => {
  const { api, composer, connection, session, begin, wake } = setUp();
  showUnreachable({ composer, connection, session });
  api.session.mockResolvedValueOnce(failure("network_error"));
  await begin();
  expect(composer.notice.value).toBe(commonText.unreachable);
  await wake();
  expect(composer.notice.value).toBeNull();
  // The browser itself says that there is no network.
  connection.isOffline.value = true;
  api.session.mockResolvedValueOnce(failure("network_error"));
  await session.load();
  expect(composer.notice.value).toBeNull();
});

test("a response that was requested before a push does not overwrite the pushed limits", async () => {
  const { api, sockets, session, begin } = setUp();
  await begin("");
  sockets.latest().push(snapshot());
  const response = Promise.withResolvers<Result<Session>>();
  api.session.mockReturnValueOnce(response.promise);
  const asked = session.load();
  sockets
    .latest()
    .push({ type: "limits", limits: { concurrent: 3, inFlight: 2, unconfirmed: 0, today: TODAY } });
  response.resolve(ok(signedIn()));
  await asked;
  expect(session.limits.value?.inFlight).toBe(2);
});

test("a response without limits for a signed-in user keeps the known ones", async () => {
  const { api, session, begin } = setUp();
  await begin("");
  api.session.mockResolvedValueOnce(ok(signedIn({ limits: null })));
  await session.load();
  expect(session.limits.value?.concurrent).toBe(3);
});

test("of two responses out of order the later request's one stays", async () => {
  const { api, session, begin } = setUp();
  await begin("");
  const response = Promise.withResolvers<Result<Session>>();
  api.session.mockReturnValueOnce(response.promise);
  const first = session.load();
  api.session.mockResolvedValueOnce(ok(signedOut()));
  await session.load();
  response.resolve(ok(signedIn()));
  await first;
  expect(session.user.value).toBeNull();
});

describe("the session ended", () => {
  async function inFlight() {
    const world = setUp();
    await world.begin("a red kite");
    world.sockets.latest().push(snapshot());
    await world.form.generate();
    return world;
  }

  test("while an image is made: polling stops", async () => {
    const { api, sockets, session } = await inFlight();
    api.prediction.mockResolvedValue(failure("unauthenticated"));
    api.session.mockResolvedValue(ok(signedOut()));
    sockets.latest().end();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(session.user.value).toBeNull();
    const calls = () => api.prediction.mock.calls.length + api.session.mock.calls.length;
    const before = calls();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(calls()).toBe(before);
  });

  test("during sleep: a socket that cannot open asks the session, and redialing stops", async () => {
    const { api, sockets, session } = await inFlight();
    api.session.mockResolvedValue(ok(signedOut()));
    sockets.latest().end();
    await vi.advanceTimersByTimeAsync(1_000);
    sockets.latest().end();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(sockets.opened).toHaveLength(2);
    expect(session.user.value).toBeNull();
  });

  test("and the same user signs in again: connects and polls again", async () => {
    const { api, sockets, connection, session } = await inFlight();
    api.session.mockResolvedValueOnce(ok(signedOut()));
    await session.load();
    expect(connection.isConnected.value).toBe(false);
    await session.load();
    expect(sockets.opened).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(api.prediction).toHaveBeenCalledWith("g1");
  });

  test("and another user is signed in: starts over", async () => {
    const { api, reload, session } = await inFlight();
    const { user } = signedIn();
    if (user) api.session.mockResolvedValue(ok(signedIn({ user: { ...user, id: "u2" } })));
    await session.load();
    expect(reload).toHaveBeenCalled();
  });

  test("and checking it fails: repeats the check until there is a response", async () => {
    const { api, sockets, session } = await inFlight();
    api.prediction.mockResolvedValue(failure("unauthenticated"));
    api.session.mockResolvedValueOnce(failure("storage_unavailable")).mockResolvedValue(ok(signedOut()));
    sockets.latest().end();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(session.user.value).toBeNull();
  });
});

describe("while the account is being deleted", () => {
  async function deleting() {
    const stored = storedOutbox(outboxItem("k1"), outboxItem("k2", { state: "queued" }));
    const world = setUp({ stored });
    world.api.generate.mockResolvedValue(failure("network_error"));
    await world.begin("");
    world.sockets.latest().push(snapshot());
    await vi.advanceTimersByTimeAsync(0);
    const response = Promise.withResolvers<Result<void>>();
    world.api.deleteAccount.mockReturnValue(response.promise);
    const deletion = createAccountDeletion({
      ...world,
      clearBrowserData: async () => {},
      showDeletedPage: vi.fn(),
    });
    deletion.open();
    return { ...world, response, deletion };
  }

  test("a tab switch neither restores the session nor sends anything", async () => {
    const { api, sockets, session, wake, deletion } = await deleting();
    void deletion.send();
    api.generate.mockClear();
    api.session.mockClear();
    await wake();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(session.session.value).toBeNull();
    expect([api.generate.mock.calls, api.session.mock.calls, api.prediction.mock.calls]).toEqual([
      [],
      [],
      [],
    ]);
    expect(sockets.opened).toHaveLength(1);
  });

  test("a response that was requested before does not restore it either", async () => {
    const { api, session, deletion } = await deleting();
    const late = Promise.withResolvers<Result<Session>>();
    api.session.mockReturnValueOnce(late.promise);
    const asked = session.load();
    void deletion.send();
    late.resolve(ok(signedIn()));
    await asked;
    expect(session.session.value).toBeNull();
  });

  test("after the user gives up, the outbox and the socket continue", async () => {
    const { api, sockets, deletion, response } = await deleting();
    const sent = deletion.send();
    response.resolve(failure("storage_unavailable"));
    await sent;
    await deletion.close();
    expect(sockets.opened).toHaveLength(2);
    api.generate.mockClear();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(api.generate.mock.calls.map(([, key]) => key)).toContain("k1");
  });
});

test("the latest images are read once the Create page is opened, and again after a new sign-in", async () => {
  const isCreateOpen = signal(false);
  const { api, session, userSession, begin } = setUp({ isCreateOpen });
  await begin("");
  await vi.advanceTimersByTimeAsync(60_000);
  expect([api.list.mock.calls, userSession.recent.value]).toEqual([[], "waiting"]);
  isCreateOpen.value = true;
  expect(userSession.recent.value, "before the page is rendered").toBe("loading");
  isCreateOpen.value = false;
  isCreateOpen.value = true;
  expect(api.list.mock.calls).toEqual([[null, 24]]);
  api.session.mockResolvedValueOnce(ok(signedOut()));
  await session.load();
  await session.load();
  expect(api.list).toHaveBeenCalledTimes(2);
});

test("the latest images are read for polling if something is in flight and no push can tell", async () => {
  const { api, session, connection, begin } = setUp({ isCreateOpen: signal(false) });
  connection.isConnected.value = true;
  await begin("");
  const limits = session.limits.peek();
  if (limits) session.limits.value = { ...limits, inFlight: 1 };
  expect(api.list).not.toHaveBeenCalled();
  connection.isConnected.value = false;
  expect(api.list.mock.calls).toEqual([[null, 24]]);
});
