import { computed, signal } from "@preact/signals";
import type { Generation } from "../../worker/contract.ts";
import type { Api } from "../api/client.ts";
import type { Socket } from "../api/event-socket.ts";
import type { Result, Trouble, TroubleCode } from "../api/result.ts";
import { inWords } from "../text/words.ts";
import type { Backstage } from "./deferred.ts";
import { createCards } from "./feed.ts";
import { createComposer } from "./composer.ts";
import { isInFlight } from "./generation.ts";
import type { Line } from "./live-updates.ts";
import { createMaker, loadAftermath } from "./submit.ts";
import { createOrders, type Order } from "./outbox.ts";
import { createSession } from "./session.ts";
import type { Store } from "../browser/storage.ts";

/** A Generate that waits for a sign-in goes on by itself, but not days later. */
const RESUME_WITHIN_MS = 15 * 60_000;

/** The part that keeps the studio up to date could not be fetched. */
const LINE_AGAIN_AFTER_MS = 3_000;

/** What one does with pictures comes with them. */
export const deeds = () => import("./image-actions.ts");

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

/** A favorite that is being saved: what the user asked for last, and the current generation. */
export type FavoriteChange = { wanted: boolean; latest: Generation };

/** Called with every change to a generation. */
export type Listener = { changed: (generation: Generation) => void; dropped: (id: string) => void };

/** Hears of what a person would notice: that a prompt was sent off, and that what was in flight is over. */
export type Witness = { ordered: (order: Order) => void; ended: (generation: Generation) => void };

/** A message that is shown for some seconds. */
export type Toast = {
  key: number;
  text: string;
  action?: ToastAction | undefined;
};
export type ToastAction = {
  label: string;
  run: () => void;
  /** Called instead of `run` when the time is over or the user closes the message. */
  expire?: () => void;
};

/** Everything the studio knows and does, without a browser; `start` lets the outside in, once what was typed is in the composer. */
export function createStudio(dependencies: StudioDependencies) {
  const { api, store, tabStore, now } = dependencies;
  const session = createSession({
    api,
    random: dependencies.random,
    onRecovered() {
      composer.notice.value = null;
      void enter();
    },
  });
  const orders = createOrders({ store, now });
  /** Why the sign-in dialog is open: a Generate that goes on afterwards, or nothing in particular. */
  const signingIn = signal<"generate" | "asked" | null>(null);
  const sharing = signal<Generation | null>(null);
  const recent = signal<"waiting" | "loading" | "ready" | "failed">("waiting");
  /** Why the latest images could not be read; null after a success. */
  const recentProblem = signal<Trouble | null>(null);
  /** Counts how often the tab came to the front or the network came back. */
  const wakeUps = signal(0);
  /** Read out to those who cannot see the cards change. */
  const announcement = signal("");
  /** A page that stays whatever the address says, until what runs on it has ended. */
  const pinnedPage = signal<"account" | null>(null);
  /** Oldest first. Their time is kept where they are shown (toast-list.tsx). */
  const toasts = signal<readonly Toast[]>([]);
  let toastKey = 0;
  /** How many pictures became ready while nobody was looking. */
  const unseen = signal(0);
  /** Something asks for the options; whoever opens them says so. */
  const options = signal(false);
  /** The list of shortcuts is open. */
  const helping = signal(false);
  /** The browser says that there is no network. */
  const offline = signal(false);
  /** What comes once somebody is here, or does something. */
  const backstage = signal<Backstage | null>(null);
  /** Being deleted: shown nowhere, while there is still a way back. */
  const hidden = signal<ReadonlySet<string>>(new Set());
  /** What the page is there for is on the screen: what else is fetched holds nothing up. */
  const settled = signal(true);
  /** By id. What the user wants holds against news from before, until the Worker has answered. */
  const favoriteChanges = new Map<string, FavoriteChange>();
  const listeners = new Set<Listener>();
  const witnesses = new Set<Witness>();
  /** Shows a message; a repeated one replaces the one before. */
  function notify(text: string, action?: ToastAction): Toast {
    const toast: Toast = { key: ++toastKey, text, action };
    const others = toasts.peek().filter((other) => other.action || action || other.text !== text);
    toasts.value = [...others, toast];
    return toast;
  }
  const dismiss = (toast: Toast) => {
    toasts.value = toasts.peek().filter((other) => other !== toast);
  };
  const tell = (sentence: string) => {
    announcement.value = sentence;
  };

  const composer = createComposer({
    store,
    tabStore,
    takenBy: session.takenBy,
    onPutAside: (words) => void deeds().then((deeds) => deeds.offerBack(notify, composer, words)),
  });
  const cards = createCards({
    now,
    onEnded(generation) {
      inWords(({ told }) => told.ended(generation), tell);
      for (const witness of witnesses) witness.ended(generation);
      // The socket says by itself how many are in flight.
      if (!up.value) void session.load();
    },
  });
  const line = signal<Line | null>(null);
  /** Whether pushes come. */
  const up = computed(() => line.value?.up.value ?? false);
  const maker = createMaker({
    api,
    cards,
    composer,
    session,
    orders,
    up,
    now,
    random: dependencies.random,
    newKey: dependencies.newKey,
    signInFirst(goesOn) {
      if (goesOn) tabStore.set("resume", String(now()));
      signingIn.value = "generate";
      if (session.user.value) sessionEnded();
    },
    tell,
    onOrdered(order) {
      for (const witness of witnesses) witness.ordered(order);
    },
  });
  function changed(news: Generation, replaces?: string) {
    const change = favoriteChanges.get(news.id);
    const generation = change ? { ...news, favorite: change.wanted } : news;
    if (change) change.latest = generation;
    cards.apply(generation, replaces);
    heard(generation, replaces);
  }

  function heard(generation: Generation, before?: string) {
    if (before !== undefined && before !== generation.id) orders.heard(before);
    if (!isInFlight(generation)) orders.heard(generation.id);
    for (const listener of listeners) listener.changed(generation);
  }

  function dropped(id: string) {
    cards.drop(id);
    orders.heard(id);
    for (const listener of listeners) listener.dropped(id);
  }

  /** A request was answered with 401 or redirected. After a failed attempt the session is retried anyway. */
  function sessionEnded() {
    if (!session.problem.value) void session.load();
  }

  /** Whose pictures are in memory. */
  let owner: string | null = null;

  /** Removes the last user's outbox from the screen, once the session is known. */
  let endPreview: (() => void) | undefined;

  /** While the session is unknown, shows what this browser keeps for its last user. */
  async function previewOutbox(problem: Trouble) {
    const lastUser = store.get("owner");
    if (!lastUser) return;
    try {
      const { preview } = await loadAftermath();
      if (session.session.value) return;
      endPreview = preview({ cards, orders, session, recent, recentProblem }, lastUser, problem);
    } catch {
      // Without network this part may be missing: the outbox shows when the studio is reached.
    }
  }

  /** Everything that needs the user. */
  async function enter() {
    const user = session.user.value;
    if (session.session.value) {
      endPreview?.();
      endPreview = undefined;
    }
    if (!user) return;
    // Another user signed in after the session had ended: nothing in memory is theirs.
    if (owner !== null && owner !== user.id) return dependencies.restart();
    owner = user.id;
    orders.open(user.id);
    // Before the socket opens, so that pushes about these find their cards.
    for (const order of orders.all.value) if (order.state !== "waiting") void maker.resume(order);
    const since = Number(tabStore.get("resume") ?? Number.NaN);
    tabStore.set("resume", null);
    if (now() - since < RESUME_WITHIN_MS) void maker.generate();
    if (settled.value) return follow();
    const stop = settled.subscribe((now) => {
      if (!now) return;
      queueMicrotask(() => stop());
      void follow();
    });
  }

  /** Connects and reads the latest images. The code comes with the first sign-in. */
  async function follow() {
    try {
      const { createLine } = await import("./live-updates.ts");
      line.value ??= createLine({
        ...dependencies,
        session,
        cards,
        maker,
        changed,
        heard,
        dropped,
        sessionEnded,
        recent,
        recentProblem,
        wakeUps,
      });
      await line.value.loadRecent();
    } catch {
      setTimeout(follow, LINE_AGAIN_AFTER_MS);
    }
  }

  /** What stands in the way of everything. */
  function tellBeneathForm(code: TroubleCode) {
    inWords(
      ({ told }) => told.problem(code),
      (sentence) => {
        composer.notice.value = sentence;
      },
    );
  }

  /** Tells of a failure that has no card of its own; passes the answer on. */
  function orTell<T>(result: Result<T>): T | undefined {
    if (result.ok) return result.value;
    inWords(
      ({ told }) => told.problem(result.problem.code),
      (sentence) => {
        notify(sentence);
      },
    );
    if (result.problem.code === "unauthenticated") sessionEnded();
  }

  /** What was begun and can only be finished by who is still signed in; whether it could be is the answer. */
  const unfinished: { finish?: () => Promise<boolean> } = {};

  return {
    session,
    composer,
    cards,
    up,
    maker,
    orders,
    unseen,
    options,
    helping,
    offline,
    backstage,
    signingIn,
    sharing,
    recent,
    recentProblem,
    wakeUps,
    random: dependencies.random,
    announcement,
    pinnedPage,
    toasts,
    notify,
    dismiss,
    hidden,
    settled,
    unfinished,
    favoriteChanges,
    changed,
    dropped,
    api,
    store,
    tabStore,
    line,
    enter,
    orTell,
    restart: dependencies.restart,
    sessionEnded,
    listen(listener: Listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    witness(witness: Witness) {
      witnesses.add(witness);
      return () => witnesses.delete(witness);
    },
    async start() {
      await session.load();
      // That there is no network is said already.
      const problem = session.problem.value;
      if (problem) {
        if (!offline.value) tellBeneathForm(problem.code);
        await previewOutbox(problem);
      }
      await enter();
    },
    /** The tab is in front again, or the network is back. */
    async wake() {
      if (session.isPaused()) return;
      wakeUps.value += 1;
      line.value?.hurry();
      line.value?.askAll();
      maker.hurry();
      orders.sync();
      if (session.session.value && !session.problem.value) return;
      await session.load();
      await enter();
    },
  };
}

export type Studio = ReturnType<typeof createStudio>;
