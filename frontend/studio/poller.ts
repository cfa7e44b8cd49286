import { computed, effect, type ReadonlySignal } from "@preact/signals";

/** Poll interval without a socket. */
const POLL_EVERY_MS = 2_000;
/** Poll interval with a socket, in case a push got lost. */
const CHECK_EVERY_MS = 20_000;

export type WatchDependencies = {
  ids: ReadonlySignal<string[]>;
  /** Pushes cannot be relied on. */
  urgent: ReadonlySignal<boolean>;
  ask: (id: string) => Promise<void>;
};

/** Asks for what is in flight until it has ended. */
export function createWatch({ ids, urgent, ask }: WatchDependencies) {
  const asking = new Set<string>();
  const pace = computed(() =>
    ids.value.length === 0 ? null : urgent.value ? POLL_EVERY_MS : CHECK_EVERY_MS,
  );

  async function askOnce(id: string) {
    if (asking.has(id)) return;
    asking.add(id);
    try {
      await ask(id);
    } finally {
      asking.delete(id);
    }
  }

  const askAll = (except: readonly string[] = []) => {
    for (const id of ids.peek()) if (!except.includes(id)) void askOnce(id);
  };

  return {
    askAll,
    start() {
      return effect(() => {
        if (pace.value === null) return;
        const timer = setInterval(askAll, pace.value);
        return () => clearInterval(timer);
      });
    },
  };
}
