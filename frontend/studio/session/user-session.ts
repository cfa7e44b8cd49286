/** What begins once the user is known: their outbox, the socket and their latest images; and what ends with them. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Api } from "../../api/client.ts";
import type { ApiError } from "../../api/result.ts";
import type { KeyValueStore } from "../../browser/storage.ts";
import { definePart } from "../../ui/parts.ts";
import type { Connection } from "./connection.ts";
import type { Feed } from "../images/feed.ts";
import type { Form } from "../generate/form.ts";
import { isInFlight } from "../images/generation.ts";
import type { Generations } from "../images/generations.ts";
import type { LiveUpdates } from "./live-updates.ts";
import type { Outbox } from "../generate/outbox.ts";
import { retryFailures } from "./retry.ts";
import type { SessionState } from "./session.ts";
import type { Submit } from "../generate/submit.ts";

/** As many as the Create page shows. */
const RECENT = 24;
/** A Generate that waits for a sign-in continues after it, but not days later. */
const RESUME_WITHIN_MS = 15 * 60_000;

export type UserSessionDependencies = {
  api: Pick<Api, "list">;
  connection: Connection;
  /** The page that shows the feed is open. */
  isCreateOpen: ReadonlySignal<boolean>;
  feed: Feed;
  form: Form;
  generations: Generations;
  liveUpdates: LiveUpdates;
  outbox: Outbox;
  session: SessionState;
  submit: Submit;
  store: KeyValueStore;
  tabStore: KeyValueStore;
  now: () => number;
  random: () => number;
  reload: () => void;
};

export function createUserSession(dependencies: UserSessionDependencies) {
  const { api, connection, isCreateOpen, feed, form, generations, liveUpdates, outbox, session, submit } =
    dependencies;
  const { store, tabStore, now, random, reload } = dependencies;
  /** The latest images of the user, as read for the Create page. */
  const recent = signal<"waiting" | "loading" | "ready" | "failed">("waiting");
  const recentError = signal<ApiError | null>(null);
  /** Whose images are in memory. */
  let owner: string | null = null;
  let endPreview: (() => void) | null = null;
  let stopWaiting: (() => void) | null = null;

  async function loadRecent(): Promise<void> {
    recent.value = "loading";
    const requestedAtVersion = generations.nextVersion();
    const page = await api.list(null, RECENT);
    recentError.value = page.ok ? null : page.error;
    if (page.ok) {
      feed.showRecent(page.value.items, page.value.nextCursor !== null, requestedAtVersion);
      store.set("returning", feed.entries.peek().length > 0 ? "1" : null);
    }
    recent.value = page.ok ? "ready" : "failed";
    if (!page.ok && page.error.code === "unauthenticated") session.recheck();
  }

  function start(userId: string) {
    owner = userId;
    outbox.loadForUser(userId);
    // Before the socket opens, so that pushes about these find their entries.
    for (const item of outbox.items.peek()) if (item.state !== "queued") void submit.resume(item);
    const since = Number(tabStore.get("resume") ?? Number.NaN);
    tabStore.set("resume", null);
    if (now() - since < RESUME_WITHIN_MS) void form.generate();
    liveUpdates.start();
    loadRecentOnceNeeded();
  }

  /** Other pages do not show the feed, but without a socket what is in flight is polled by the ids in it. */
  function loadRecentOnceNeeded() {
    let isLoaded = false;
    stopWaiting?.();
    stopWaiting = effect(() => {
      const hasUnpushed = !connection.isConnected.value && (session.limits.value?.inFlight ?? 0) > 0;
      if (isLoaded || !(isCreateOpen.value || hasUnpushed)) return;
      isLoaded = true;
      void loadRecent();
    });
  }

  /** While the session is unknown, shows the outbox of this browser's last user and sends none of it. */
  function preview(lastUser: string, error: ApiError): () => void {
    outbox.loadForUser(lastUser, false);
    const shown = outbox.items.peek().filter(({ state, key }) => state !== "queued" && !feed.byKey(key));
    for (const item of shown) {
      feed.begin(item, item.key);
      feed.markRetrying(item.key, error);
    }
    recent.value = "failed";
    recentError.value = error;
    return () => {
      for (const { key } of shown) feed.remove(key);
      recent.value = "waiting";
      recentError.value = null;
      if (!session.user.peek()) outbox.loadForUser(null);
    };
  }

  generations.subscribe((change) => {
    if (change.type === "deleted") return outbox.resolvePending(change.id);
    const { generation, replaces } = change;
    if (replaces !== undefined && replaces !== generation.id) outbox.resolvePending(replaces);
    if (!isInFlight(generation)) outbox.resolvePending(generation.id);
  });

  return {
    recent,
    recentError,
    loadRecent,
    /**
     * Follows the session from now on. `runQueue` is called for each user, after their outbox is loaded: it decides then
     * whether queued items are too old to start. It returns the function that stops the queue.
     */
    run(runQueue: () => () => void) {
      let stopQueue: (() => void) | undefined;
      session.error.subscribe((error) => {
        const lastUser = store.get("owner");
        const isUnknown = session.session.peek() === null && !session.isPaused();
        if (error && isUnknown && lastUser && !endPreview) endPreview = preview(lastUser, error);
      });
      // null: unknown; "": signed out.
      const userId = computed(() => session.session.value && (session.user.value?.id ?? ""));
      userId.subscribe((id) => {
        stopQueue?.();
        stopQueue = undefined;
        if (id === null) return;
        endPreview?.();
        endPreview = null;
        if (id === "") return;
        // Another user signed in after the session had ended: nothing in memory is theirs.
        if (owner !== null && owner !== id) return reload();
        start(id);
        stopQueue = runQueue();
      });
      retryFailures({
        error: recentError,
        wakeUps: connection.wakeUps,
        random,
        // A user who signs in again has them read anyway.
        retry: () => session.user.peek() !== null && loadRecent(),
      });
      connection.wakeUps.subscribe((count) => {
        if (count === 0 || session.isPaused()) return;
        liveUpdates.reconnectNow();
        liveUpdates.pollAll();
        submit.retryNow();
        outbox.sync();
      });
    },
  };
}

export type UserSession = ReturnType<typeof createUserSession>;
export const userSessionPart = definePart<UserSession>("user session");
