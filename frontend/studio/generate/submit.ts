/** Sends an outbox item, again after temporary errors, until a response of the Worker decides its outcome. */
import { batch, computed, signal } from "@preact/signals";
import { MAX_SEED, type ModelId } from "../../../worker/shared/models.ts";
import type { GenerateBody } from "../../../worker/api/schemas/requests/generation.ts";
import type { ModelOptions } from "../../../worker/api/schemas/session.ts";
import type { Api } from "../../api/client.ts";
import type { ApiError, ErrorCode } from "../../api/result.ts";
import { createText } from "../../text/create.ts";
import { errors } from "../../text/errors.ts";
import { definePart } from "../../ui/parts.ts";
import type { Connection } from "../session/connection.ts";
import type { Feed, FeedEntry } from "../images/feed.ts";
import { isInFlight, isUploadGone, optionsOf, repeatedOptions } from "../images/generation.ts";
import type { Generations } from "../images/generations.ts";
import type { Toasts } from "../toasts.ts";
import type { Batch, Outbox, OutboxItem } from "./outbox.ts";
import type { SessionState } from "../session/session.ts";
import { outcomeOf, type Pause } from "./submit-outcome.ts";

/** No queued item starts before `until` (milliseconds since 1970), unless the user resumes the queue. */
export type QueuePause = { code: ErrorCode | "stale"; until: number; isGuess?: boolean };

export type SubmitDependencies = {
  api: Pick<Api, "generate" | "cancel" | "prediction">;
  connection: Connection;
  feed: Feed;
  generations: Generations;
  toasts: Toasts;
  outbox: Outbox;
  session: SessionState;
  now: () => number;
  random: () => number;
  newKey: () => string;
  /** Called when the user must sign in. True: the form holds the request; otherwise it is queued. */
  restoreToForm: (body: GenerateBody) => boolean;
  onSubmitted: (item: OutboxItem) => void;
  batchOf: (entry: FeedEntry) => Batch | null;
};

export function createSubmit(dependencies: SubmitDependencies) {
  const { api, connection, feed, generations, toasts, outbox, session, now } = dependencies;
  const pause = signal<QueuePause | null>(null);
  /** Keys of the entries that the user canceled before the Worker returned an id. */
  const canceledBeforeId = new Set<string>();
  /** Ends the waits between two attempts. */
  const pendingRetries = new Set<() => void>();

  /** Slots that the plan has left, as far as is known here. */
  const freeSlots = computed(() => {
    const limits = session.limits.value;
    if (!limits) return 1;
    // Other tabs share the outbox. Without pushes the limits may be old, and the feed knows more.
    const known = connection.isConnected.value ? outbox.sent.value.length : feed.inFlight.value;
    return limits.concurrent - Math.max(limits.inFlight, known);
  });

  const newItem = (body: GenerateBody, batch: Batch | null = null): OutboxItem => ({
    ...(batch && { batch }),
    body,
    key: dependencies.newKey(),
    at: now(),
    state: "queued",
  });

  /**
   * Sends it, or queues it if no slot is free. Several images are one request if the model can create as many, else a
   * request each. `entryKey`: the entry that tries again, and `ofBatch` its place.
   */
  async function submit(body: GenerateBody, count = 1, entryKey?: string, ofBatch: Batch | null = null) {
    const items = requestsFor(body, count, session.optionsFor(body.model)).map((one) =>
      newItem(one, ofBatch),
    );
    const id = items[0]?.key ?? "";
    await Promise.all(
      items.map((item, index) =>
        submitOrQueue(
          items.length > 1 ? { ...item, batch: { id, index } } : item,
          index === 0 ? entryKey : undefined,
        ),
      ),
    );
  }

  /** Sends it, or queues it behind the others. `entryKey`: the entry that tries again. */
  async function submitOrQueue(item: OutboxItem, entryKey = item.key): Promise<void> {
    dependencies.onSubmitted(item);
    if (freeSlots.peek() > 0 && !pause.peek() && outbox.queued.peek().length === 0) {
      return start(item, entryKey);
    }
    outbox.put(item);
    feed.remove(entryKey);
    toasts.announce(createText.queuedAnnouncement(item.body.prompt));
  }

  async function start(item: OutboxItem, entryKey = item.key): Promise<void> {
    const sent: OutboxItem = { ...item, at: now(), state: "sent" };
    batch(() => {
      outbox.put(sent);
      feed.begin(sent, entryKey);
    });
    toasts.announce(createText.startedAnnouncement(item.body.prompt));
    return sendUntilResponse(sent, entryKey);
  }

  async function sendUntilResponse(item: OutboxItem, entryKey: string): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      const limits = session.limits.peek();
      const requestedAtVersion = generations.nextVersion();
      const result = await api.generate(item.body, item.key);
      if (result.ok) {
        const { generation } = result.value;
        // The response may arrive before the push that says that one more slot is in use.
        if (limits && limits === session.limits.peek() && isInFlight(generation)) {
          session.limits.value = { ...limits, inFlight: limits.inFlight + 1 };
        }
        batch(() => {
          outbox.remove(item.key);
          feed.applyResponse(entryKey, generation, requestedAtVersion);
        });
        return cancelIfWanted(entryKey, generation.id);
      }
      if (!(await shouldResend(item, entryKey, result.error, attempt))) return;
    }
  }

  async function cancelIfWanted(entryKey: string, id: string): Promise<void> {
    if (!canceledBeforeId.delete(entryKey)) return;
    if (feed.byKey(entryKey)) return cancel(entryKey);
    // Its entry was dismissed before the id was known.
    generations.delete(id);
    await api.cancel(id);
  }

  /** Acts on an error response; whether to send the item again now. */
  async function shouldResend(
    item: OutboxItem,
    entryKey: string,
    error: ApiError,
    attempt: number,
  ): Promise<boolean> {
    const { random } = dependencies;
    const hasReference = item.body.reference !== undefined;
    const outcome = outcomeOf(error, { attempt, ageMs: now() - item.at, hasReference, random });
    if (outcome.kind === "resend") return waitToResend(item, entryKey, error, outcome.delayMs);
    if (outcome.kind === "unconfirmed") {
      outbox.put({ ...item, state: "unconfirmed", pending: outcome.pendingId });
      feed.markUnconfirmed(entryKey, outcome.pendingId, generations.nextVersion());
      if (canceledBeforeId.delete(entryKey)) await cancel(entryKey);
      return false;
    }
    // One batch: nothing queued may start between two of these lines.
    batch(() => {
      outbox.remove(item.key);
      if (error.limits) session.limits.value = error.limits;
      if (canceledBeforeId.delete(entryKey) || outcome.kind === "deleted") return feed.remove(entryKey);
      if (outcome.kind === "sign_in") return continueAfterSignIn(item, entryKey);
      if (outcome.kind === "requeue") {
        pauseQueue(error.code, outcome.pause);
        feed.remove(entryKey);
        outbox.putFirst({ ...item, state: "queued" });
        toasts.announce(createText.queuedAnnouncement(item.body.prompt));
        return;
      }
      if (outcome.pause && outbox.queued.peek().length > 0) pauseQueue(error.code, outcome.pause);
      feed.markRejected(entryKey, error);
      // The Worker has read the model's options since.
      if (error.code === "invalid_request") void session.load();
      toasts.announce(errors.rejectedAnnouncement(error, optionsOf(item.body)));
    });
    return false;
  }

  function pauseQueue(code: ErrorCode, { ms, isGuess }: Pause) {
    pause.value = { code, until: now() + ms, isGuess };
  }

  async function waitToResend(
    item: OutboxItem,
    entryKey: string,
    error: ApiError,
    delayMs: number,
  ): Promise<boolean> {
    feed.markRetrying(entryKey, error);
    // While the account is being deleted nothing is sent in this user's name.
    do if (!canceledBeforeId.has(entryKey)) await sleep(delayMs);
    while (session.isPaused() && !canceledBeforeId.has(entryKey));
    // The user canceled it. Whether the Worker has it is unknown, and another attempt could create an image.
    if (canceledBeforeId.has(entryKey)) outbox.remove(item.key);
    if (outbox.find(item.key)) return true;
    // Another tab may have the response. Then a push brings the generation.
    canceledBeforeId.delete(entryKey);
    feed.detach(entryKey);
    return false;
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        pendingRetries.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      pendingRetries.add(end);
    });
  }

  function continueAfterSignIn(item: OutboxItem, entryKey: string) {
    feed.remove(entryKey);
    if (!dependencies.restoreToForm(item.body)) outbox.putFirst({ ...item, state: "queued" });
  }

  async function cancel(key: string): Promise<void> {
    const entry = feed.byKey(key);
    if (!entry) return;
    const edit = feed.showCanceled(key);
    const { id } = entry;
    if (id === null) {
      // Before any `await`: the response may arrive during it.
      canceledBeforeId.add(key);
      // Waiting between two attempts: drop it instead of retrying.
      if (entry.error && entry.item) {
        outbox.remove(entry.item.key);
        retryNow();
      }
      return;
    }
    const requestedAtVersion = generations.nextVersion();
    const result = await api.cancel(id);
    if (result.ok) {
      feed.applyPoll(id, result.value.generation, requestedAtVersion);
      return edit.undo();
    }
    if (result.error.code === "already_finished") {
      const current = await api.prediction(id);
      if (current.ok) feed.applyPoll(id, current.value.generation, requestedAtVersion);
    } else toasts.announce(errors.sentence(result.error.code));
    edit.undo();
  }

  /** The connection is back, or an item was canceled: ends the waits between two attempts. */
  function retryNow() {
    for (const end of pendingRetries) end();
  }

  return {
    pause,
    freeSlots,
    start,
    cancel,
    retryNow,
    submit,
    /** Continues with an item of an earlier page or of another tab. */
    async resume(item: OutboxItem): Promise<void> {
      if (feed.byKey(item.key)) return;
      feed.begin(item, item.key);
      if (item.pending === undefined) return sendUntilResponse(item, item.key);
      feed.markUnconfirmed(item.key, item.pending, generations.nextVersion());
    },
    /**
     * Submits the entry's request again. A request that the Worker may have carried out keeps its key, so that it makes
     * one image; a generation that has ended gets a new key.
     */
    async retry(key: string): Promise<void> {
      const entry = feed.byKey(key);
      if (!entry) return;
      const generation = feed.generationOf(entry);
      // The second of two clicks finds it in flight again.
      if (entry.phase !== "rejected" && isInFlight(generation)) return;
      if (!entry.item && isUploadGone(generation)) return void toasts.show(createText.uploadGone);
      const { prompt, model, options: made } = generation;
      // The Worker rejects a retired model.
      const body = entry.item?.body ?? { prompt, model: model as ModelId, ...repeatedOptions(made) };
      const batch = dependencies.batchOf(entry);
      const code = entry.phase === "rejected" ? entry.error?.code : undefined;
      // With options that the model does not support it would always be rejected.
      if (code === "invalid_request") {
        const supported = optionsOf(body, session.optionsFor(body.model));
        const { reference } = session.optionsFor(body.model)?.reference ? body : {};
        const { count: _, ...options } = supported;
        const again = { prompt, model: body.model, ...options, ...(reference && { reference }) };
        // The model may create fewer images at once than when this was submitted.
        return submit(again, body.count, key, batch);
      }
      const item = newItem(body, batch);
      const isRepeat = code !== undefined && code !== "idempotency_mismatch";
      await submitOrQueue(isRepeat && entry.item ? { ...item, key: entry.item.key } : item, key);
    },
  };
}

/** The requests for so many images. A locked seed counts up, because the same one would make the same image. */
export function requestsFor(
  body: GenerateBody,
  count: number,
  supported: ModelOptions | null,
): GenerateBody[] {
  if (count > 1 && count <= (supported?.count ?? 1)) return [{ ...body, count }];
  return Array.from({ length: count }, (_, index) =>
    body.seed === undefined ? body : { ...body, seed: (body.seed + index) % (MAX_SEED + 1) },
  );
}

export type Submit = ReturnType<typeof createSubmit>;
export const submitPart = definePart<Submit>("submit");
