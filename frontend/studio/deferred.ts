/** Composes what no first screen needs: loaded in one piece once a user is known or does something. */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { Api } from "../api/client.ts";
import type { Socket } from "../api/event-socket.ts";
import type { KeyValueStore } from "../browser/storage.ts";
import { findStyle } from "../../worker/shared/styles.ts";
import { commonText } from "../text/common.ts";
import { createText } from "../text/create.ts";
import { errors } from "../text/errors.ts";
import { type Part, provide } from "../ui/parts.ts";
import { type Composer, composerPart } from "./generate/composer.ts";
import { type Connection, connectionPart } from "./session/connection.ts";
import { type Dialogs, dialogsPart } from "./dialogs.ts";
import { batchesPart, createBatches } from "./generate/batches.ts";
import { createDismissals, dismissalsPart } from "./generate/dismissals.ts";
import { createDurations, durationsPart } from "./generate/durations.ts";
import { createFavorites, favoritesPart } from "./images/favorites.ts";
import { createFormReference, formReferencePart } from "./generate/form-reference.ts";
import { createForm } from "./generate/form.ts";
import { createFeed, feedPart } from "./images/feed.ts";
import { isInFlight } from "./images/generation.ts";
import { createGalleryState, galleryStatePart } from "./images/gallery-state.ts";
import { createFormState, formStatePart } from "./generate/form-state.ts";
import { createGenerations, type Generations, generationsPart } from "./images/generations.ts";
import { createLiveUpdates } from "./session/live-updates.ts";
import { type Toasts, toastsPart } from "./toasts.ts";
import { createNotifications, notificationsPart, type NotificationsDependencies } from "./notifications.ts";
import { createOutbox, type Outbox, outboxPart } from "./generate/outbox.ts";
import { createPendingDeletions, pendingDeletionsPart } from "./images/pending-deletions.ts";
import { createPromptHistory, promptHistoryPart } from "./generate/prompt-history.ts";
import { createQueue, queuePart } from "./generate/queue.ts";
import { quotaNotice, watchDayEnd } from "./generate/quota.ts";
import { type SessionState, sessionPart } from "./session/session.ts";
import { createShareLinks, shareLinksPart } from "./images/share-links.ts";
import { createSubmit, type Submit, submitPart } from "./generate/submit.ts";
import { createUserSession, userSessionPart } from "./session/user-session.ts";
import { unusedOptions } from "./generate/unused-options.ts";
import { createVariations, variationsPart } from "./generate/variations.ts";

/** What the first screen has created, and what only a browser can do. */
export type Platform = {
  api: Api;
  composer: Composer;
  connection: Connection;
  dialogs: Dialogs;
  toasts: Toasts;
  session: SessionState;
  store: KeyValueStore;
  /** Survives a reload and a round trip to a sign-in page, in this tab only. */
  tabStore: KeyValueStore;
  connect: () => Socket;
  now: () => number;
  random: () => number;
  newKey: () => string;
  isCreateOpen: ReadonlySignal<boolean>;
  /** Runs `work` while no other tab runs theirs. */
  exclusively: (work: () => void) => Promise<void>;
  notifications: Omit<NotificationsDependencies, "store">;
  /** Reloads the page, which removes everything of the user from memory. */
  reload: () => void;
};

export function createDeferred(platform: Platform) {
  const { composer, connection, dialogs, toasts, session, store, tabStore, now } = platform;
  const generations = createGenerations();
  const feed = createFeed({ generations, now });
  const outbox = createOutbox({ store, now });
  const userId = () => session.user.value?.id ?? null;
  const batches = createBatches({ feed, store, userId });
  const promptHistory = createPromptHistory(store, () => session.user.peek()?.id ?? null);
  const reference = createFormReference();
  const form = createForm({
    ...platform,
    outbox,
    reference,
    rememberToResume: () => tabStore.set("resume", String(now())),
    submit: (body, count) => submit.submit(body, count),
  });
  const submit = createSubmit({
    ...platform,
    feed,
    generations,
    outbox,
    restoreToForm: form.restore,
    batchOf: batches.batchOf,
    onSubmitted: ({ body }) => promptHistory.add(body),
  });
  const liveUpdates = createLiveUpdates({ ...platform, feed, generations, onSnapshot: submit.retryNow });
  const userSession = createUserSession({
    ...platform,
    feed,
    form,
    generations,
    liveUpdates,
    outbox,
    submit,
  });
  const queue = createQueue({ ...platform, feed, outbox, reference, submit });
  const notifications = createNotifications({ ...platform.notifications, store });
  const favorites = createFavorites({ ...platform, generations });
  const shareLinks = createShareLinks({ ...platform, generations });
  const pendingDeletions = createPendingDeletions({ ...platform, generations });
  const dismissals = createDismissals({ ...platform, feed, generations });
  const durations = createDurations({ generations, store });
  const variations = createVariations({ ...platform, outbox, reference, submit });
  const galleryState = createGalleryState();

  forgetUnused(generations, () => [...feed.heldIds(), ...(galleryState.lists.peek()?.heldIds() ?? [])]);
  generations.subscribe((change) => {
    if (change.type === "deleted" || !change.previous || !isInFlight(change.previous)) return;
    if (isInFlight(change.generation)) return;
    toasts.announce(errors.ended(change.generation));
    notifications.onFinished(change.generation);
    // With a socket the limits are pushed.
    if (!connection.isConnected.peek()) void session.load();
  });

  return {
    composer,
    dialogs,
    feed,
    form,
    generations,
    galleryState,
    liveUpdates,
    notifications,
    outbox,
    pendingDeletions,
    promptHistory,
    queue,
    submit,
    userSession,
    /** A sentence under the form: options that the model does not use, or that little is left of today. */
    hint: hintFor({ composer, session, submit, outbox }),
    parts: [
      provide(sessionPart, session),
      provide(composerPart, composer),
      provide(connectionPart, connection),
      provide(dialogsPart, dialogs),
      provide(toastsPart, toasts),
      provide(batchesPart, batches),
      provide(dismissalsPart, dismissals),
      provide(durationsPart, durations),
      provide(favoritesPart, favorites),
      provide(feedPart, feed),
      provide(formReferencePart, reference),
      provide(formStatePart, createFormState()),
      provide(generationsPart, generations),
      provide(galleryStatePart, galleryState),
      provide(notificationsPart, notifications),
      provide(outboxPart, outbox),
      provide(pendingDeletionsPart, pendingDeletions),
      provide(promptHistoryPart, promptHistory),
      provide(queuePart, queue),
      provide(shareLinksPart, shareLinks),
      provide(submitPart, submit),
      provide(userSessionPart, userSession),
      provide(variationsPart, variations),
    ] satisfies [Part<unknown>, unknown][],
    /** From now on follows the session: connects, sends what is stored, starts the queue. */
    run() {
      // Stored by another version.
      if (!findStyle(composer.style.peek())) composer.style.value = null;
      userSession.run(queue.run);
      watchDayEnd({ limits: session.limits, askLimits: session.load, now, random: platform.random });
    },
  };
}

/** Above this number, generations that nothing holds any more are forgotten: a tab may stay open for days. */
const MAX_GENERATIONS = 1_000;
/** What has just arrived is held and on the screen by then. */
const FORGET_AFTER_MS = 1_000;

function forgetUnused(generations: Generations, heldIds: () => string[]) {
  let limit = MAX_GENERATIONS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  generations.subscribe(() => {
    if (generations.size() <= limit) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      generations.keepOnly(new Set(heldIds()));
      // A long list that is all in use is not looked through again with each image.
      limit = Math.max(MAX_GENERATIONS, 2 * generations.size());
    }, FORGET_AFTER_MS);
  });
}

export type Deferred = ReturnType<typeof createDeferred>;

type HintDependencies = Pick<Platform, "composer" | "session"> & { submit: Submit; outbox: Outbox };

function hintFor({ composer, session, submit, outbox }: HintDependencies): ReadonlySignal<string | null> {
  return computed(() => {
    const today = session.limits.value?.today;
    // The queue itself says that it waits for the next day.
    const isSaid = submit.pause.value?.code === "quota_exceeded" && outbox.queued.value.length > 0;
    const unused = unusedOptions(composer);
    if (unused.length > 0) return createText.optionsUnused(commonText.model(composer.model.value), unused);
    return today && !isSaid ? quotaNotice(today) : null;
  });
}
