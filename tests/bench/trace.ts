/** Reads Chromium's trace of a page: when events happened, and their CPU time on the main thread. */
import type { Browser, Page } from "playwright-core";

/** Times are microseconds: `ts` and `dur` in wall-clock time, `tts` and `tdur` in CPU time of the thread. */
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

/** The page's events while `work` runs, in order. */
export async function traced(browser: Browser, page: Page, work: () => Promise<void>): Promise<TraceEvent[]> {
  await browser.startTracing(page, { categories: CATEGORIES });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[];
  };
  return traceEvents.sort((a, b) => a.ts - b.ts);
}

/** CPU time in milliseconds from the start of one event to the end of another. */
export function workBetween(first: TraceEvent, last: TraceEvent): number {
  return ((last.tts ?? Number.NaN) + (last.tdur ?? 0) - (first.tts ?? Number.NaN)) / 1_000;
}

/** For CPU times on a busy machine: other processes only add to them, because they evict the processor's caches. */
export function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 2] ?? Number.NaN;
}
