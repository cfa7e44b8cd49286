// A tab that stays open for days does not grow.
import { expect, test } from "vitest";
import { createCards } from "../../frontend/studio/feed.ts";
import { addRecent } from "../../frontend/studio/recent-ids.ts";
import { generation, NOW, order } from "./support.ts";

const at = (second: number) => new Date(NOW + second * 1_000).toISOString();

test("the feed keeps the latest 100 cards, and every one in flight", () => {
  const { cards, apply } = createCards({ now: () => NOW, onEnded() {} });
  apply(generation("slow", { createdAt: at(0) }));
  for (let count = 1; count <= 300; count += 1)
    apply(generation(`g${count}`, { status: "succeeded", createdAt: at(count) }));
  const ids = cards.value.map((card) => card.generation.id);
  expect([ids.length, ids[0], ids.at(-1)]).toEqual([100, "g300", "slow"]);
});

test("clicks do not add to it without end", () => {
  const { cards, begin, settle } = createCards({ now: () => NOW, onEnded() {} });
  for (let count = 0; count < 300; count += 1) {
    begin(order(`k${count}`), `k${count}`);
    settle(`k${count}`, generation(`g${count}`, { status: "succeeded", createdAt: at(count) }));
  }
  expect(cards.value).toHaveLength(100);
});

test("a set of ids forgets the oldest over a thousand", () => {
  const ids = new Set<string>();
  for (let count = 0; count < 2_500; count += 1) addRecent(ids, `g${count}`);
  expect([ids.size, ids.has("g1499"), ids.has("g1500"), ids.has("g2499")]).toEqual([
    1_000,
    false,
    true,
    true,
  ]);
});

test("parked news are bounded while a click has no answer", () => {
  const { parked, apply, begin } = createCards({ now: () => NOW, onEnded() {} });
  begin(order("k1"), "k1");
  for (let count = 0; count < 200; count += 1) apply(generation(`g${count}`));
  expect(parked.value).toHaveLength(50);
});
