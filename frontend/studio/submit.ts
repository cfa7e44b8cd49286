/** From a click to a picture on its way: sends an order until it is known what became of it. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { normalizePrompt, promptProblem } from "../../worker/catalog.ts";
import type { GenerateBody } from "../../worker/contract.ts";
import type { Api } from "../api/client.ts";
import type { TroubleCode } from "../api/result.ts";
import { text } from "../text/common.ts";
import { inWords } from "../text/words.ts";
import type { Cards } from "./feed.ts";
import type { Composer } from "./composer.ts";
import { isInFlight } from "./generation.ts";
import { MAX_WAITING, type Order, type Orders } from "./outbox.ts";
import type { SessionState } from "./session.ts";

/**
 * Why nothing that waits starts by itself at the moment, until then (milliseconds since 1970). `isGuess`: nobody said
 * until when, so it may be too early.
 */
export type Hold = { code: TroubleCode | "asleep"; until: number; isGuess?: boolean };

/** Nobody sends the form, reads that it is empty and presses again in less. */
const SAME_CLICK_MS = 1_000;

export type MakerDependencies = {
  api: Api;
  cards: Cards;
  composer: Composer;
  session: SessionState;
  orders: Orders;
  /** Whether pushes come; without them the limits known here may be old. */
  up: ReadonlySignal<boolean>;
  now: () => number;
  random: () => number;
  newKey: () => string;
  /** `goesOn`: what is in the form was meant to be sent, and is when somebody has signed in. */
  signInFirst: (goesOn: boolean) => void;
  tell: (sentence: string) => void;
  /** Hears of every prompt that is sent off. */
  onOrdered: (order: Order) => void;
};

export function createMaker(dependencies: MakerDependencies) {
  const { api, cards, composer, session, orders, up, now, newKey, signInFirst, tell } = dependencies;
  /** Canceled before anybody knew an id to cancel, by card. */
  const cancelOnArrival = new Set<string>();
  /** Orders whose turn to be sent again has not come. */
  const resting = new Set<() => void>();
  const hold = signal<Hold | null>(null);
  const free = computed(() => {
    const limits = session.limits.value;
    if (!limits) return 1;
    // Orders under way in other tabs count as well: they are kept in the same place.
    const known = up.value ? orders.sent.value.length : cards.working.value;
    return limits.concurrent - Math.max(limits.inFlight, known);
  });

  /** When the form was last emptied by sending it. */
  let sentAt = Number.NEGATIVE_INFINITY;

  const notify = (sentence: string) => {
    composer.notice.value = sentence;
  };
  const orderOf = (body: GenerateBody): Order => ({ body, key: newKey(), at: now(), state: "waiting" });

  /** Starts it, or puts it behind the others that wait. `card`: the one that tries again. */
  async function take(order: Order, card = order.key) {
    dependencies.onOrdered(order);
    if (free.value > 0 && !hold.value && orders.waiting.value.length === 0) return send(order, card);
    orders.put(order);
    cards.remove(card);
    inWords(({ told }) => told.waits(order.body.prompt), tell);
  }

  async function send(order: Order, card = order.key) {
    const sent: Order = { ...order, at: now(), state: "sent" };
    orders.put(sent);
    cards.begin(sent, card);
    tell(text.started(order.body.prompt));
    return follow(sent, card);
  }

  /** Sends it until there is an answer: whether it arrived, nobody here can know before. */
  async function follow(order: Order, card: string) {
    for (let attempt = 0; ; attempt += 1) {
      const limits = session.limits.value;
      const result = await api.generate(order.body, order.key);
      if (result.ok) {
        // The answer may be ahead of the push that says that one more is in flight.
        if (limits && limits === session.limits.value && isInFlight(result.value.generation)) {
          session.limits.value = { ...limits, inFlight: limits.inFlight + 1 };
        }
        orders.drop(order.key);
        cards.settle(card, result.value.generation);
        if (cancelOnArrival.delete(card)) {
          const { id } = result.value.generation;
          if (cards.byKey(card)) await cancel(card);
          else {
            // Canceled and put out of sight before anybody knew its id.
            cards.drop(id);
            await api.cancel(id);
          }
        }
        return;
      }
      const { trouble } = await aftermath();
      if ((await trouble(maker, order, card, result.problem, attempt)) === "over") return;
    }
  }

  async function cancel(key: string) {
    const card = cards.byKey(key);
    if (!card) return;
    cards.show(key, { ...card.generation, status: "canceled" });
    // Noted before anything is awaited: the click's answer may come first.
    if (card.generation.id === "") cancelOnArrival.add(key);
    return (await aftermath()).cancel(maker, card);
  }

  const maker = {
    ...dependencies,
    cancelOnArrival,
    resting,
    /** Places that the plan has left, as far as is known here. */
    free,
    hold,
    async generate() {
      const problem = promptProblem(composer.prompt.value, composer.maxPromptLength.value);
      // The second half of a double click.
      if (problem === "empty" && now() - sentAt < SAME_CLICK_MS) return;
      composer.notice.value = null;
      if (problem) {
        const { prompt, maxPromptLength } = composer;
        const words = prompt.value;
        inWords(({ told }) => told.promptProblem(problem, words, maxPromptLength.value), notify);
        composer.focus.value = true;
        return;
      }
      if (session.session.value && !session.user.value) return signInFirst(true);
      if (orders.waiting.value.length >= MAX_WAITING) {
        return inWords(({ told }) => told.waitingFull, notify);
      }
      const order = orderOf({
        prompt: normalizePrompt(composer.prompt.value),
        model: composer.model.value,
        ...composer.options.value,
      });
      composer.write("");
      sentAt = order.at;
      await take(order);
    },
    /** Makes what is not in the form: more of a picture that exists. */
    order: (body: GenerateBody) => take(orderOf(body)),
    orderOf,
    take,
    /** Starts one that waited. */
    start: send,
    /** An order of an earlier page or another tab, as it was left. */
    async resume(order: Order) {
      if (cards.byKey(order.key)) return;
      cards.begin(order, order.key);
      if (order.pending !== undefined) cards.unconfirmed(order.key, order.pending);
      else await follow(order, order.key);
    },
    /** The line is back, or something was decided: no reason to sit out the wait. */
    hurry() {
      for (const go of resting) go();
    },
    /** The same again, on the same card. */
    retry: async (key: string) => (await aftermath()).retry(maker, key),
    cancel,
  };
  return maker;
}

export type Maker = ReturnType<typeof createMaker>;

/** What is only needed when something does not go its way. */
export const loadAftermath = () => import("./submit-failures.ts");

/** Asked for again where the line is cut. */
async function aftermath() {
  for (;;) {
    try {
      return await loadAftermath();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, FETCH_AGAIN_AFTER_MS));
    }
  }
}
const FETCH_AGAIN_AFTER_MS = 2_000;
