import { expect, test } from "vitest";
import { type Durations, durationsPart, estimateOf } from "../../frontend/studio/generate/durations.ts";
import { generation, memoryStore, NOW, setUp } from "./support.ts";

const iso = (ms: number) => new Date(ms).toISOString();

function world(stored: Record<string, string> = {}) {
  const store = memoryStore(stored);
  const { generations, parts } = setUp({ store });
  return { store, generations, durations: parts.get(durationsPart) as Durations };
}

/** A generation that takes so long. */
function run({ generations }: ReturnType<typeof world>, id: string, ms: number) {
  generations.upsert(generation(id, { status: "processing" }));
  generations.upsert(generation(id, { status: "succeeded", completedAt: iso(NOW + ms) }));
}

test("expects the median of the model's last runs", () => {
  const studio = world();
  expect(studio.durations.expectedMs("truefusion-pro")).toBeNull();
  for (const [index, ms] of [9_000, 5_000, 7_000].entries()) run(studio, `g${index}`, ms);
  expect(studio.durations.expectedMs("truefusion-pro")).toBe(7_000);
  run(studio, "g3", 8_000);
  expect(studio.durations.expectedMs("truefusion-pro")).toBe(7_500);
  expect(studio.durations.expectedMs("truefusion-edge")).toBeNull();
});

test("stores at most 20 durations per model", () => {
  const studio = world();
  for (let index = 0; index < 25; index += 1) run(studio, `g${index}`, 1_000 + index);
  const stored = JSON.parse(studio.store.get("durations.truefusion-pro") ?? "[]");
  expect(stored).toHaveLength(20);
  expect(stored.at(-1)).toBe(1_024);
});

test("ignores failures, images made elsewhere, and what is not a list of numbers", () => {
  const studio = world({ "durations.truefusion-pro": '["soon", null, -4]' });
  studio.generations.upsert(generation("old", { status: "succeeded", completedAt: iso(NOW + 5_000) }));
  studio.generations.upsert(generation("bad", { status: "processing" }));
  studio.generations.upsert(generation("bad", { status: "failed", completedAt: iso(NOW + 5_000) }));
  expect(studio.durations.expectedMs("truefusion-pro")).toBeNull();
  expect(world({ "durations.truefusion-pro": "{" }).durations.expectedMs("truefusion-pro")).toBeNull();
});

test.each([
  { what: "nothing is known", progress: null, elapsed: 3_000, expected: null, percent: null, isSlow: false },
  { what: "only Skytells tells", progress: 30, elapsed: 3_000, expected: null, percent: 30, isSlow: false },
  {
    what: "half the time is over",
    progress: null,
    elapsed: 4_000,
    expected: 8_000,
    percent: 50,
    isSlow: false,
  },
  { what: "Skytells is ahead", progress: 80, elapsed: 4_000, expected: 8_000, percent: 80, isSlow: false },
  { what: "it takes too long", progress: null, elapsed: 13_000, expected: 8_000, percent: 95, isSlow: true },
])("estimates the progress when $what", ({ progress, elapsed, expected, percent, isSlow }) => {
  expect(estimateOf(progress, elapsed, expected)).toEqual({ percent, isSlow });
});
