import { computed, effect, type ReadonlySignal } from "@preact/signals";
import type { Limits } from "../../worker/contract.ts";
import { making } from "../text/create.ts";

/** The end of a day comes in sight with this many, or with the last tenth of a large allowance. */
const FEW = 3;
const FEW_SHARE = 0.1;

/** What is left of today, or null where that is enough not to speak of. */
export function dayOf({ used, limit, resetsAt }: Limits["today"]): string | null {
  if (limit === null) return null;
  const left = limit - used;
  // After a smaller plan even less than none.
  if (left <= 0) return making.dayOver(Date.parse(resetsAt));
  return left <= Math.max(FEW, limit * FEW_SHARE) ? making.dayLeft(left, limit) : null;
}

/** Between two requests while this clock is ahead of the Worker's; and the longest wait, in case it is far behind. */
const ASK_EVERY_MS = { least: 60_000, most: 24 * 3_600_000 };

export type DayEndDependencies = {
  limits: ReadonlySignal<Limits | null>;
  askLimits: () => Promise<void>;
  now: () => number;
  /** 0–1, so that the tabs of all users do not ask in the same second. */
  random: () => number;
};

/** Asks for the limits when the day ends, and again until the Worker's next day has begun. Returns its end. */
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
