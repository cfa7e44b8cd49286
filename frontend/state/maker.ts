/** From a click to a picture on its way: sends an order, and sends the same one again only where that is safe. */
import { normalizePrompt, promptProblem } from "../../worker/catalog.ts";
import type { Generation } from "../../worker/contract.ts";
import type { Api } from "../api/client.ts";
import type { Trouble } from "../api/result.ts";
import { text } from "../text/first.ts";
import { problems } from "../text/troubles.ts";
import type { Cards, Order } from "./cards.ts";
import type { Composer } from "./composer.ts";
import type { SessionState } from "./session.ts";

/** Waits before the same order goes out again after a cut connection. */
const RESEND_AFTER_MS = [1_000, 3_000];
/** How often to ask for an order whose first request is still running after the Worker forgot about it. */
const IN_PROGRESS_ATTEMPTS = 15;

const PROMPT_NOTICES = {
  empty: text.promptEmpty,
  too_long: text.promptTooLong,
  malformed: text.promptMalformed,
} as const;

export type MakerDependencies = {
  api: Api;
  cards: Cards;
  composer: Composer;
  session: SessionState;
  newKey: () => string;
  signInFirst: () => void;
  tell: (sentence: string) => void;
};

export function createMaker(dependencies: MakerDependencies) {
  const { api, cards, composer, session, newKey, signInFirst, tell } = dependencies;
  /** Canceled before anybody knew an id to cancel. */
  const cancelOnArrival = new Set<string>();

  function orderFromComposer(): Order {
    const model = composer.model.value;
    const ratio = composer.aspectRatio.value;
    const { aspectRatio: ratios } = session.models.value.find(({ id }) => id === model)?.options ?? {};
    const prompt = normalizePrompt(composer.prompt.value);
    return {
      body:
        ratio !== null && ratios?.includes(ratio) ? { prompt, model, aspectRatio: ratio } : { prompt, model },
      key: newKey(),
    };
  }

  async function send(order: Order, key: string) {
    cards.begin(order, key);
    tell(text.started(order.body.prompt));
    for (let attempt = 0; ; attempt += 1) {
      const result = await api.generate(order.body, order.key);
      if (result.ok) return arrived(key, result.value.generation);
      const wait = resendAfter(result.problem, attempt);
      if (wait === null) return refused(order, key, result.problem);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  function arrived(key: string, generation: Generation) {
    cards.settle(key, generation);
    if (cancelOnArrival.delete(key)) return cancel(key);
  }

  function refused(order: Order, key: string, problem: Trouble) {
    if (problem.pending) {
      cards.unconfirmed(key, problem.pending.id);
      if (cancelOnArrival.delete(key)) return cancel(key);
      return;
    }
    if (problem.code === "unauthenticated" || problem.code === "limit_reached") {
      cards.remove(key);
      composer.giveBack(order.body.prompt);
    }
    if (cancelOnArrival.delete(key)) {
      cards.remove(key);
    } else if (problem.code === "unauthenticated") {
      signInFirst();
    } else if (problem.code === "limit_reached") {
      if (problem.limits) session.limits.value = problem.limits;
      composer.notice.value = text.limitReached(session.user.value?.plan ?? "free");
    } else {
      cards.refuse(key, problem);
      tell(text.failed(problems[problem.code]));
    }
  }

  async function cancel(key: string) {
    const before = cards.byKey(key)?.generation;
    if (!before) return;
    cards.show(key, { ...before, status: "canceled" });
    if (before.id === "") {
      cancelOnArrival.add(key);
      return;
    }
    const result = await api.cancel(before.id);
    if (result.ok) return cards.confirm(before.id, result.value.generation);
    // Finished first, or not canceled: the card goes back to what is true.
    if (cards.byKey(key)?.generation.status === "canceled") cards.show(key, before);
    if (result.problem.code !== "already_finished") return tell(problems[result.problem.code]);
    const truth = await api.prediction(before.id);
    if (truth.ok) cards.confirm(before.id, truth.value.generation);
  }

  return {
    async generate() {
      const problem = promptProblem(composer.prompt.value);
      composer.notice.value = problem && PROMPT_NOTICES[problem];
      if (problem) {
        composer.focus.value += 1;
        return;
      }
      if (session.session.value && !session.user.value) return signInFirst();
      const order = orderFromComposer();
      composer.write("");
      await send(order, order.key);
    },
    /**
     * The same again, on the same card. What the Worker may have taken on is repeated under its old key, so
     * that it can never be made twice; a generation that has ended needs a new one.
     */
    async retry(key: string) {
      const card = cards.byKey(key);
      if (!card) return;
      const { prompt, model, options } = card.generation;
      const body = card.order?.body ?? { prompt, model, ...options };
      const repeat = card.phase === "refused" && card.problem?.code !== "idempotency_mismatch";
      await send({ body, key: repeat && card.order ? card.order.key : newKey() }, key);
    },
    cancel,
  };
}

export type Maker = ReturnType<typeof createMaker>;

function resendAfter({ code, retryAfterSeconds }: Trouble, attempt: number): number | null {
  if (code === "offline" || code === "bad_answer") return RESEND_AFTER_MS[attempt] ?? null;
  if (code === "idempotency_in_progress" && attempt < IN_PROGRESS_ATTEMPTS) {
    return (retryAfterSeconds ?? 2) * 1_000;
  }
  return null;
}
