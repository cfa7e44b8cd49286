/** Messages with a time limit, and sentences for screen readers. */
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { definePart } from "../ui/parts.ts";

const SHOWN_FOR_MS = 6_000;
/** Long enough to read the message and to reach its button by keyboard. */
const SHOWN_WITH_ACTION_MS = 10_000;
/** More would cover the page. The latest are visible; those before them wait with the time that they have left. */
const MAX_VISIBLE = 3;

export type Message = { key: number; text: string; action?: MessageAction };

export type MessageAction = {
  label: string;
  run: () => void;
  /** Called instead of `run` when the time is over or the user closes the message. */
  expire?: () => void;
};

export function createMessages() {
  /** Oldest first. */
  const messages = signal<readonly Message[]>([]);
  /** Read out to those who cannot see the feed change. */
  const announcement = signal("");
  const timeLeft = new WeakMap<Message, number>();
  let lastKey = 0;

  const visible = () => messages.value.slice(-MAX_VISIBLE);
  const dismiss = (message: Message) => {
    messages.value = messages.peek().filter((other) => other !== message);
  };
  function expire(message: Message) {
    dismiss(message);
    message.action?.expire?.();
  }

  return {
    messages,
    announcement,
    visible,
    dismiss,
    expire,
    announce(sentence: string) {
      announcement.value = sentence;
    },
    /** Shows a message; a repeated one replaces the one before. */
    show(text: string, action?: MessageAction): Message {
      lastKey += 1;
      const message: Message = { key: lastKey, text, ...(action && { action }) };
      const others = messages.peek().filter((other) => other.action || action || other.text !== text);
      messages.value = [...others, message];
      return message;
    },
    /** Runs the time limits until the returned function is called. Each message keeps the time that it has left. */
    runTimers(isPaused: ReadonlySignal<boolean>): () => void {
      return effect(() => {
        if (isPaused.value) return;
        // This clock does not advance while the computer sleeps.
        const started = performance.now();
        const running = visible().map((message) => {
          const left = timeLeft.get(message) ?? (message.action ? SHOWN_WITH_ACTION_MS : SHOWN_FOR_MS);
          return { message, left, timer: setTimeout(() => expire(message), left) };
        });
        return () => {
          const passed = performance.now() - started;
          for (const { message, left, timer } of running) {
            clearTimeout(timer);
            timeLeft.set(message, Math.max(0, left - passed));
          }
        };
      });
    },
  };
}

export type Messages = ReturnType<typeof createMessages>;
export const messagesPart = definePart<Messages>("messages");
