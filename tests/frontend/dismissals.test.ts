import { expect, test } from "vitest";
import type { FailureCode } from "../../worker/shared/generations.ts";
import { generation, ok, setUp } from "./support.ts";

const failed = (id: string, code: FailureCode) =>
  generation(id, { status: "failed", error: { code, message: "" } });

/** A user whose latest generations failed like this. */
async function open(failures: Record<string, FailureCode>) {
  const world = setUp();
  const items = Object.entries(failures).map(([id, code]) => failed(id, code));
  world.api.list.mockResolvedValueOnce(ok({ items, nextCursor: null }));
  await world.begin();
  return world;
}

test("dismissing a failed entry deletes its generation", async () => {
  const { api, dismissals, generations, lines } = await open({ a: "upstream_failed" });
  dismissals.dismiss("a");
  expect(api.remove).toHaveBeenCalledWith("a");
  generations.upsert(failed("a", "upstream_failed"));
  expect(lines()).toEqual([]);
});

test.each(["timed_out", "unconfirmed"] as const)(
  "dismissing one that ended with %s keeps its generation, whose image may still arrive",
  async (code) => {
    const { api, dismissals, generations, lines } = await open({ a: code });
    dismissals.dismiss("a");
    expect(lines()).toEqual([]);
    expect(api.remove).not.toHaveBeenCalled();
    generations.upsert(generation("a", { status: "succeeded" }));
    expect(lines()).toEqual(["known a"]);
  },
);

test("dismissing all deletes in one request what cannot recover", async () => {
  const { api, dismissals, lines } = await open({ a: "upstream_failed", b: "timed_out", c: "output_lost" });
  dismissals.dismissAll(["a", "b", "c"]);
  expect(lines()).toEqual([]);
  expect(api.bulk.mock.calls).toEqual([[["a", "c"], "delete"]]);
});
