/**
 * Submitted requests without a response, stored in this browser for each user. Invariant: a click is not lost by a
 * reload, a closed tab or a lost connection, and never makes two images: its Idempotency-Key is drawn once, with the
 * click, and whichever tab sends the item sends it under that key.
 */
import { computed, signal } from "@preact/signals";
import type { GenerateBody } from "../../../worker/api/schemas/requests/generation.ts";
import type { KeyValueStore } from "../../browser/storage.ts";
import { definePart } from "../../ui/parts.ts";

export type OutboxItem = {
  body: GenerateBody;
  /** The Idempotency-Key. */
  key: string;
  /** When it was submitted, or last sent; milliseconds since 1970. */
  at: number;
  /** Waits for a free slot; is being sent; or Skytells has not confirmed it and `pending` is its id meanwhile. */
  state: "queued" | "sent" | "unconfirmed";
  pending?: string;
  /** Set if it is one of several that were submitted together. */
  batch?: Batch;
};

/** A place in a batch: its `index`, counted from 0. */
export type Batch = { id: string; index: number };

/** The Worker knows a key for 24 hours. Well before that, an item without a response is given up. */
export const OUTBOX_TTL_MS = 12 * 3_600_000;
/** As many as a person can look through; also what keeps the storage small. */
export const MAX_QUEUED = 20;

const NONE: readonly OutboxItem[] = [];

export type OutboxDependencies = { store: KeyValueStore; now: () => number };

export function createOutbox({ store, now }: OutboxDependencies) {
  const items = signal<OutboxItem[]>([]);
  let storageKey: string | null = null;
  /** Keys of the items that were submitted before the user was known. */
  const keysBeforeSignIn = new Set<string>();
  let isUserKnown = false;

  function read(): OutboxItem[] {
    if (storageKey === null) return items.peek();
    return parse(store.get(storageKey)).filter(
      ({ state, at }) => state === "queued" || now() - at < OUTBOX_TTL_MS,
    );
  }

  /** Every change starts from what is stored: another tab may have changed it. */
  function change(make: (items: OutboxItem[]) => OutboxItem[]) {
    const changed = make(read());
    if (storageKey !== null) store.set(storageKey, changed.length > 0 ? JSON.stringify(changed) : null);
    items.value = changed;
  }

  /** Version 0.1 used another storage key. */
  function takeFormer(userId: string): OutboxItem[] {
    const former = parse(store.get(`orders.${userId}`));
    store.set(`orders.${userId}`, null);
    return former;
  }

  return {
    items,
    queued: computed(() => {
      const queued = items.value.filter(({ state }) => state === "queued");
      // The same array while there is none, so that nothing renders again.
      return queued.length > 0 ? queued : NONE;
    }),
    sent: computed(() => items.value.filter(({ state }) => state === "sent")),
    find: (key: string) => items.peek().find((item) => item.key === key),
    /**
     * Switches to this user's outbox, or to none. `isKnown`: the Worker said so; else it is the last user of this
     * browser. What was submitted before the user was known moves along, nothing else does.
     */
    loadForUser(userId: string | null, isKnown = true) {
      const moving = items.peek().filter(({ key }) => keysBeforeSignIn.has(key));
      change((stored) => stored.filter(({ key }) => !keysBeforeSignIn.has(key)));
      storageKey = userId && `outbox.${userId}`;
      items.value = [];
      const former = userId === null ? [] : takeFormer(userId);
      change((stored) => [...former, ...stored, ...moving]);
      isUserKnown = isKnown && userId !== null;
      if (isUserKnown) keysBeforeSignIn.clear();
    },
    /** Reads what another tab has changed. */
    sync() {
      items.value = read();
    },
    /** Adds it last, or changes it where it is. */
    put(item: OutboxItem) {
      if (!isUserKnown) keysBeforeSignIn.add(item.key);
      change((stored) =>
        stored.some(({ key }) => key === item.key)
          ? stored.map((other) => (other.key === item.key ? item : other))
          : [...stored, item],
      );
    },
    /** Makes it the next to start. */
    putFirst(item: OutboxItem) {
      if (!isUserKnown) keysBeforeSignIn.add(item.key);
      change((stored) => [item, ...stored.filter(({ key }) => key !== item.key)]);
    },
    remove(key: string) {
      if (items.peek().some((item) => item.key === key))
        change((stored) => stored.filter((item) => item.key !== key));
    },
    /** A generation is known under its own id, or ended: its item is no longer unconfirmed. */
    resolvePending(id: string) {
      const item = items.peek().find(({ pending }) => pending === id);
      if (item) change((stored) => stored.filter(({ key }) => key !== item.key));
    },
  };
}

export type Outbox = ReturnType<typeof createOutbox>;
export const outboxPart = definePart<Outbox>("outbox");

/** What an earlier version or a person wrote may be anything. */
function parse(stored: string | null): OutboxItem[] {
  try {
    const list: unknown = JSON.parse(stored ?? "[]");
    return Array.isArray(list) ? list.map(renamed).filter(isItem) : [];
  } catch {
    return [];
  }
}

/** Version 0.1 wrote "waiting". */
function renamed(value: { state?: unknown } | null): unknown {
  return value?.state === "waiting" ? { ...value, state: "queued" } : value;
}

function isItem(value: unknown): value is OutboxItem {
  const { key, at, body, state = "" } = (value ?? {}) as Partial<OutboxItem>;
  return (
    typeof key === "string" &&
    typeof at === "number" &&
    typeof body?.prompt === "string" &&
    ["queued", "sent", "unconfirmed"].includes(state)
  );
}
