/** What Chromium's own trace says of a page: when something happened, and what it cost the main thread. */
import type { Browser, Page } from "playwright-core";

/** Times are microseconds: `ts` and `dur` by the clock on the wall, `tts` and `tdur` by that of the thread. */
export type TraceEvent = {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tts?: number;
  tdur?: number;
  id2?: { local?: string };
  args: { name?: string; data?: { type?: string; interactionId?: number }; elementCount?: number };
};

const CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "blink.user_timing"];

/** What happened on the page while `work` ran, in order. */
export async function traced(browser: Browser, page: Page, work: () => Promise<void>): Promise<TraceEvent[]> {
  await browser.startTracing(page, { categories: CATEGORIES });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[];
  };
  return traceEvents.sort((a, b) => a.ts - b.ts);
}

/** Milliseconds that a thread worked between the beginning of one event and the end of another. */
export function workBetween(first: TraceEvent, last: TraceEvent): number {
  return ((last.tts ?? Number.NaN) + (last.tdur ?? 0) - (first.tts ?? Number.NaN)) / 1_000;
}

/**
 * Of what was measured several times on a machine that has other things to do: the lower quartile. Those only ever
 * add, also to a thread's own time, by what they push out of the processor's caches.
 */
export function undisturbed(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 2] ?? Number.NaN;
}
