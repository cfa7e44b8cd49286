import { computed, signal } from "@preact/signals";
import type { Generation, StudioEvent } from "../../worker/contract.ts";
import type { Api } from "../api/client.ts";
import { createLive, type Socket } from "../api/live.ts";
import type { Result } from "../api/result.ts";
import { text } from "../text/first.ts";
import { failures, problems } from "../text/troubles.ts";
import { createCards } from "./cards.ts";
import { createComposer } from "./composer.ts";
import { createMaker } from "./maker.ts";
import { createSession } from "./session.ts";
import type { Store } from "./store.ts";
import { createWatch } from "./watch.ts";

/** How many of the latest pictures the studio's page shows. */
const RECENT = 24;
/** Which options the models take is read from Skytells behind the first answer; by then it is known. */
const OPTIONS_KNOWN_AFTER_MS = 3_000;
/** A Generate that waits for a sign-in goes on by itself, but not days later. */
const RESUME_WITHIN_MS = 15 * 60_000;

export type StudioDependencies = {
  api: Api;
  connect: () => Socket;
  random: () => number;
  now: () => number;
  newKey: () => string;
  store: Store;
  /** Survives a reload and a round trip to a sign-in page, in this tab only. */
  tabStore: Store;
  /** Leaves nothing of the user in memory. */
  restart: () => void;
};

/** Hears of every change to a generation. */
export type Listener = { changed: (generation: Generation) => void; dropped: (id: string) => void };

/** Everything the studio knows and does, without a browser; `start` lets the outside in. */
export function createStudio(dependencies: StudioDependencies) {
  const { api, store, tabStore, now } = dependencies;
  const session = createSession(api);
  const composer = createComposer(store);
  /** Why the sign-in dialog is open: a Generate that goes on afterwards, or nothing in particular. */
  const signingIn = signal<"generate" | "asked" | null>(null);
  const sharing = signal<Generation | null>(null);
  const recent = signal<"waiting" | "loading" | "ready" | "failed">("waiting");
  /** Read out to those who cannot see the cards change. */
  const announcement = signal("");
  /** Shown for a moment: what went wrong or was done outside a card. */
  const toast = signal<string | null>(null);
  const listeners = new Set<Listener>();

  const cards = createCards({
    now,
    onEnded(generation) {
      const { status, error, prompt } = generation;
      if (status === "succeeded") announcement.value = text.ready(prompt);
      else announcement.value = error ? text.failed(failures[error.code]) : text.canceled;
      // The socket says by itself how many are in flight.
      if (!live.up.value) void session.load();
    },
  });
  const live = createLive({
    connect: dependencies.connect,
    random: dependencies.random,
    onEvent: hear,
    onSessionEnded: sessionEnded,
  });
  const watch = createWatch({
    ids: cards.watched,
    urgent: computed(() => !live.up.value || cards.parked.value.length > 0),
    ask,
  });
  const maker = createMaker({
    api,
    cards,
    composer,
    session,
    newKey: dependencies.newKey,
    signInFirst() {
      tabStore.set("resume", String(now()));
      signingIn.value = "generate";
      if (session.user.value) sessionEnded();
    },
    tell: (sentence) => {
      announcement.value = sentence;
    },
  });

  function changed(generation: Generation, replaces?: string) {
    cards.apply(generation, replaces);
    for (const listener of listeners) listener.changed(generation);
  }

  function dropped(id: string) {
    cards.drop(id);
    for (const listener of listeners) listener.dropped(id);
  }

  function hear(event: StudioEvent) {
    switch (event.type) {
      case "snapshot":
        session.limits.value = event.limits;
        for (const generation of event.inFlight) cards.apply(generation);
        watch.askAll(event.inFlight.map(({ id }) => id));
        return;
      case "generation":
        return changed(event.generation, event.replaces);
      case "limits":
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
      for (const listener of listeners) listener.changed(result.value.generation);
    } else if (result.problem.code === "not_found") dropped(id);
    else if (result.problem.code === "unauthenticated") sessionEnded();
  }

  function sessionEnded() {
    live.close();
    void session.load();
  }

  async function loadRecent() {
    recent.value = "loading";
    const page = await api.list(null, RECENT);
    if (page.ok) {
      cards.remember(page.value.items);
      store.set("returning", cards.cards.value.length > 0 ? "1" : null);
    }
    recent.value = page.ok ? "ready" : "failed";
  }

  /** Everything that needs to know who is here. */
  async function enter() {
    if (!session.user.value) return;
    live.open();
    const since = Number(tabStore.get("resume") ?? Number.NaN);
    tabStore.set("resume", null);
    if (now() - since < RESUME_WITHIN_MS) void maker.generate();
    await loadRecent();
  }

  /** Tells of a failure that has no card of its own; passes the answer on. */
  function orTell<T>(result: Result<T>): T | undefined {
    if (result.ok) return result.value;
    toast.value = problems[result.problem.code];
    if (result.problem.code === "unauthenticated") sessionEnded();
  }

  return {
    session,
    composer,
    cards,
    live,
    maker,
    signingIn,
    sharing,
    recent,
    announcement,
    toast,
    api,
    store,
    loadRecent,
    listen(listener: Listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async start(typed: string) {
      composer.restore(typed);
      watch.start();
      await session.load();
      if (session.problem.value) composer.notice.value = problems[session.problem.value.code];
      const unknown = session.models.value.every(({ options }) => Object.keys(options).length === 0);
      if (unknown) setTimeout(session.load, OPTIONS_KNOWN_AFTER_MS);
      await enter();
    },
    /** The tab is in front again, or the network is back. */
    async wake() {
      live.hurry();
      watch.askAll();
      if (session.session.value) return;
      await session.load();
      if (session.session.value) composer.notice.value = null;
      await enter();
    },
    async signIn(email: string) {
      const result = await api.signInDev(email);
      if (!result.ok) return result.problem;
      await session.load();
      signingIn.value = null;
      void enter();
      return null;
    },
    /** Closed without signing in: nothing goes on by itself later. */
    stopSigningIn() {
      signingIn.value = null;
      tabStore.set("resume", null);
    },
    async signOut() {
      if (orTell(await api.signOut().then(asDone))) dependencies.restart();
    },
    async favorite(generation: Generation) {
      const wanted = !generation.favorite;
      changed({ ...generation, favorite: wanted });
      const answer = orTell(await api.favorite(generation.id, wanted));
      changed(answer?.generation ?? generation);
    },
    async share(generation: Generation, showPrompt: boolean) {
      const answer = orTell(await api.share(generation.id, showPrompt));
      if (answer) changed({ ...generation, shareUrl: answer.url });
      return answer?.url ?? null;
    },
    async unshare(generation: Generation) {
      const stopped = orTell(await api.unshare(generation.id).then(asDone)) ?? false;
      if (stopped) changed({ ...generation, shareUrl: null });
      return stopped;
    },
    async remove(id: string) {
      const result = await api.remove(id);
      if (!result.ok && result.problem.code !== "not_found") return Boolean(orTell(result));
      dropped(id);
      return true;
    },
    /** Takes away a card without a picture. What may still heal stays in the record. */
    dismiss(key: string) {
      const card = cards.byKey(key);
      if (!card) return;
      cards.remove(key);
      const { id, error } = card.generation;
      const mayHeal = error?.code === "timed_out" || error?.code === "unconfirmed";
      if (card.phase === "known" && !mayHeal) void api.remove(id);
    },
  };
}

export type Studio = ReturnType<typeof createStudio>;

function asDone(result: Result<void>): Result<true> {
  return result.ok ? { ok: true, value: true } : result;
}
