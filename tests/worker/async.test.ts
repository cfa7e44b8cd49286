import { expect, it } from "vitest";
import { limitConcurrency } from "../../worker/lib/async.ts";

const tick = () => new Promise((resolve) => setTimeout(resolve));

it("limitConcurrency runs at most the given number of tasks, in order, also after a failure", async () => {
  const limited = limitConcurrency(2);
  const started: number[] = [];
  const ends = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
  const results = ends.map(({ promise }, n) =>
    limited(async () => {
      started.push(n);
      await promise;
      return n;
    }).catch(() => "failed"),
  );
  await tick();
  expect(started).toEqual([0, 1]);
  ends[1]?.reject(new Error("broken"));
  await tick();
  expect(started).toEqual([0, 1, 2]);
  ends[0]?.resolve();
  ends[2]?.resolve();
  ends[3]?.resolve();
  expect(await Promise.all(results)).toEqual([0, "failed", 2, 3]);
  expect(await limited(async () => "free again")).toBe("free again");
});
