/** The only owner of the time that messages have: it runs while a message is visible and the user can reach it. */
import { effect, type ReadonlySignal } from "@preact/signals";
import type { Studio, Toast } from "./studio.ts";

export const SHOWN_FOR_MS = 6_000;
/** Long enough to read the message and to reach its button by keyboard. */
export const SHOWN_WITH_ACTION_MS = 10_000;
/** More would cover the page. The latest are visible; those before them wait with the time that they have left. */
const MAX_VISIBLE = 3;

const timeLeft = new WeakMap<Toast, number>();

export const visibleToasts = ({ toasts }: Pick<Studio, "toasts">) => toasts.value.slice(-MAX_VISIBLE);

type Timed = Pick<Studio, "toasts" | "dismiss">;

export function expire({ dismiss }: Timed, toast: Toast): void {
  dismiss(toast);
  toast.action?.expire?.();
}

/** Runs the timers until the returned function is called; each message keeps the time that it has left. */
export function runToastTimers(studio: Timed, isPaused: ReadonlySignal<boolean>): () => void {
  return effect(() => {
    if (isPaused.value) return;
    // Does not advance while the computer sleeps.
    const started = performance.now();
    const running = visibleToasts(studio).map((toast) => {
      const left = timeLeft.get(toast) ?? (toast.action ? SHOWN_WITH_ACTION_MS : SHOWN_FOR_MS);
      return { toast, left, timer: setTimeout(() => expire(studio, toast), left) };
    });
    return () => {
      const passed = performance.now() - started;
      for (const { toast, left, timer } of running) {
        clearTimeout(timer);
        timeLeft.set(toast, Math.max(0, left - passed));
      }
    };
  });
}
