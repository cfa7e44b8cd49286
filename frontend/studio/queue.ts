/**
 * Starts what waits as soon as the plan has a place for it, the first first. The Worker has the last word: what it
 * turns down for want of a place stands first in line again. With several tabs open one starts each: which, a lock
 * decides; without locks two may send the same order, under the same key, and so make it once.
 */
import { effect, type ReadonlySignal } from "@preact/signals";
import type { Limits } from "../../worker/contract.ts";
import type { Cards } from "./feed.ts";
import type { Composer } from "./composer.ts";
import { optionsOf } from "./generation.ts";
import type { Maker } from "./submit.ts";
import type { Orders } from "./outbox.ts";
import { restore } from "./remix.ts";

/** Limits are pushed; asked for only in case a push got lost, or none can come. */
const ASK_EVERY_MS = 30_000;
const ASK_WITHOUT_PUSH_EVERY_MS = 4_000;
/** An order that its tab has not had answered for this long may have lost its tab. */
const ORPHAN_AFTER_MS = 60_000;
const LOOK_FOR_ORPHANS_EVERY_MS = 15_000;
/** What waited longer than this while no studio was open is not started unasked. */
const ASLEEP_AFTER_MS = 30 * 60_000;

export type QueueDependencies = {
  orders: Orders;
  maker: Maker;
  cards: Cards;
  composer: Composer;
  up: ReadonlySignal<boolean>;
  limits: ReadonlySignal<Limits | null>;
  askLimits: () => Promise<void>;
  now: () => number;
  /** Runs it while no other tab runs theirs. */
  exclusively: (work: () => void) => Promise<void>;
};

export function createQueue(dependencies: QueueDependencies) {
  const { orders, maker, cards, composer, up, limits, askLimits, now, exclusively } = dependencies;
  const { hold, free } = maker;
  let starting = false;

  const canStart = () => orders.waiting.value.length > 0 && free.value > 0 && hold.value === null;

  function start() {
    // Another tab may have started it a moment ago.
    orders.sync();
    const [next] = orders.waiting.peek();
    if (next && canStart()) void maker.start(next);
  }

  async function startNext() {
    if (starting) return;
    starting = true;
    try {
      await exclusively(start);
    } catch {
      // The lock was refused. Two tabs may then send the same prompt, under one key.
      start();
    } finally {
      starting = false;
    }
    if (canStart()) void startNext();
  }

  function resumeOrphans() {
    for (const order of orders.sent.peek()) {
      if (now() - order.at > ORPHAN_AFTER_MS && !cards.byKey(order.key)) void maker.resume(order);
    }
  }

  return {
    start() {
      if (orders.waiting.peek().some(({ at }) => now() - at > ASLEEP_AFTER_MS)) {
        hold.value = { code: "asleep", until: Number.POSITIVE_INFINITY };
      }
      const stops = [
        effect(() => {
          if (canStart()) void startNext();
        }),
        effect(() => {
          const until = hold.value?.until ?? Number.POSITIVE_INFINITY;
          if (until === Number.POSITIVE_INFINITY) return;
          const timer = setTimeout(
            () => {
              hold.value = null;
            },
            Math.max(0, until - now()),
          );
          return () => clearTimeout(timer);
        }),
        // A larger plan, or a unit that came back: the day has room before it ends.
        effect(() => {
          const { limit = null, used = 0 } = limits.value?.today ?? {};
          const hasRoom = limit === null || used < limit;
          if (hold.peek()?.code === "quota_exceeded" && limits.value && hasRoom) hold.value = null;
        }),
        effect(() => {
          if (orders.waiting.value.length === 0) return;
          const timer = setInterval(
            () => void askLimits(),
            up.value ? ASK_EVERY_MS : ASK_WITHOUT_PUSH_EVERY_MS,
          );
          return () => clearInterval(timer);
        }),
        effect(() => {
          if (orders.sent.value.length === 0) return;
          const timer = setInterval(resumeOrphans, LOOK_FOR_ORPHANS_EVERY_MS);
          return () => clearInterval(timer);
        }),
      ];
      return () => stops.forEach((stop) => stop());
    },
    /** Without waiting for the time that the Worker gave. */
    goOn() {
      hold.value = null;
    },
    remove: (key: string) => orders.drop(key),
    /** Takes it back into the form, settings and all. */
    edit(key: string) {
      orders.sync();
      const order = orders.find(key);
      // It has started in the meantime.
      if (order?.state !== "waiting") return;
      const { prompt, model } = order.body;
      orders.drop(key);
      restore({ composer }, { prompt, model, options: optionsOf(order.body) });
    },
  };
}

export type Queue = ReturnType<typeof createQueue>;
