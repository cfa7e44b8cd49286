/** Keeps the page current for a signed-in user: pushes over the socket, polls where no push can be relied on. */
import { computed, effect } from "@preact/signals";
import type { StudioEvent } from "../../../worker/api/schemas/event.ts";
import type { Api } from "../../api/client.ts";
import { createEventSocket, type EventSocketDependencies } from "../../api/event-socket.ts";
import { reloadSignedOut } from "../../browser/sign-out-reason.ts";
import type { Connection } from "./connection.ts";
import type { Feed } from "../images/feed.ts";
import type { Generations } from "../images/generations.ts";
import { createPoller } from "./poller.ts";
import type { SessionState } from "./session.ts";

export type LiveUpdatesDependencies = Pick<EventSocketDependencies, "connect" | "random"> & {
  api: Pick<Api, "list" | "prediction">;
  connection: Connection;
  feed: Feed;
  generations: Generations;
  session: SessionState;
  /** Called when the socket has sent all generations in flight: Generate requests that wait for a retry are sent now. */
  onSnapshot: () => void;
  /** Reloads the page: removes the user's data from memory. */
  reload: () => void;
};

export function createLiveUpdates(dependencies: LiveUpdatesDependencies) {
  const { connect, random, api, connection, feed, generations, session, reload } = dependencies;

  function handleEvent(event: StudioEvent) {
    switch (event.type) {
      case "snapshot":
        session.limits.value = event.limits;
        for (const generation of event.inFlight) generations.upsert(generation);
        dependencies.onSnapshot();
        poller.pollAll(event.inFlight.map(({ id }) => id));
        return;
      case "generation":
        return generations.upsert(event.generation, { replaces: event.replaces });
      case "limits":
        // Another plan: its name comes with the session.
        if (event.limits.concurrent !== session.limits.peek()?.concurrent) void session.load();
        session.limits.value = event.limits;
        return;
      case "deleted":
        return generations.delete(event.id);
      default:
        // A newer Worker may send more than this build knows.
        event satisfies never;
    }
  }

  async function poll(id: string): Promise<void> {
    const requestedAtVersion = generations.nextVersion();
    const result = await api.prediction(id);
    if (result.ok) feed.applyPoll(id, result.value.generation, requestedAtVersion);
    else if (result.error.code === "not_found") generations.delete(id);
    else if (result.error.code === "unauthenticated") session.recheck();
  }

  /** The Worker closed the socket because its session ended: elsewhere, or by a suspension. */
  async function onSessionEnded(): Promise<void> {
    // Asked before the session, which only says that there is none any more.
    const asked = await api.list(null, 1);
    await session.load();
    if (!session.session.peek() || session.user.peek()) return;
    if (!asked.ok && asked.error.code === "suspended") reloadSignedOut("suspended");
    else reload();
  }

  const socket = createEventSocket({
    connect,
    random,
    isConnected: connection.isConnected,
    onEvent: handleEvent,
    onSessionEnded: () => void onSessionEnded(),
    // A browser shows a 401 to the upgrade as any lost connection: only the session tells.
    onRefused: () => void session.load(),
  });

  const userId = computed(() => session.user.value?.id ?? null);
  const poller = createPoller({
    ids: computed(() => (userId.value === null ? [] : feed.pollIds.value)),
    isUrgent: computed(() => !connection.isConnected.value || feed.unmatched.value.length > 0),
    poll,
  });

  let hasStarted = false;

  return {
    reconnectNow: socket.reconnectNow,
    pollAll: () => poller.pollAll(),
    close: socket.close,
    /** From now on connects while a user is signed in. */
    start() {
      if (hasStarted) return;
      hasStarted = true;
      poller.start();
      effect(() => {
        if (userId.value === null) socket.close();
        else socket.open();
      });
    },
  };
}

export type LiveUpdates = ReturnType<typeof createLiveUpdates>;
