/** Keeps the studio of a signed-in user up to date: by the socket, and by polling where it cannot be relied on. */
import { computed, effect, type ReadonlySignal } from "@preact/signals";
import type { Generation, StudioEvent } from "../../worker/contract.ts";
import type { Api } from "../api/client.ts";
import { restartWith } from "../browser/sign-out-reason.ts";
import { createLive, type LiveDependencies } from "../api/event-socket.ts";
import type { Cards } from "./feed.ts";
import type { Maker } from "./submit.ts";
import { retryFailures } from "./retry.ts";
import type { SessionState } from "./session.ts";
import type { Store } from "../browser/storage.ts";
import type { Studio } from "./studio.ts";
import { createWatch } from "./poller.ts";

/** How many of the latest images the studio's page shows. */
const RECENT = 24;

export type LineDependencies = Pick<LiveDependencies, "connect" | "random"> & {
  api: Api;
  store: Store;
  session: SessionState;
  cards: Cards;
  maker: Maker;
  changed: (generation: Generation, replaces?: string) => void;
  /** The same, for what its card knows already. `before`: the id it was asked for by. */
  heard: (generation: Generation, before?: string) => void;
  dropped: (id: string) => void;
  sessionEnded: () => void;
  recent: Studio["recent"];
  recentProblem: Studio["recentProblem"];
  wakeUps: ReadonlySignal<number>;
  restart: () => void;
};

export function createLine(dependencies: LineDependencies) {
  const { recent, recentProblem, store } = dependencies;
  const { connect, random, api, session, cards, maker, changed, heard, dropped } = dependencies;

  function hear(event: StudioEvent) {
    switch (event.type) {
      case "snapshot":
        session.limits.value = event.limits;
        for (const generation of event.inFlight) cards.apply(generation);
        maker.hurry();
        watch.askAll(event.inFlight.map(({ id }) => id));
        return;
      case "generation":
        return changed(event.generation, event.replaces);
      case "limits":
        // Another plan: what it is called comes with the session.
        if (event.limits.concurrent !== session.limits.value?.concurrent) void session.load();
        session.limits.value = event.limits;
        return;
      case "deleted":
        return dropped(event.id);
      default:
        // A newer Worker may say more than this studio knows.
        event satisfies never;
    }
  }

  async function ask(id: string) {
    const result = await api.prediction(id);
    if (result.ok) {
      cards.confirm(id, result.value.generation);
      heard(result.value.generation, id);
    } else if (result.problem.code === "not_found") dropped(id);
    else if (result.problem.code === "unauthenticated") dependencies.sessionEnded();
  }

  /** The Worker closed the socket because its session ended: elsewhere, or by a suspension. */
  async function sessionRevoked() {
    // Asked before the session, which only says that there is none any more.
    const asked = await api.list(null, 1);
    await session.load();
    if (!session.session.value || session.user.value) return;
    if (!asked.ok && asked.problem.code === "suspended") restartWith("suspended");
    else dependencies.restart();
  }

  const live = createLive({
    connect,
    random,
    onEvent: hear,
    onSessionEnded: () => void sessionRevoked(),
    // A browser shows a 401 to the upgrade as any lost connection: only the session tells.
    onRefused: () => void session.load(),
  });
  const userId = computed(() => session.user.value?.id ?? null);
  const watch = createWatch({
    ids: computed(() => (userId.value === null ? [] : cards.watched.value)),
    urgent: computed(() => !live.up.value || cards.parked.value.length > 0),
    ask,
  });
  watch.start();
  const owner = userId.peek();
  effect(() => {
    if (userId.value === null) live.close();
    // Another tab signed in as another user while this one slept.
    else if (owner !== null && userId.value !== owner) dependencies.restart();
    else live.open();
  });
  let reading: Promise<void> | null = null;

  /** Reads the latest images; callers at the same time share one request. */
  function loadRecent() {
    reading ??= readRecent().finally(() => {
      reading = null;
    });
    return reading;
  }

  async function readRecent() {
    recent.value = "loading";
    const page = await api.list(null, RECENT);
    recentProblem.value = page.ok ? null : page.problem;
    if (page.ok) {
      cards.remember(page.value.items, page.value.nextCursor !== null);
      store.set("returning", cards.cards.value.length > 0 ? "1" : null);
    }
    recent.value = page.ok ? "ready" : "failed";
  }

  retryFailures({
    problem: recentProblem,
    wakeUps: dependencies.wakeUps,
    random,
    // A user who signs in again has them read anyway.
    again: () => userId.peek() !== null && loadRecent(),
  });
  effect(() => {
    if (recentProblem.value?.code === "unauthenticated") dependencies.sessionEnded();
  });
  return { ...live, askAll: watch.askAll, loadRecent };
}

export type Line = ReturnType<typeof createLine>;
