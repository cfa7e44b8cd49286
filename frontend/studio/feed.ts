/**
 * The cards of the studio's page, newest first. The promise of this file: one click is one card, in whatever
 * order the answer to the click, the pushes about it and the polls come in, and however often.
 *
 * While a click's request is under way, a push about a job that nobody here knows may be that very job. It is
 * parked rather than shown; the answer, a `replaces`, or asking for it tells whose it is. The price: another
 * tab's picture with the same prompt can show two seconds late.
 */
import { computed, signal } from "@preact/signals";
import type { Generation } from "../../worker/contract.ts";
import type { Trouble } from "../api/result.ts";
import { isInFlight, newer, optionsOf, ratioOf } from "./generation.ts";
import type { Order } from "./outbox.ts";
import { addRecent } from "./recent-ids.ts";

/** How much earlier than the click the Worker's clock may have seen it. */
const CLOCKS_APART_MS = 60_000;
/** A tab left open for days drops the oldest cards: the gallery has their images. */
const MAX_CARDS = 100;
/** Ends of other tabs' generations that wait for an answer here. */
const MAX_PARKED = 50;

export type Card = {
  /** Stays for the card's life, while its generation's id may change from none to pending to real. */
  key: string;
  phase: "sending" | "known" | "unconfirmed" | "refused";
  generation: Generation;
  /** The order, for cards made in this browser. */
  order: Order | null;
  /** Why it was refused; while `sending`, why nobody knows whether it arrived. */
  problem: Trouble | null;
  /** Width over height, decided when the card first shows, so that nothing moves when the picture lands. */
  frame: number;
  /** In flight at some time since the page was opened; such a card keeps its large frame. */
  fresh: boolean;
};

export type CardsDependencies = { onEnded: (generation: Generation) => void; now: () => number };

export function createCards({ onEnded, now }: CardsDependencies) {
  const cards = signal<Card[]>([]);
  const parked = signal<Generation[]>([]);
  /** Pending ids that have become real ones: news under the old name are history. */
  const replaced = new Set<string>();
  const gone = new Set<string>();
  /**
   * When the oldest card of those loaded was made; null before. News of an older generation, a favorite marked in the
   * gallery for example, adds no card.
   */
  let oldest: number | null = null;

  const byKey = (key: string) => cards.value.find((card) => card.key === key);
  const byId = (id: string) => cards.value.find((card) => card.generation.id === id);
  const unpark = (id: string) => {
    const found = parked.value.find((generation) => generation.id === id);
    if (found) parked.value = parked.value.filter((generation) => generation !== found);
    return found;
  };

  function change(key: string, changes: Partial<Card>) {
    const before = byKey(key);
    if (!before) return;
    const after = { ...before, ...changes };
    cards.value = cards.value
      .filter(
        (card) =>
          card.key === key || after.generation.id === "" || card.generation.id !== after.generation.id,
      )
      .map((card) => (card.key === key ? after : card));
    const wasInFlight = before.phase !== "refused" && isInFlight(before.generation);
    if (wasInFlight && after.phase === "known" && !isInFlight(after.generation)) onEnded(after.generation);
  }

  function insert(generation: Generation, fresh: boolean) {
    const card: Card = {
      key: generation.id,
      phase: "known",
      generation,
      order: null,
      problem: null,
      frame: ratioOf(generation),
      fresh,
    };
    // Of two with the same time the one in flight is the newer; those from the record come in its order.
    const index = cards.value.findIndex(({ generation: { createdAt } }) =>
      fresh ? createdAt <= generation.createdAt : createdAt < generation.createdAt,
    );
    cards.value = trimmed(cards.value.toSpliced(index < 0 ? cards.value.length : index, 0, card));
  }

  /** Without the oldest card that has ended, where there are too many. */
  function trimmed(list: Card[]): Card[] {
    const index = list.findLastIndex(
      ({ phase, generation }) => phase === "refused" || !isInFlight(generation),
    );
    return list.length > MAX_CARDS && index >= 0 ? list.toSpliced(index, 1) : list;
  }

  /** `from`: not what was made before the order went out. */
  function mayBeOurs({ prompt, model, createdAt }: Generation, from: "any time" | "now on" = "any time") {
    return cards.value.some(
      ({ phase, order }) =>
        phase === "sending" &&
        order?.body.prompt === prompt &&
        order.body.model === model &&
        (from === "any time" || Date.parse(createdAt) > order.at - CLOCKS_APART_MS),
    );
  }

  function remove(key: string) {
    cards.value = cards.value.filter((card) => card.key !== key);
  }

  function apply(news: Generation, replaces?: string) {
    if (replaces !== undefined) {
      addRecent(replaced, replaces);
      unpark(replaces);
      if (gone.has(replaces)) addRecent(gone, news.id);
    }
    if (gone.has(news.id) || replaced.has(news.id)) return;
    const known = byId(news.id);
    // Should both names have a card, the older one stays: it is the click's.
    const card = (replaces === undefined ? undefined : byId(replaces)) ?? known;
    if (card) {
      const still = card.phase === "unconfirmed" && card === known && news.status === "queued";
      const generation = known ? newer(known.generation, news) : news;
      change(card.key, { generation, phase: still ? "unconfirmed" : "known" });
      return;
    }
    const waiting = unpark(news.id);
    const latest = waiting ? newer(waiting, news) : news;
    // Once parked, it stays so until the answer or `confirm` tells whose it is.
    if (waiting || mayBeOurs(news)) parked.value = [...parked.value, latest].slice(-MAX_PARKED);
    else if (
      waiting ||
      isInFlight(latest) ||
      Date.parse(latest.createdAt) >= (oldest ?? now() - CLOCKS_APART_MS)
    ) {
      insert(latest, isInFlight(latest));
    }
  }

  return {
    cards,
    /** Ids that may still change, and so are asked about when no push can be relied on. */
    watched: computed(() => [
      ...cards.value
        .filter(
          ({ phase, generation }) => phase !== "sending" && phase !== "refused" && isInFlight(generation),
        )
        .map(({ generation }) => generation.id),
      ...parked.value.map(({ id }) => id),
    ]),
    parked,
    /** How many are on their way, as far as this page knows. */
    working: computed(
      () =>
        cards.value.filter(({ phase, generation }) => phase !== "refused" && isInFlight(generation)).length,
    ),
    byKey,
    byId,
    apply,

    /** A click: the card is there at once. A key that exists is the same card trying again. */
    begin(order: Order, key: string) {
      const { prompt, model } = order.body;
      const generation: Generation = {
        id: "",
        prompt,
        model,
        status: "queued",
        progress: null,
        outputUrl: null,
        thumbnailUrl: null,
        width: null,
        height: null,
        outputs: [],
        error: null,
        favorite: false,
        shareUrl: null,
        options: optionsOf(order.body),
        createdAt: new Date(order.at).toISOString(),
        completedAt: null,
      };
      const started = { phase: "sending", generation, order, problem: null } as const;
      if (byKey(key)) change(key, started);
      else {
        const card: Card = { key, ...started, frame: ratioOf(generation), fresh: true };
        cards.value = trimmed([card, ...cards.value]);
      }
    },
    /** No answer: it may have arrived or not, and goes out again. */
    stall(key: string, problem: Trouble) {
      change(key, { problem });
    },
    /** Its order is no longer followed here; what was canceled stays in sight. */
    release(key: string) {
      const card = byKey(key);
      if (card && isInFlight(card.generation)) remove(key);
      else change(key, { phase: "known", problem: null });
    },
    /** The click's answer. */
    settle(key: string, answer: Generation) {
      const waiting = unpark(answer.id);
      const shown = byId(answer.id);
      let generation = waiting ? newer(answer, waiting) : answer;
      if (shown) generation = newer(generation, shown.generation);
      change(key, { phase: "known", generation, problem: null });
    },
    /** The click's answer was lost on the way from Skytells; the job is known by this id meanwhile. */
    unconfirmed(key: string, id: string) {
      const card = byKey(key);
      if (!card) return;
      const waiting = unpark(id);
      change(key, {
        phase: "unconfirmed",
        generation: { ...(waiting ?? card.generation), id },
        problem: null,
      });
    },
    refuse(key: string, problem: Trouble) {
      change(key, { phase: "refused", problem });
    },
    /** What asking for `id` brought: the truth, also about what is parked under it. */
    confirm(id: string, answer: Generation) {
      if (answer.id !== id) apply(answer, id);
      else if (mayBeOurs(answer)) apply(answer);
      else {
        const waiting = unpark(id);
        apply(waiting ? newer(waiting, answer) : answer);
      }
    },
    /** The user's latest, from the record. What was canceled then is of no use now. */
    remember(items: Generation[], hasMore: boolean) {
      const last = items.at(-1);
      oldest = hasMore && last ? Date.parse(last.createdAt) : Number.NEGATIVE_INFINITY;
      for (const item of items) {
        // What is still being sent may have been made, and ended, before the line was cut.
        if (byId(item.id) || isInFlight(item) || mayBeOurs(item, "now on")) apply(item);
        else if (!gone.has(item.id) && item.status !== "canceled") insert(item, false);
      }
    },
    /** Shows something ahead of its answer, or takes that back. */
    show(key: string, generation: Generation) {
      change(key, { generation });
    },
    remove,
    /** Deleted, here or elsewhere: no late news brings it back. */
    drop(id: string) {
      addRecent(gone, id);
      unpark(id);
      cards.value = cards.value.filter((card) => card.generation.id !== id);
    },
  };
}

export type Cards = ReturnType<typeof createCards>;
