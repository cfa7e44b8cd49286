/** What keeps an open studio true once somebody is here: pushes, and asking where no push can be relied on. */
import { computed } from "@preact/signals";
import { createLive, type LiveDependencies } from "../api/live.ts";
import type { Cards } from "./cards.ts";
import { createWatch } from "./watch.ts";

export type LineDependencies = LiveDependencies & { cards: Cards; ask: (id: string) => Promise<void> };

export function createLine({ cards, ask, ...dependencies }: LineDependencies) {
  const live = createLive(dependencies);
  const watch = createWatch({
    ids: cards.watched,
    urgent: computed(() => !live.up.value || cards.parked.value.length > 0),
    ask,
  });
  watch.start();
  return { ...live, askAll: watch.askAll };
}

export type Line = ReturnType<typeof createLine>;
