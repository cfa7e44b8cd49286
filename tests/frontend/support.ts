import { type ReadonlySignal, signal } from "@preact/signals";
import { vi } from "vitest";
import type { Api } from "../../frontend/api/client.ts";
import type { Socket } from "../../frontend/api/event-socket.ts";
import type { ApiError, Result } from "../../frontend/api/result.ts";
import type { KeyValueStore } from "../../frontend/browser/storage.ts";
import { createComposer } from "../../frontend/studio/generate/composer.ts";
import { createConnection } from "../../frontend/studio/session/connection.ts";
import { createDeferred } from "../../frontend/studio/deferred.ts";
import { createDialogs } from "../../frontend/studio/dialogs.ts";
import { dismissalsPart } from "../../frontend/studio/generate/dismissals.ts";
import { favoritesPart } from "../../frontend/studio/images/favorites.ts";
import { createToasts } from "../../frontend/studio/toasts.ts";
import type { OutboxItem } from "../../frontend/studio/generate/outbox.ts";
import { createSession } from "../../frontend/studio/session/session.ts";
import { shareLinksPart } from "../../frontend/studio/images/share-links.ts";
import { createSignIn } from "../../frontend/studio/session/sign-in.ts";
import { variationsPart } from "../../frontend/studio/generate/variations.ts";
import { commonText } from "../../frontend/text/common.ts";
import type { Part, Parts } from "../../frontend/ui/parts.ts";
import type { Collection } from "../../worker/api/schemas/collection.ts";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import type { Session } from "../../worker/api/schemas/session.ts";
import type { StudioEvent } from "../../worker/api/schemas/event.ts";

export const NOW = Date.parse("2026-11-22T10:00:00Z");

export function generation(id: string, changes: Partial<Generation> = {}): Generation {
  const hasImage = changes.status === "succeeded";
  const url = `/images/${id}/0`;
  const thumbnailUrl = `${url}?size=thumb`;
  return {
    id,
    prompt: "a red kite",
    model: "truefusion-pro",
    status: "queued",
    progress: null,
    outputUrl: hasImage ? url : null,
    thumbnailUrl: hasImage ? thumbnailUrl : null,
    width: hasImage ? 1024 : null,
    height: hasImage ? 1024 : null,
    outputs: hasImage ? [{ url, thumbnailUrl, width: 1024, height: 1024 }] : [],
    error: null,
    favorite: false,
    shareUrl: null,
    options: {},
    createdAt: new Date(NOW).toISOString(),
    completedAt: null,
    ...changes,
  };
}

export const image = (id: string, changes: Partial<Generation> = {}) =>
  generation(id, { status: "succeeded", ...changes });

export const collection = (id: string, name: string, changes: Partial<Collection> = {}): Collection => ({
  id,
  name,
  count: 0,
  createdAt: new Date(NOW).toISOString(),
  ...changes,
});

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const failure = (
  code: ApiError["code"],
  more: Partial<ApiError> = {},
): { ok: false; error: ApiError } => ({ ok: false, error: { code, detail: "", ...more } });

/** No test reaches the end of this day. */
export const TODAY = { used: 1, limit: 50, resetsAt: "2099-01-01T00:00:00.000Z" };

export function signedIn(changes: Partial<Session> = {}): Session {
  return {
    user: { id: "u1", email: "ada@example.com", plan: "pro" },
    limits: { concurrent: 3, inFlight: 0, unconfirmed: 0, today: TODAY },
    models: [
      {
        id: "truefusion-pro",
        label: "Standard",
        description: "The best balance of speed and detail",
        default: true,
        options: { aspectRatio: ["1:1", "16:9"], seed: true },
      },
      {
        id: "truefusion-edge",
        label: "Fast preview",
        description: "A quick 512 px draft, in about a second",
        default: false,
        options: { negativePrompt: true },
      },
      {
        id: "truefusion-2.0",
        label: "High quality",
        description: "Slower, with the most detail",
        default: false,
        options: { aspectRatio: ["1:1", "16:9"], seed: true },
      },
    ],
    signIn: ["dev"],
    ...changes,
  };
}
export const signedInAs = (id: string) => signedIn({ user: { id, email: `${id}@example.com`, plan: "pro" } });
export const signedOut = () => signedIn({ user: null, limits: null });

export type MemoryStore = KeyValueStore & { values: Map<string, string> };

export function memoryStore(stored: Record<string, string> = {}): MemoryStore {
  const values = new Map(Object.entries(stored));
  return {
    values,
    get: (key) => values.get(key) ?? null,
    set: (key, value) => {
      if (value === null) values.delete(key);
      else values.set(key, value);
    },
    clear: () => values.clear(),
  };
}

export type FakeSocket = Socket & {
  sent: string[];
  /** The upgrade succeeded; `push` calls it where the test did not. */
  open: () => void;
  push: (event: StudioEvent | "pong") => void;
  /** The Worker or the network ends the connection. */
  end: (code?: number) => void;
};

/** Stands in for the browser's sockets; the test is the Worker at the other end. */
export function fakeSockets() {
  const opened: FakeSocket[] = [];
  const connect = (): Socket => {
    const sent: string[] = [];
    let isOpen = false;
    const socket: FakeSocket = {
      sent,
      open() {
        if (!isOpen) this.onopen?.call(socket as unknown as WebSocket, new Event("open"));
        isOpen = true;
      },
      onopen: null,
      onmessage: null,
      onclose: null,
      send: (data) => {
        if (typeof data === "string") sent.push(data);
      },
      close: () => {},
      push(event) {
        this.open();
        const data = event === "pong" ? event : JSON.stringify(event);
        this.onmessage?.call(socket as unknown as WebSocket, new MessageEvent("message", { data }));
      },
      end(code = 1006) {
        this.onclose?.call(socket as unknown as WebSocket, new CloseEvent("close", { code }));
      },
    };
    opened.push(socket);
    return socket;
  };
  return {
    opened,
    connect,
    latest: () => {
      const socket = opened.at(-1);
      if (!socket) throw new Error("No socket was opened.");
      return socket;
    },
  };
}

/** An API whose methods give harmless answers until a test sets others. */
export function fakeApi() {
  const notFound = async () => failure("not_found");
  /** By method and path: what `call` answers. */
  const answers = new Map<string, unknown>([["GET /api/collections", ok({ collections: [] })]]);
  const called: { route: string; body: unknown }[] = [];
  const call = async (
    method: string,
    path: string,
    { body }: { body?: unknown } = {},
  ): Promise<Result<never>> => {
    const route = `${method} ${path}`;
    called.push({ route, body });
    const { ids = [] } = (body ?? {}) as { ids?: string[] };
    const done = ok({ done: ids, missing: [], failed: [] });
    const answer = (await answers.get(route)) ?? (path.endsWith("/bulk") ? done : failure("not_found"));
    return answer as Result<never>;
  };
  return {
    call: vi.fn(call),
    /** Sets the answer of `call` to this method and path. */
    answer: (route: string, result: unknown) => void answers.set(route, result),
    /** The bodies of the calls with this method and path. */
    requests: (route: string) => called.filter((one) => one.route === route).map(({ body }) => body),
    session: vi.fn<Api["session"]>(async () => ok(signedIn())),
    signInDev: vi.fn<Api["signInDev"]>(async () => ok(undefined)),
    signOut: vi.fn<Api["signOut"]>(async () => ok(undefined)),
    exportParts: vi.fn<Api["exportParts"]>(async () => ok({ parts: [], nextCursor: null })),
    deleteAccount: vi.fn<Api["deleteAccount"]>(async () => ok(undefined)),
    generate: vi.fn<Api["generate"]>(async () => ok({ generation: generation("g1") })),
    prediction: vi.fn<Api["prediction"]>(notFound),
    cancel: vi.fn<Api["cancel"]>(notFound),
    bulk: vi.fn<Api["bulk"]>(async (ids) => ok({ done: ids, missing: [], failed: [] })),
    list: vi.fn<Api["list"]>(async () => ok({ items: [], nextCursor: null })),
    favorite: vi.fn<Api["favorite"]>(notFound),
    remove: vi.fn<Api["remove"]>(async () => ok(undefined)),
    share: vi.fn<Api["share"]>(notFound),
    unshare: vi.fn<Api["unshare"]>(async () => ok(undefined)),
  } satisfies Api & Record<string, unknown>;
}

function countedKeys() {
  let count = 0;
  return () => `key-${++count}`;
}

export type WorldOptions = {
  /** What the browser has stored. */
  stored?: Record<string, string>;
  storedInTab?: Record<string, string>;
  /** Shared by the tabs of one browser. */
  api?: ReturnType<typeof fakeApi>;
  store?: MemoryStore;
  newKey?: () => string;
  exclusively?: (work: () => void) => Promise<void>;
  isCreateOpen?: ReadonlySignal<boolean>;
};

/** All of the studio's state, with the network, the storage and the clock in the test's hands. */
export function setUp({
  stored = {},
  storedInTab = {},
  api = fakeApi(),
  store = memoryStore(stored),
  newKey = countedKeys(),
  exclusively = async (work) => work(),
  isCreateOpen = signal(true),
}: WorldOptions = {}) {
  const sockets = fakeSockets();
  const tabStore = memoryStore(storedInTab);
  const reload = vi.fn();
  const notify = vi.fn(async () => {});
  const clock = { now: NOW };
  const connection = createConnection();
  const dialogs = createDialogs();
  const toasts = createToasts();
  const session = createSession({ api, random: () => 1 });
  const composer = createComposer({
    store,
    tabStore,
    optionsFor: session.optionsFor,
    onReplaced: (draft) =>
      toasts.show(commonText.draftReplaced, {
        label: commonText.restoreDraft,
        run: () => composer.edit(draft),
      }),
  });
  const deferred = createDeferred({
    api,
    composer,
    connection,
    dialogs,
    toasts,
    session,
    store,
    tabStore,
    reload,
    exclusively,
    isCreateOpen,
    connect: sockets.connect,
    random: () => 1,
    now: () => clock.now,
    newKey,
    notifications: {
      isHidden: () => document.hidden,
      askPermission: async () => "granted",
      permission: () => "granted",
      notify,
    },
  });
  const { feed, pendingDeletions } = deferred;
  const parts: Parts = new Map<Part<unknown>, unknown>(deferred.parts);
  function part<T>(wanted: Part<T>): T {
    if (!parts.has(wanted)) throw new Error(`No part "${wanted.name}".`);
    return parts.get(wanted) as T;
  }
  const entries = () =>
    feed.entries.value.map((entry) => ({ ...entry, generation: feed.generationOf(entry) }));
  return {
    ...deferred,
    api,
    sockets,
    store,
    tabStore,
    reload,
    notify,
    clock,
    newKey,
    connection,
    toasts,
    session,
    parts,
    dismissals: part(dismissalsPart),
    favorites: part(favoritesPart),
    shareLinks: part(shareLinksPart),
    variations: part(variationsPart),
    signIn: createSignIn({ api, dialogs, toasts, pendingDeletions, session, store, tabStore, reload }),
    /** The feed's entries, each with its generation. */
    entries,
    /** The same as lines: phase and id. */
    lines: () => entries().map(({ phase, id }) => `${phase} ${id ?? "-"}`),
    /** The prompts in the queue. */
    queuedPrompts: () => deferred.outbox.queued.value.map(({ body }) => body.prompt),
    /** The texts of the toasts on the screen. */
    texts: () => toasts.all.value.map(({ text }) => text),
    /** Starts as a page does: restores the form, follows the session and asks for it. */
    async begin(typed = "") {
      composer.restore(typed);
      deferred.run();
      await session.load();
    },
    /** The tab comes to the front, or the network is back. */
    async wake() {
      if (session.isPaused()) return;
      connection.wakeUps.value += 1;
      if (!session.session.peek() || session.error.peek()) await session.load();
    },
  };
}
export type World = ReturnType<typeof setUp>;

export const snapshot = (...inFlight: Generation[]): StudioEvent => ({
  type: "snapshot",
  limits: { concurrent: 3, inFlight: inFlight.length, unconfirmed: 0, today: TODAY },
  inFlight,
});

export const outboxItem = (key: string, changes: Partial<OutboxItem> = {}): OutboxItem => ({
  key,
  at: NOW,
  state: "sent",
  body: { prompt: "a red kite", model: "truefusion-pro" },
  ...changes,
});
/** Outbox items as the browser stores them for u1: for `setUp({ stored })`. */
export const storedOutbox = (...items: OutboxItem[]) => ({ "outbox.u1": JSON.stringify(items) });
