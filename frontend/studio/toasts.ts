/** Toasts: short messages with a time limit, and sentences for screen readers. */
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { definePart } from "../ui/parts.ts";

const SHOWN_FOR_MS = 6_000;
/** Long enough to read the toast and to reach its button by keyboard. */
const SHOWN_WITH_ACTION_MS = 10_000;
/** More would cover the page. The latest are visible; those before them wait with the time that they have left. */
const MAX_VISIBLE = 3;

export type Toast = { key: number; text: string; action?: ToastAction };

export type ToastAction = {
  label: string;
  run: () => void;
  /** Called instead of `run` when the time is over or the user closes the toast. */
  expire?: () => void;
};

export function createToasts() {
  /** Oldest first. */
  const all = signal<readonly Toast[]>([]);
  /** Read out to those who cannot see the feed change. */
  const announcement = signal("");
  const timeLeft = new WeakMap<Toast, number>();
  let lastKey = 0;

  const visible = () => all.value.slice(-MAX_VISIBLE);
  const dismiss = (toast: Toast) => {
    all.value = all.peek().filter((other) => other !== toast);
  };
  function expire(toast: Toast) {
    dismiss(toast);
    toast.action?.expire?.();
  }

  return {
    all,
    announcement,
    visible,
    dismiss,
    expire,
    announce(sentence: string) {
      announcement.value = sentence;
    },
    /** Shows a toast; a repeated one replaces the one before. */
    show(text: string, action?: ToastAction): Toast {
      lastKey += 1;
      const toast: Toast = { key: lastKey, text, ...(action && { action }) };
      const others = all.peek().filter((other) => other.action || action || other.text !== text);
      all.value = [...others, toast];
      return toast;
    },
    /** Runs the time limits until the returned function is called. Each toast keeps the time that it has left. */
    runTimers(isPaused: ReadonlySignal<boolean>): () => void {
      return effect(() => {
        if (isPaused.value) return;
        // This clock does not advance while the computer sleeps.
        const started = performance.now();
        const running = visible().map((toast) => {
          const left = timeLeft.get(toast) ?? (toast.action ? SHOWN_WITH_ACTION_MS : SHOWN_FOR_MS);
          return { toast, left, timer: setTimeout(() => expire(toast), left) };
        });
        return () => {
          const passed = performance.now() - started;
          for (const { toast, left, timer } of running) {
            clearTimeout(timer);
            timeLeft.set(toast, Math.max(0, left - passed));
          }
        };
      });
    },
  };
}

export type Toasts = ReturnType<typeof createToasts>;
export const toastsPart = definePart<Toasts>("toasts");
