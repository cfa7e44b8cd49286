import { computed, effect, type ReadonlySignal } from "@preact/signals";

/** Without a socket. Skytells allows no more than one request every 2 s. */
const POLL_EVERY_MS = 2_000;
/** With a socket, only in case a push was lost. */
const CHECK_EVERY_MS = 20_000;

export type PollerDependencies = {
  ids: ReadonlySignal<string[]>;
  /** No push can be relied on. */
  isUrgent: ReadonlySignal<boolean>;
  poll: (id: string) => Promise<void>;
};

/** Polls what is in flight until it has ended, one request at a time for each id. */
export function createPoller({ ids, isUrgent, poll }: PollerDependencies) {
  const polling = new Set<string>();
  const interval = computed(() =>
    ids.value.length === 0 ? null : isUrgent.value ? POLL_EVERY_MS : CHECK_EVERY_MS,
  );

  async function pollOnce(id: string) {
    if (polling.has(id)) return;
    polling.add(id);
    try {
      await poll(id);
    } finally {
      polling.delete(id);
    }
  }

  const pollAll = (except: readonly string[] = []) => {
    for (const id of ids.peek()) if (!except.includes(id)) void pollOnce(id);
  };

  return {
    pollAll,
    start() {
      return effect(() => {
        if (interval.value === null) return;
        const timer = setInterval(pollAll, interval.value);
        return () => clearInterval(timer);
      });
    },
  };
}
