/**
 * A trace as it would be if the page's main thread had a processor to itself: each of its tasks lasts as long as the
 * thread worked, and what happened in it lies where the thread had got to by then. Chromium keeps both times.
 */
import type { TraceEvent } from "./trace.ts";

const isTask = ({ name, ph, tdur }: TraceEvent) =>
  ph === "X" && name.endsWith("RunTask") && tdur !== undefined;

/** Changes the events of all main threads. Times are microseconds. */
export function inOwnTime(events: readonly TraceEvent[]): void {
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid}:${tid}`;
  const mains = new Set(
    events.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(threadOf),
  );
  const ofThreads = Map.groupBy(
    events.filter((event) => mains.has(threadOf(event))),
    threadOf,
  );
  for (const thread of ofThreads.values()) {
    let task: Required<Times> | null = null;
    for (const event of thread.sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0))) {
      if (!task || event.ts >= task.ts + task.dur) task = isTask(event) ? timesOf(event) : null;
      if (task) shrink(event, task);
    }
  }
}

type Times = Pick<TraceEvent, "ts" | "dur" | "tts" | "tdur">;

const timesOf = ({ ts, dur = 0, tts = 0, tdur = 0 }: TraceEvent) => ({ ts, dur, tts, tdur });

/** What has no time of its own is put where it was, by proportion. */
function shrink(event: TraceEvent, task: Required<Times>): void {
  const scale = task.tdur / Math.max(1, task.dur);
  const into =
    event.tts === undefined
      ? Math.round((event.ts - task.ts) * scale)
      : Math.min(Math.max(0, event.tts - task.tts), task.tdur);
  event.ts = task.ts + into;
  if (event.dur !== undefined) {
    event.dur = Math.min(event.tdur ?? Math.round(event.dur * scale), task.tdur - into);
  }
}
