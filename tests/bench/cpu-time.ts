/**
 * Converts a trace to CPU time, as if the main thread never waited for a processor: each task lasts as long as the thread
 * ran, and the events in it move accordingly. Chromium records both times.
 */
import type { TraceEvent } from "./trace.ts";

const isTask = ({ name, ph, tdur }: TraceEvent) =>
  ph === "X" && name.endsWith("RunTask") && tdur !== undefined;

/** Changes the events of all main threads. Times are microseconds. */
export function convertToCpuTime(events: readonly TraceEvent[]): void {
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid}:${tid}`;
  const mainThreads = new Set(
    events.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(threadOf),
  );
  const eventsByThread = Map.groupBy(
    events.filter((event) => mainThreads.has(threadOf(event))),
    threadOf,
  );
  for (const thread of eventsByThread.values()) {
    let task: Required<Times> | null = null;
    for (const event of thread.sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0))) {
      if (!task || event.ts >= task.ts + task.dur) task = isTask(event) ? timesOf(event) : null;
      if (task) shrink(event, task);
    }
  }
}

type Times = Pick<TraceEvent, "ts" | "dur" | "tts" | "tdur">;

const timesOf = ({ ts, dur = 0, tts = 0, tdur = 0 }: TraceEvent) => ({ ts, dur, tts, tdur });

/** Events without CPU time are placed proportionally. */
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
