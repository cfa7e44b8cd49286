import { MAX_RETURNED_PER_DAY } from "../../worker/catalog.ts";
import type { Card } from "./feed.ts";
import type { Studio } from "./studio.ts";

/**
 * Whether a card without a picture gave its place in today's allowance back. A plan without one has nothing to give
 * back, and after the day's last return a failure counts: both are left unsaid.
 */
export function isUncounted({ session, cards }: Pick<Studio, "session" | "cards">, card: Card): boolean {
  const today = session.limits.value?.today;
  if (!today || today.limit === null || card.phase !== "known") return false;
  const day = Date.parse(today.resetsAt) - 24 * 3_600_000;
  const failed = cards.cards.value.filter(
    ({ generation: { status, createdAt } }) => status === "failed" && Date.parse(createdAt) >= day,
  );
  return failed.includes(card) && failed.length <= MAX_RETURNED_PER_DAY;
}
