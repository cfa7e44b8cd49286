/**
 * What was asked for and has no answer yet, kept in this browser for its user. The promise of this file: a click
 * is not lost by a reload, a closed tab or a cut line, and is never made twice: its Idempotency-Key is drawn
 * once, with the click, and whoever sends the order, in whatever tab, sends it under that key.
 */
import { computed, signal } from "@preact/signals";
import type { GenerateBody } from "../../worker/contract.ts";
import type { Store } from "../browser/storage.ts";

export type Order = {
  body: GenerateBody;
  key: string;
  /** When it was asked for, or last sent; milliseconds since 1970. */
  at: number;
  /** Waits for a free place; is under way; or Skytells has not confirmed it, and `pending` stands for it. */
  state: "waiting" | "sent" | "unconfirmed";
  pending?: string;
};

/** The Worker knows a key for 24 hours. Well before that an order without an answer is let go. */
export const ORDER_KEPT_FOR_MS = 12 * 3_600_000;
/** As many as one looks through; also what keeps the storage small. */
export const MAX_WAITING = 20;

const NONE: readonly Order[] = [];

export type OrdersDependencies = { store: Store; now: () => number };

export function createOrders({ store, now }: OrdersDependencies) {
  const all = signal<Order[]>([]);
  let place: string | null = null;
  /** Keys of what was asked for before the user was known. */
  const early = new Set<string>();
  let isCertain = false;

  function read(): Order[] {
    if (place === null) return all.peek();
    return parse(store.get(place)).filter(
      ({ state, at }) => state === "waiting" || now() - at < ORDER_KEPT_FOR_MS,
    );
  }

  /** Every change starts from what is kept: another tab may have changed it. */
  function change(make: (orders: Order[]) => Order[]) {
    const orders = make(read());
    if (place !== null) store.set(place, orders.length > 0 ? JSON.stringify(orders) : null);
    all.value = orders;
  }

  return {
    all,
    waiting: computed(() => {
      const waiting = all.value.filter(({ state }) => state === "waiting");
      // The same as before, then: nobody draws anew for it.
      return waiting.length > 0 ? waiting : NONE;
    }),
    sent: computed(() => all.value.filter(({ state }) => state === "sent")),
    find: (key: string) => all.peek().find((order) => order.key === key),
    /**
     * Switches to this user's outbox, or to none. `certain`: the Worker said so; else it is the last user of this
     * browser. What was asked for before it was certain moves along, nothing else does.
     */
    open(userId: string | null, certain = true) {
      const moving = all.peek().filter(({ key }) => early.has(key));
      change((orders) => orders.filter(({ key }) => !early.has(key)));
      place = userId && `orders.${userId}`;
      all.value = [];
      change((orders) => [...orders, ...moving]);
      isCertain = certain && userId !== null;
      if (isCertain) early.clear();
    },
    /** Takes up what another tab has changed. */
    sync() {
      all.value = read();
    },
    /** Adds it last, or changes it where it stands. */
    put(order: Order) {
      if (!isCertain) early.add(order.key);
      change((orders) =>
        orders.some(({ key }) => key === order.key)
          ? orders.map((other) => (other.key === order.key ? order : other))
          : [...orders, order],
      );
    },
    /** The next to start. */
    putFirst(order: Order) {
      if (!isCertain) early.add(order.key);
      change((orders) => [order, ...orders.filter(({ key }) => key !== order.key)]);
    },
    drop(key: string) {
      if (all.peek().some((order) => order.key === key))
        change((orders) => orders.filter((order) => order.key !== key));
    },
    /** News about a generation: what is known under its own name is in doubt no longer. */
    heard(id: string) {
      const order = all.peek().find(({ pending }) => pending === id);
      if (order) change((orders) => orders.filter(({ key }) => key !== order.key));
    },
  };
}

export type Orders = ReturnType<typeof createOrders>;

/** An earlier studio, or someone's hand, may have written it. */
function parse(kept: string | null): Order[] {
  try {
    const list: unknown = JSON.parse(kept ?? "[]");
    return Array.isArray(list) ? list.filter(isOrder) : [];
  } catch {
    return [];
  }
}

function isOrder(value: Partial<Order> | null): value is Order {
  const { key, at, body, state = "" } = value ?? {};
  return (
    typeof key === "string" &&
    typeof at === "number" &&
    typeof body?.prompt === "string" &&
    ["waiting", "sent", "unconfirmed"].includes(state)
  );
}
