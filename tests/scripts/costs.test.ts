/** `npm run costs`: the arithmetic, and that the pages in the repository are its output. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { databasesAt, firstLimitAt } from "../../scripts/costs/limits.ts";
import { chargesOf, measured, monthAt, usageOf } from "../../scripts/costs/model.ts";
import { costsPage, scalingPage } from "../../scripts/costs/pages.ts";

const doc = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");

it.each([
  ["costs.md", costsPage],
  ["scaling.md", scalingPage],
] as const)("docs/%s is what npm run costs writes, in at most 80 lines", (name, page) => {
  expect(doc(name)).toBe(page());
  expect(page().split("\n").length).toBeLessThanOrEqual(81);
});

it.each([
  ["nothing", {}, 0],
  ["the included requests", { workerRequests: 10_000_000 }, 0],
  ["a million requests more", { workerRequests: 11_000_000 }, 0.3],
  ["two million written rows more", { d1RowsWritten: 52_000_000 }, 2],
  ["a transformation of 1,000 images more", { transformations: 6_000 }, 0.5],
  ["100 GB more in R2", { r2Gb: 110 }, 1.5],
  ["two products", { d1Gb: 7, objectGb: 10 }, 2.5],
])("charges for %s", (_, usage, dollars) => {
  const total = Object.values(chargesOf(usage, true)).reduce((sum, charge) => sum + charge, 0);
  expect(total).toBeCloseTo(dollars, 6);
});

it("a generation uses what was measured, and its share of a gallery", () => {
  const { generation, galleryOf48 } = measured;
  const usage = usageOf(1000, 0, 0);
  expect(usage["d1RowsWritten"]).toBeCloseTo(1000 * generation.d1RowsWritten);
  expect(usage["r2ClassB"]).toBeCloseTo(1000 * (generation.r2ClassB + 0.1 * galleryOf48.r2ClassB + 2));
  expect(usage["objectRequests"]).toBeCloseTo(1000 * (generation.objectRequests + generation.alarms));
});

it("a month costs no less for more generations", () => {
  const totals = [1e2, 1e3, 1e5, 1e7].map((size) => Object.values(monthAt(size)).reduce((a, b) => a + b, 0));
  expect(totals).toEqual(totals.toSorted((a, b) => a - b));
});

it.each([
  [1e3, "Size of a D1 database", 1],
  [1e5, "Size of a D1 database", 4],
  [1e7, "Writes of a D1 database", 365],
])("with %i generations a day the first limit is: %s", (size, name, databases) => {
  expect(firstLimitAt(size)?.name).toBe(name);
  expect(databasesAt(size)).toBe(databases);
});
