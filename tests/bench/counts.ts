/**
 * Calls, statements and objects that a generation and a gallery cost. The numbers are those that tests compare with what
 * the Worker does; here the tests run once, and fail if a number is not what it does.
 */
import { exitOf, start, TOOLS } from "../../scripts/run.ts";
import calls from "../../docs/data/call-counts.json" with { type: "json" };
import operations from "../../docs/data/operation-counts.json" with { type: "json" };
import type { Measure } from "./measure.ts";

const TESTS = ["network-steps", "operation-counts", "budget"].map((name) => `tests/worker/${name}.test.ts`);

export async function measureCounts(): Promise<Measure[]> {
  const child = start(TOOLS.vitest, ["run", "--reporter=dot", ...TESTS], undefined, [
    "ignore",
    "ignore",
    "inherit",
  ]);
  const code = await exitOf(child);
  const { generation, galleryOf48 } = operations;
  return [
    { what: "tests of these counts: exit code", value: code, unit: "", limit: 0 },
    { what: "create: network steps before the response", value: calls.createSteps, unit: "calls", limit: 3 },
    { what: "success to push: network steps", value: calls.pushSteps, unit: "calls", limit: 2 },
    { what: "a gallery of 48: D1 statements", value: calls.galleryStatements, unit: "", limit: 3 },
    { what: "a gallery of 48: D1 round trips", value: galleryOf48.d1RoundTrips, unit: "", limit: 3 },
    { what: "a generation: D1 round trips (3 write)", value: generation.d1RoundTrips, unit: "", limit: 4 },
    { what: "a generation: R2 writes", value: generation.r2ClassA, unit: "", limit: 2 },
    { what: "a generation: calls of its object", value: generation.objectRequests, unit: "", limit: 3 },
  ];
}
