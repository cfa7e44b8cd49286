import { vi } from "vitest";
import type { Order } from "../../frontend/studio/outbox.ts";
import type { Api } from "../../frontend/api/client.ts";
import type { Socket } from "../../frontend/api/event-socket.ts";
import type { Result, Trouble } from "../../frontend/api/result.ts";
import { createQueue } from "../../frontend/studio/queue.ts";
import type { Store } from "../../frontend/browser/storage.ts";
import { createStudio, type Studio } from "../../frontend/studio/studio.ts";
import { loadWords } from "../../frontend/text/words.ts";
import type { Generation, Session, StudioEvent } from "../../worker/contract.ts";

// Lazy parts, here from the start: when they come is what the tests of a build are about.
await Promise.all([
  loadWords(),
  import("../../frontend/studio/submit-failures.ts"),
  import("../../frontend/studio/image-actions.ts"),
  import("../../frontend/studio/live-updates.ts"),
]);

export const NOW = Date.parse("2026-11-22T10:00:00Z");

export function generation(id: string, changes: Partial<Generation> = {}): Generation {
  const done = changes.status === "succeeded";
  return {
    id,
    prompt: "a red kite",
    model: "truefusion-pro",
    status: "queued",
    progress: null,
    outputUrl: done ? `/images/${id}/0` : null,
    thumbnailUrl: done ? `/images/${id}/0?size=thumb` : null,
    width: done ? 1024 : null,
    height: done ? 1024 : null,
    outputs: done
      ? [{ url: `/images/${id}/0`, thumbnailUrl: `/images/${id}/0?size=thumb`, width: 1024, height: 1024 }]
      : [],
    error: null,
    favorite: false,
    shareUrl: null,
    options: {},
    createdAt: new Date(NOW).toISOString(),
    completedAt: null,
    ...changes,
  };
}

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const no = (code: Trouble["code"], more: Partial<Trouble> = {}): { ok: false; problem: Trouble } => ({
  ok: false,
  problem: { code, detail: "", ...more },
});

/** Of a plan's day; no test reaches its end. */
export const TODAY = { used: 1, limit: 50, resetsAt: "2099-01-01T00:00:00.000Z" };

export function session(changes: Partial<Session> = {}): Session {
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
    ],
    signIn: ["dev"],
    ...changes,
  };
}

export const nobody = () => session({ user: null, limits: null });

export function memoryStore(kept: Record<string, string> = {}): Store & { kept: Map<string, string> } {
  const map = new Map(Object.entries(kept));
  return {
    kept: map,
    get: (key) => map.get(key) ?? null,
    set: (key, value) => {
      if (value === null) map.delete(key);
      else map.set(key, value);
    },
    forget: () => map.clear(),
  };
}

export type FakeSocket = Socket & {
  sent: string[];
  /** The upgrade succeeded; `say` does it where the test did not. */
  open: () => void;
  say: (event: StudioEvent | "pong") => void;
  cut: (code?: number) => void;
};

/** Stands in for the browser's socket; the test is the Worker at the other end. */
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
      say(event) {
        this.open();
        const data = event === "pong" ? event : JSON.stringify(event);
        this.onmessage?.call(socket as unknown as WebSocket, new MessageEvent("message", { data }));
      },
      cut(code = 1006) {
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

/** An API of which every method answers something harmless until a test says otherwise. */
export function fakeApi() {
  const gone = async () => no("not_found");
  return {
    session: vi.fn<Api["session"]>(async () => ok(session())),
    signInDev: vi.fn<Api["signInDev"]>(async () => ok(undefined)),
    signOut: vi.fn<Api["signOut"]>(async () => ok(undefined)),
    exportParts: vi.fn<Api["exportParts"]>(async () => ok({ parts: [], nextCursor: null })),
    deleteAccount: vi.fn<Api["deleteAccount"]>(async () => ok(undefined)),
    generate: vi.fn<Api["generate"]>(async () => ok({ generation: generation("g1") })),
    prediction: vi.fn<Api["prediction"]>(gone),
    cancel: vi.fn<Api["cancel"]>(gone),
    bulk: vi.fn<Api["bulk"]>(async (ids) => ok({ done: ids, missing: [], failed: [] })),
    list: vi.fn<Api["list"]>(async () => ok({ items: [], nextCursor: null })),
    favorite: vi.fn<Api["favorite"]>(gone),
    remove: vi.fn<Api["remove"]>(async () => ok(undefined)),
    share: vi.fn<Api["share"]>(gone),
    unshare: vi.fn<Api["unshare"]>(async () => ok(undefined)),
  } satisfies Api;
}

/** A promise that the test keeps in its hands. */
export function later<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

export function setUp({
  kept = {},
  inTab = {},
  api = fakeApi(),
  store = memoryStore(kept),
  newKey,
}: {
  kept?: Record<string, string>;
  inTab?: Record<string, string>;
  /** Shared by the tabs of one browser. */
  api?: ReturnType<typeof fakeApi>;
  store?: ReturnType<typeof memoryStore>;
  newKey?: () => string;
} = {}) {
  const sockets = fakeSockets();
  const tabStore = memoryStore(inTab);
  const restart = vi.fn();
  const clock = { now: NOW };
  let keys = 0;
  const studio = createStudio({
    api,
    connect: sockets.connect,
    random: () => 1,
    now: () => clock.now,
    newKey: () => newKey?.() ?? `key-${++keys}`,
    store,
    tabStore,
    restart,
  });
  return { api, sockets, store, tabStore, restart, studio, clock, cards: studio.cards };
}

/** As a page does: takes up what was kept, then lets the outside in. */
export async function begin(studio: Studio, typed: string): Promise<void> {
  studio.composer.restore(typed);
  await studio.start();
}

/** Starts what waits, as the studio does once somebody is here. */
export function startQueue(
  { studio, clock }: Pick<ReturnType<typeof setUp>, "studio" | "clock">,
  exclusively: (work: () => void) => Promise<void> = async (work) => work(),
) {
  const { orders, maker, cards, composer, up, session } = studio;
  const queue = createQueue({
    orders,
    maker,
    cards,
    composer,
    up,
    limits: session.limits,
    askLimits: session.load,
    now: () => clock.now,
    exclusively,
  });
  return { queue, stop: queue.start() };
}

export const snapshot = (...inFlight: Generation[]): StudioEvent => ({
  type: "snapshot",
  limits: { concurrent: 3, inFlight: inFlight.length, unconfirmed: 0, today: TODAY },
  inFlight,
});

/** A click that was kept, with its words. */
export const order = (key: string, changes: Partial<Order> = {}): Order => ({
  key,
  at: NOW,
  state: "sent",
  body: { prompt: "a red kite", model: "truefusion-pro" },
  ...changes,
});
/** They as the browser keeps them, for `setUp`. */
export const keptOrders = (...orders: Order[]) => ({ "orders.u1": JSON.stringify(orders) });
