/**
 * Starts queued items in their order, as soon as the plan has a free slot. The Worker decides: an item that it rejects
 * because no slot is free becomes the first in the queue again. A lock decides which of several open tabs starts an
 * item; without locks two may send it, under one key, which makes one image.
 */
import { effect } from "@preact/signals";
import { definePart } from "../../ui/parts.ts";
import type { Composer } from "./composer.ts";
import { editBody } from "./fill-form.ts";
import type { Connection } from "../session/connection.ts";
import type { Dialogs } from "../dialogs.ts";
import type { Feed } from "../images/feed.ts";
import type { FormReference } from "./form-reference.ts";
import type { Outbox } from "./outbox.ts";
import type { SessionState } from "../session/session.ts";
import type { Submit } from "./submit.ts";

/** Limits are pushed. They are requested too, in case a push was lost or the socket is closed. */
const ASK_LIMITS_EVERY_MS = 30_000;
const ASK_LIMITS_WITHOUT_PUSH_EVERY_MS = 4_000;
/** The tab that sent an item may be closed if there was no response for this long. */
const ORPHAN_AFTER_MS = 60_000;
const LOOK_FOR_ORPHANS_EVERY_MS = 15_000;
/** What was queued for longer than this while no tab was open is not started without asking. */
const STALE_AFTER_MS = 30 * 60_000;

export type QueueDependencies = {
  composer: Composer;
  connection: Connection;
  dialogs: Dialogs;
  feed: Feed;
  outbox: Outbox;
  reference: FormReference;
  session: SessionState;
  submit: Submit;
  now: () => number;
  /** Runs `work` while no other tab runs theirs. */
  exclusively: (work: () => void) => Promise<void>;
};

export function createQueue(dependencies: QueueDependencies) {
  const { composer, connection, dialogs, feed, outbox, session, submit, now, exclusively } = dependencies;
  const { pause, freeSlots } = submit;
  let isStarting = false;

  /** Not while the sign-in dialog is open: every request would get the same 401. */
  const canStart = () =>
    outbox.queued.value.length > 0 &&
    freeSlots.value > 0 &&
    pause.value === null &&
    dialogs.signIn.value === null;

  function startFirst() {
    // Another tab may have started it a moment ago.
    outbox.sync();
    const [next] = outbox.queued.peek();
    if (next && canStart()) void submit.start(next);
  }

  async function startNext() {
    if (isStarting) return;
    isStarting = true;
    try {
      await exclusively(startFirst);
    } catch {
      // The lock was refused. Two tabs may then send the same item, under one key.
      startFirst();
    } finally {
      isStarting = false;
    }
    if (canStart()) void startNext();
  }

  function resumeOrphans() {
    for (const item of outbox.sent.peek()) {
      if (now() - item.at > ORPHAN_AFTER_MS && !feed.byKey(item.key)) void submit.resume(item);
    }
  }

  function endTimedPause() {
    const until = pause.value?.until ?? Number.POSITIVE_INFINITY;
    if (until === Number.POSITIVE_INFINITY) return;
    const timer = setTimeout(resume, Math.max(0, until - now()));
    return () => clearTimeout(timer);
  }

  /** A larger plan, or a refund: the day has room before it ends. */
  function endDailyPause() {
    const { limit = null, used = 0 } = session.limits.value?.today ?? {};
    const hasRoom = limit === null || used < limit;
    if (pause.peek()?.code === "quota_exceeded" && session.limits.value && hasRoom) resume();
  }

  function askForLimits() {
    if (outbox.queued.value.length === 0) return;
    const interval = connection.isConnected.value ? ASK_LIMITS_EVERY_MS : ASK_LIMITS_WITHOUT_PUSH_EVERY_MS;
    const timer = setInterval(() => void session.load(), interval);
    return () => clearInterval(timer);
  }

  function lookForOrphans() {
    if (outbox.sent.value.length === 0) return;
    const timer = setInterval(resumeOrphans, LOOK_FOR_ORPHANS_EVERY_MS);
    return () => clearInterval(timer);
  }

  /** Ends the pause before the time that the Worker gave. */
  function resume() {
    pause.value = null;
  }

  return {
    resume,
    /** Starts queued items until the returned function is called. */
    run() {
      if (outbox.queued.peek().some(({ at }) => now() - at > STALE_AFTER_MS)) {
        pause.value = { code: "stale", until: Number.POSITIVE_INFINITY };
      }
      const stops = [
        effect(() => {
          if (canStart()) void startNext();
        }),
        effect(endTimedPause),
        effect(endDailyPause),
        effect(askForLimits),
        effect(lookForOrphans),
      ];
      return () => stops.forEach((stop) => stop());
    },
    remove: (key: string) => outbox.remove(key),
    /** Moves it back into the form, with its settings. */
    edit(key: string) {
      outbox.sync();
      const item = outbox.find(key);
      // It has started in the meantime.
      if (item?.state !== "queued") return;
      outbox.remove(key);
      editBody(composer, item.body);
      const { reference } = item.body;
      if (reference) dependencies.reference.chosen.value = { body: reference };
    },
  };
}

export type Queue = ReturnType<typeof createQueue>;
export const queuePart = definePart<Queue>("queue");
