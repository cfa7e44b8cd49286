import { computed, effect, type ReadonlySignal } from "@preact/signals";
import { MAX_UNCOUNTED_FAILURES_PER_DAY } from "../../../worker/shared/plans.ts";
import type { Limits } from "../../../worker/api/schemas/session.ts";
import { createText } from "../../text/create.ts";
import type { Feed, FeedEntry } from "../images/feed.ts";
import type { Outbox } from "./outbox.ts";

/** The notice shows when so many images are left, or the last tenth of a larger allowance. */
const FEW = 3;
const FEW_SHARE = 0.1;

/** A sentence about how many images are left today; null while there are many. */
export function quotaNotice({ used, limit, resetsAt }: Limits["today"]): string | null {
  if (limit === null) return null;
  const left = limit - used;
  // Negative after a change to a smaller plan.
  if (left <= 0) return createText.dayOver(Date.parse(resetsAt));
  return left <= Math.max(FEW, limit * FEW_SHARE) ? createText.dayLeft(left, limit) : null;
}

/**
 * Limits of the delay. `least`: between two requests, if the browser's clock is ahead of the Worker's. `most`: if it is
 * far behind.
 */
const ASK_EVERY_MS = { least: 60_000, most: 24 * 3_600_000 };

export type DayEndDependencies = {
  limits: ReadonlySignal<Limits | null>;
  askLimits: () => Promise<void>;
  now: () => number;
  /** 0–1, so that the tabs of all users do not ask in the same second. */
  random: () => number;
};

/** Asks for the limits when the day ends, and again until the Worker's next day has begun. Returns a function that stops it. */
export function watchDayEnd({ limits, askLimits, now, random }: DayEndDependencies): () => void {
  const resetsAt = computed(() => limits.value?.today.resetsAt);
  return effect(() => {
    if (resetsAt.value === undefined) return;
    const end = Date.parse(resetsAt.value);
    const { least, most } = ASK_EVERY_MS;
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      const delay = Math.min(Math.max(end - now(), least), most);
      timer = setTimeout(
        () => {
          wait();
          void askLimits();
        },
        delay + random() * least,
      );
    };
    wait();
    return () => clearTimeout(timer);
  });
}

const DAY_MS = 24 * 3_600_000;

/**
 * Whether a failed entry was refunded to today's allowance. Unknown cases count as not refunded: a plan without an
 * allowance, and failures after the day's last refund.
 */
export function isRefunded(entry: FeedEntry, feed: Feed, limits: Limits | null): boolean {
  const today = limits?.today;
  if (!today || today.limit === null || entry.phase !== "known") return false;
  const dayStart = Date.parse(today.resetsAt) - DAY_MS;
  const failed = feed.entries.value.filter((other) => {
    const { status, createdAt } = feed.generationOf(other);
    return status === "failed" && Date.parse(createdAt) >= dayStart;
  });
  return failed.some(({ key }) => key === entry.key) && failed.length <= MAX_UNCOUNTED_FAILURES_PER_DAY;
}

/** Whether Skytells has not confirmed it: known from this browser's outbox, or because that holds for all in flight. */
export function isUnconfirmed(id: string | null, outbox: Outbox, limits: Limits | null): boolean {
  const { inFlight = 0, unconfirmed = 0 } = limits ?? {};
  return (
    (unconfirmed > 0 && unconfirmed === inFlight) ||
    outbox.items.value.some(({ pending }) => pending !== undefined && pending === id)
  );
}
