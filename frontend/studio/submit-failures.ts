/** For requests that fail: sends them again where that is safe, queues, refuses or cancels them, or shows them unsent. */
import { batch } from "@preact/signals";
import type { GenerateBody } from "../../worker/contract.ts";
import { backoff } from "../api/backoff.ts";
import type { Trouble, TroubleCode } from "../api/result.ts";
import { told } from "../text/errors.ts";
import type { Card } from "./feed.ts";
import type { Composer } from "./composer.ts";
import { isInFlight, optionsOf } from "./generation.ts";
import type { Maker } from "./submit.ts";
import { ORDER_KEPT_FOR_MS, type Order } from "./outbox.ts";
import { setOptions } from "./remix.ts";
import type { Studio } from "./studio.ts";

/** A bug in the Worker answers every attempt alike; a reset of the user's object only the first ones. */
const RESENDS_AFTER_INTERNAL = 3;

/** Refused for now: goes back to the queue, which sends it later. */
const WAITS: ReadonlySet<TroubleCode> = new Set([
  "limit_reached",
  "rate_limited",
  "quota_exceeded",
  "budget_exhausted",
]);
/** How long nothing that waits is started after such an answer, where it does not say: the next would get the same. */
const PAUSE_SECONDS: Partial<Record<TroubleCode, number>> = {
  limit_reached: 1,
  rate_limited: 60,
  quota_exceeded: 900,
  budget_exhausted: 900,
  suspended: 900,
  upstream_unavailable: 30,
  owner_must_act: 900,
  storage_unavailable: 30,
  internal: 30,
};

/** The answer was not a picture on its way. `again`: it is time to send the order once more. */
export async function trouble(
  maker: Maker,
  order: Order,
  card: string,
  problem: Trouble,
  attempt: number,
): Promise<"again" | "over"> {
  const { cards, orders, cancelOnArrival, now } = maker;
  const wait = resendAfter(maker, problem, attempt);
  if (wait === null || now() - order.at > ORDER_KEPT_FOR_MS) {
    await refused(maker, order, card, problem);
    return "over";
  }
  cards.stall(card, problem);
  // While the account is being deleted nothing is sent in this user's name.
  do if (!cancelOnArrival.has(card)) await rest(maker, wait);
  while (maker.session.isPaused() && !cancelOnArrival.has(card));
  // Canceled while it is unknown whether it arrived: not sent again to find out.
  if (cancelOnArrival.has(card)) orders.drop(order.key);
  if (orders.find(order.key)) return "again";
  // Or another tab has the answer: then its card comes like any other's.
  cancelOnArrival.delete(card);
  cards.release(card);
  return "over";
}

/**
 * Milliseconds before the request is sent again under its key, or null where the answer is final. After a deploy or a
 * reset of the user's object it is unknown whether the request was carried out; the key makes one image of both.
 */
function resendAfter(
  { random }: Maker,
  { code, retryAfterSeconds = 0 }: Trouble,
  attempt: number,
): number | null {
  const delay = Math.max(backoff(attempt, random), retryAfterSeconds * 1_000);
  switch (code) {
    case "idempotency_in_progress":
      return (retryAfterSeconds || 2) * 1_000;
    case "offline":
    case "bad_answer":
    case "session_redirected":
    case "storage_unavailable":
      return delay;
    case "internal":
      return attempt < RESENDS_AFTER_INTERNAL ? delay : null;
    default:
      return null;
  }
}

function rest({ resting }: Maker, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      resting.delete(go);
      resolve();
    };
    const timer = setTimeout(go, milliseconds);
    resting.add(go);
  });
}

async function refused(maker: Maker, order: Order, card: string, problem: Trouble): Promise<void> {
  const { cards, orders, session, composer, hold, now, tell, cancelOnArrival } = maker;
  const { code, pending, retryAfterSeconds } = problem;
  if (pending) {
    orders.put({ ...order, state: "unconfirmed", pending: pending.id });
    cards.unconfirmed(card, pending.id);
    if (cancelOnArrival.delete(card)) await maker.cancel(card);
    return;
  }
  // In one: what waits must not start between two of these lines.
  batch(() => {
    orders.drop(order.key);
    if (problem.limits) session.limits.value = problem.limits;
    // Deleted in another tab, perhaps.
    if (cancelOnArrival.delete(card) || code === "not_found") return cards.remove(card);
    const putBack: Order = { ...order, state: "waiting" };
    if (code === "unauthenticated") {
      cards.remove(card);
      // What is being written by now stays: then this one waits for the sign-in in sight.
      const isFree = composer.prompt.value === "";
      if (isFree) putInForm(composer, order.body);
      else orders.putFirst(putBack);
      return maker.signInFirst(isFree);
    }
    const waits = WAITS.has(code);
    const seconds = retryAfterSeconds ?? PAUSE_SECONDS[code];
    if (seconds !== undefined && (waits || orders.waiting.value.length > 0)) {
      hold.value = { code, until: now() + seconds * 1_000, isGuess: retryAfterSeconds === undefined };
    }
    if (waits) {
      cards.remove(card);
      orders.putFirst(putBack);
      tell(told.waits(order.body.prompt));
    } else {
      cards.refuse(card, problem);
      // The Worker knows by now what the model takes.
      if (code === "invalid_request") void session.load();
      tell(told.failed(told.refused(code, optionsOf(order.body))));
    }
  });
}

/** As it was sent, which may be from a list and not from this form. */
function putInForm(composer: Composer, body: GenerateBody): void {
  const options = optionsOf(body);
  composer.prompt.value = body.prompt;
  composer.model.value = body.model;
  if (JSON.stringify(options) !== JSON.stringify(composer.options.peek())) setOptions(composer, options);
}

/** Shows the outbox of the browser's last user and sends none of it. The returned function takes it off the screen. */
export function preview(
  { cards, orders, session, recent, recentProblem }: PreviewDependencies,
  lastUser: string,
  problem: Trouble,
): () => void {
  orders.open(lastUser, false);
  const shown = orders.all.value.filter(({ state, key }) => state !== "waiting" && !cards.byKey(key));
  for (const order of shown) {
    cards.begin(order, order.key);
    cards.stall(order.key, problem);
  }
  recent.value = "failed";
  recentProblem.value = problem;
  return () => {
    for (const { key } of shown) cards.remove(key);
    recent.value = "waiting";
    recentProblem.value = null;
    if (!session.user.value) orders.open(null);
  };
}
type PreviewDependencies = Pick<Studio, "cards" | "orders" | "session" | "recent" | "recentProblem">;

/** The card shows as canceled already; one without an id is canceled when that comes. */
export async function cancel(maker: Maker, card: Card): Promise<void> {
  const { api, cards, orders, tell } = maker;
  const { key, generation: before } = card;
  if (before.id === "") {
    // Waiting between two retries: drop it instead of retrying.
    if (card.problem && card.order) {
      orders.drop(card.order.key);
      maker.hurry();
    }
    return;
  }
  const result = await api.cancel(before.id);
  if (result.ok) return cards.confirm(before.id, result.value.generation);
  // Finished first, or not canceled: the card goes back to what is true.
  if (cards.byKey(key)?.generation.status === "canceled") cards.show(key, before);
  if (result.problem.code !== "already_finished") return tell(told.problem(result.problem.code));
  const truth = await api.prediction(before.id);
  if (truth.ok) cards.confirm(before.id, truth.value.generation);
}

/**
 * The same again, on the same card. What the Worker may have taken on is repeated under its old key, so
 * that it can never be made twice; a generation that has ended needs a new one.
 */
export async function retry({ cards, session, orderOf, take }: Maker, key: string): Promise<void> {
  const card = cards.byKey(key);
  // Of two clicks the second finds it on its way again.
  if (!card || (card.phase !== "refused" && isInFlight(card.generation))) return;
  const { prompt, model, options } = card.generation;
  const asked = card.order?.body ?? { prompt, model, ...options };
  const code = card.phase === "refused" ? card.problem?.code : undefined;
  // With what the model turned out not to take it would be refused for ever.
  const untaken = code === "invalid_request";
  const body = untaken
    ? { prompt, model: asked.model, ...optionsOf(asked, session.takenBy(asked.model)) }
    : asked;
  const order = orderOf(body);
  const repeat = code !== undefined && !untaken && code !== "idempotency_mismatch";
  await take(repeat && card.order ? { ...order, key: card.order.key } : order, key);
}
